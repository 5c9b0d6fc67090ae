"""Times as feeds write them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.sources.times import epoch_of, month_of, offset_of, time_of


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-05-04T10:00:00.250Z", datetime(2026, 5, 4, 10, 0, 0, 250_000, UTC)),
        ("2026-05-04T04:00:00-06:00", datetime(2026, 5, 4, 10, 0, tzinfo=UTC)),
        ("Mon, 04 May 2026 10:00:00 GMT", datetime(2026, 5, 4, 10, 0, tzinfo=UTC)),
        ("Mon, 04 May 2026 10:00:00 Z", datetime(2026, 5, 4, 10, 0, tzinfo=UTC)),
        ("4 May 2026 10:00 +0800", datetime(2026, 5, 4, 2, 0, tzinfo=UTC)),
        ("Monday, 4 May 2026 10:00:00 PDT", datetime(2026, 5, 4, 17, 0, tzinfo=UTC)),
    ],
)
def test_a_time_with_an_offset_is_read_as_utc(text: str, at: datetime) -> None:
    assert time_of(text) == at


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "2026-05-04T10:00:00",
        "2026-05-04 10:00",
        "Mon, 04 May 2026 10:00:00",
        "Mon, 04 May 2026 10:00:00 XYZ",
        "Mon, 04 Moy 2026 10:00:00 GMT",
        "Mon, 31 Feb 2026 10:00:00 GMT",
        "Mon, 04 May 2026 10:00:00 +9999",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "Mon, 04 May 1700 10:00:00 GMT",
        "x" * 1000,
        None,
        7,
        ["2026-05-04T10:00:00Z"],
    ],
)
def test_what_is_no_time_is_none(value: object) -> None:
    assert time_of(value) is None


def test_an_epoch_is_seconds_or_milliseconds_in_a_number_or_a_text() -> None:
    at = datetime(2026, 3, 1, 12, 51, 25, tzinfo=UTC)

    assert [epoch_of(1772369485), epoch_of("1772369485"), epoch_of(1772369485000, 1000)] == [at] * 3
    assert [epoch_of(odd) for odd in (None, True, "soon", "nan", 1e999, -1, 10**30, "9" * 5000, [], {})] == [None] * 10


def test_months_and_zones_are_known_by_their_short_names() -> None:
    assert [month_of(name) for name in ("Jan", "september", "Mai")] == [1, 9, None]
    assert [offset_of(zone) for zone in ("UTC", "pst", "-0330", "+0800", "IST")] == [
        timedelta(0),
        timedelta(hours=-8),
        -timedelta(hours=3, minutes=30),
        timedelta(hours=8),
        None,
    ]


@given(st.text(max_size=40) | st.integers() | st.floats() | st.none())
def test_nothing_makes_a_time_raise(value: object) -> None:
    for at in (time_of(value), epoch_of(value), epoch_of(value, 1000)):
        assert at is None or 1990 <= at.year <= 2200
