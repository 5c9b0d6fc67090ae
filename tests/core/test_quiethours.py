from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.core.errors import DataError
from statuswatch.core.quiethours import QuietHours, parse_quiet_hours, quiet_until

_ZONE = timezone(timedelta(hours=2))


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=_ZONE)


@pytest.mark.parametrize(
    ("texts", "now", "end"),
    [
        (["22:00-07:00"], "2026-03-02T21:59", None),
        (["22:00-07:00"], "2026-03-02T22:00", "2026-03-03T07:00"),
        (["22:00-07:00"], "2026-03-03T06:59", "2026-03-03T07:00"),
        (["22:00-07:00"], "2026-03-03T07:00", None),
        (["12:00 - 13:00"], "2026-03-02T12:30", "2026-03-02T13:00"),
        (["Mon-Fri 22:00-07:00"], "2026-03-07T06:00", "2026-03-07T07:00"),  # Friday's night reaches into Saturday
        (["mon-fri 22:00-07:00"], "2026-03-07T22:30", None),
        (["sat,sun 00:00-24:00"], "2026-03-07T10:00", "2026-03-09T00:00"),  # two whole days that touch
        (["fri-mon 00:00-24:00"], "2026-03-08T10:00", "2026-03-10T00:00"),
        (["12:00-13:00", "13:00-14:00"], "2026-03-02T12:10", "2026-03-02T14:00"),
        (["00:00-24:00"], "2026-03-02T12:10", "2026-03-09T00:00"),  # for ever is looked at a week at a time
        ([], "2026-03-02T12:10", None),
    ],
)
def test_quiet_hours_end_where_the_person_s_own_clock_says(texts: list[str], now: str, end: str | None) -> None:
    assert quiet_until(map(parse_quiet_hours, texts), _local(now)) == (_local(end) if end else None)


@pytest.mark.parametrize(
    "text", ["", "22-7", "22:00", "25:00-07:00", "22:60-23:00", "22:00-22:00", "24:00-07:00", "xyz 22:00-07:00", "mon-xyz 22:00-07:00", "mon 24:01-05:00"]
)
def test_hours_that_are_none_are_refused_with_the_form_that_was_expected(text: str) -> None:
    with pytest.raises(DataError, match="expected hours as 22:00-07:00"):
        parse_quiet_hours(text)


@given(st.integers(0, 1439), st.integers(0, 1440), st.sets(st.integers(0, 6), min_size=1), st.integers(0, 14 * 1440))
def test_an_end_lies_ahead_and_outside_of_any_quiet_hour_or_a_week_on(start: int, end: int, days: set[int], minutes: int) -> None:
    hours = (QuietHours(start, end, frozenset(days)),)
    now = _local("2026-03-02T00:00") + timedelta(minutes=minutes)
    found = quiet_until(hours, now)
    if found is not None:
        assert found > now
        assert quiet_until(hours, found) is None or found - now > timedelta(days=6)
