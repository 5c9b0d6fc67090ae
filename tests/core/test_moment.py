from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.core.errors import DataError
from statuswatch.core.moment import Moment, format_time, parse_time


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-12-14T21:31:42Z", datetime(2025, 12, 14, 21, 31, 42, tzinfo=UTC)),
        ("2025-12-14T21:31:42.654Z", datetime(2025, 12, 14, 21, 31, 42, 654000, tzinfo=UTC)),
        ("2025-12-14T13:31:42-08:00", datetime(2025, 12, 14, 21, 31, 42, tzinfo=UTC)),
        (" 2025-12-14 21:31:42+00:00 ", datetime(2025, 12, 14, 21, 31, 42, tzinfo=UTC)),
    ],
)
def test_a_time_with_an_offset_is_read_in_utc(text: str, expected: datetime) -> None:
    assert parse_time(text) == expected


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("yesterday", "not a time"),
        ("2025-12-14T21:31:42", "without an offset"),
        ("", "not a time"),
        ("0001-01-01T00:00:00+14:00", "out of range"),
    ],
)
def test_what_is_no_time_is_refused_with_the_form_expected(text: str, word: str) -> None:
    with pytest.raises(DataError, match=word):
        parse_time(text)


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1980, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001 - hypothesis adds the zone
def test_a_time_survives_its_text_to_the_millisecond(at: datetime) -> None:
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)

    assert parse_time(format_time(at)) == at


def test_a_moment_moves_on_both_clocks() -> None:
    start = Moment(datetime(2026, 1, 1, tzinfo=UTC), 5.0)

    assert start.plus(90) == Moment(datetime(2026, 1, 1, 0, 1, 30, tzinfo=UTC), 95.0)
