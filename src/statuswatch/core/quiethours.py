"""Hours in which nothing new is told, by the person's own clock: `22:00-07:00`, `sat,sun 00:00-24:00`, `mon-fri 12:00-13:00`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from statuswatch.core.errors import DataError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM = re.compile(r"(?:(?P<days>[a-z]{3}(?:[-,][a-z]{3})*) +)?(?P<h1>\d{1,2}):(?P<m1>\d{2}) *- *(?P<h2>\d{1,2}):(?P<m2>\d{2})")
_DAY_MINUTES = 24 * 60
_WANTED = "expected hours as 22:00-07:00, with days before them if not every day (mon-fri 22:00-07:00, sat,sun 00:00-24:00)"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From minute `start` of each of `days` (0 is Monday) to minute `end`, which lies on the next day where it is not later."""

    start: int
    end: int
    days: frozenset[int] = frozenset(range(7))


def parse_quiet_hours(text: str) -> QuietHours:
    """The hours that `text` names; raises DataError with the form that was expected."""
    found = _FORM.fullmatch(text.strip().lower())
    if found is None:
        raise DataError(f"{_WANTED}, got {text[:40]!r}")
    start, end = (_minute(found[hour], found[minute], text) for hour, minute in (("h1", "m1"), ("h2", "m2")))
    if start in {end, _DAY_MINUTES}:
        raise DataError(f"{_WANTED}; {text[:40]!r} holds no time at all")
    return QuietHours(start, end, _days(found["days"], text) if found["days"] else frozenset(range(7)))


def quiet_until(hours: Iterable[QuietHours], local: datetime) -> datetime | None:
    """The end of the quiet hours that `local` (a time with the person's own offset) lies in; hours that touch count as one. None outside of them."""
    windows = tuple(hours)
    end: datetime | None = None
    for _ in DAYS:  # whole days that touch are followed for a week
        further = max((window for item in windows if (window := _end(item, end or local)) is not None), default=None)
        if further is None or (end is not None and further <= end):
            break
        end = further
    return end


def _end(hours: QuietHours, local: datetime) -> datetime | None:
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    length = (hours.end - hours.start) % _DAY_MINUTES or _DAY_MINUTES
    for back in (0, 1):
        day = midnight - timedelta(days=back)
        begin = day + timedelta(minutes=hours.start)
        end = begin + timedelta(minutes=length)
        if day.weekday() in hours.days and begin <= local < end:
            return end
    return None


def _minute(hour: str, minute: str, text: str) -> int:
    value = int(hour) * 60 + int(minute)
    if int(minute) >= 60 or value > _DAY_MINUTES:  # noqa: PLR2004 - minutes of an hour
        raise DataError(f"{_WANTED}; {text[:40]!r} holds no time of a day")
    return value


def _days(text: str, whole: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last and last not in DAYS):
            raise DataError(f"{_WANTED}; days are {', '.join(DAYS)}, got {whole[:40]!r}")
        begin, end = DAYS.index(first), DAYS.index(last or first)
        found |= {day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)}
    return frozenset(found)
