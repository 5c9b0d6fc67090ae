"""Times as feeds write them: RFC 3339, RFC 822 with named zones, epochs in seconds or milliseconds. None where it is none; nothing raises."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from statuswatch.core.errors import DataError
from statuswatch.core.moment import parse_time

_FIRST_YEAR = 1990
_LAST_YEAR = 2200
_LONGEST = 64
_MONTHS = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12}
# Offsets in hours of the abbreviations that pages print. Ambiguous ones (IST) are left out.
ZONES = {
    "utc": 0.0, "gmt": 0.0, "ut": 0.0, "z": 0.0, "wet": 0.0, "bst": 1.0, "cet": 1.0, "west": 1.0, "cest": 2.0, "eet": 2.0, "eest": 3.0, "jst": 9.0,
    "kst": 9.0, "sgt": 8.0, "hkt": 8.0, "aest": 10.0, "aedt": 11.0, "est": -5.0, "edt": -4.0, "cst": -6.0, "cdt": -5.0, "mst": -7.0, "mdt": -6.0,
    "pst": -8.0, "pdt": -7.0,
}  # fmt: skip
_RFC822 = re.compile(r"(?:[a-z]{3,9},?\s+)?(\d{1,2})\s+([a-z]{3})[a-z]*\s+(\d{4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([a-z]{1,5}|[+-]\d{4})?", re.IGNORECASE)


def time_of(value: object) -> datetime | None:
    """The UTC time that an RFC 3339 or RFC 822 text says; None for anything else, for a text without an offset, and outside 1990 to 2200."""
    return _read(value) if isinstance(value, str) and 0 < len(value) <= _LONGEST else None


@lru_cache(maxsize=256)
def _read(text: str) -> datetime | None:
    """The same of a short text; remembered, because one post has its time three times, and one incident's parts have each other's."""
    try:
        return _plausible(parse_time(text))
    except (DataError, OverflowError):
        return _rfc822(text)


def epoch_of(value: object, per_second: int = 1) -> datetime | None:
    """The UTC time of a number, or of digits in a text, that counts seconds (`per_second` 1) or milliseconds (1000) since 1970."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return _plausible(datetime.fromtimestamp(float(value) / per_second, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def utc_of(value: object) -> datetime | None:
    """The UTC time of a text that may lack its offset, for products that keep UTC and do not say so; otherwise as `time_of`."""
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        return None
    return time_of(value) or time_of(f"{value.strip()}+00:00")


def month_of(name: str) -> int | None:
    """1 to 12 for an English month name or its first three letters."""
    return _MONTHS.get(name[:3].lower())


def offset_of(zone: str) -> timedelta | None:
    """What to take from a local time to get UTC, for a zone's abbreviation or `+hhmm`; None where the zone is not known."""
    if zone[:1] in ("+", "-"):
        sign = -1 if zone[0] == "-" else 1
        return sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
    hours = ZONES.get(zone.lower())
    return None if hours is None else timedelta(hours=hours)


def _rfc822(text: str) -> datetime | None:
    match = _RFC822.fullmatch(text.strip())
    month = month_of(match[2]) if match else None
    offset = offset_of(match[7] or "") if match else None
    if match is None or month is None or offset is None:
        return None
    try:
        local = datetime(int(match[3]), month, int(match[1]), int(match[4]), int(match[5]), int(match[6] or 0), tzinfo=timezone(offset))
        return _plausible(local.astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _plausible(value: datetime) -> datetime | None:
    """Times far from now come from broken clocks and templates (0001-01-01, 9999-12-31); arithmetic on them overflows."""
    return value if _FIRST_YEAR <= value.year <= _LAST_YEAR else None
