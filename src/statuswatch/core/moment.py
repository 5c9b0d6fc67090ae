"""Time as core sees it: a value that is passed in, never read."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from statuswatch.core.errors import DataError


@dataclass(frozen=True, slots=True)
class Moment:
    """One instant: `at` is wall time (aware, UTC), `mono` a monotonic companion in seconds that no clock setting moves."""

    at: datetime
    mono: float

    def plus(self, seconds: float) -> "Moment":
        """The moment `seconds` later on both clocks."""
        return Moment(self.at + timedelta(seconds=seconds), self.mono + seconds)


def parse_time(text: str) -> datetime:
    """Read an RFC 3339 / ISO 8601 time with an offset or `Z`; the result is in UTC.

    Raises DataError when the text is no time or has no offset.
    """
    try:
        value = datetime.fromisoformat(text.strip())
    except ValueError as error:
        msg = f"not a time: {text[:40]!r}; expected RFC 3339 like 2025-12-14T21:31:42Z"
        raise DataError(msg) from error
    if value.tzinfo is None:
        msg = f"time without an offset: {text[:40]!r}; expected a Z or +hh:mm at its end"
        raise DataError(msg)
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        msg = f"time out of range: {text[:40]!r}"
        raise DataError(msg) from error


def format_time(value: datetime) -> str:
    """RFC 3339 in UTC; milliseconds only where there are any."""
    value = value.astimezone(UTC)
    spec = "milliseconds" if value.microsecond else "seconds"
    return value.isoformat(timespec=spec).replace("+00:00", "Z")
