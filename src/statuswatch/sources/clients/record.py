"""Taking single facts out of a client's record: total functions over untrusted JSON, one allow-listed key at a time. Nothing here keeps a record."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

# A record of a failed call is a few kilobytes; what is longer holds a prompt or a file and is never decoded.
LINE_CAP = 1 << 20
_TEXT_CAP = 8192
_PROJECT_CAP = 40
_MILLIS_FROM = 10**11
_NANOS_FROM = 10**16
_YEARS = (2000, 2200)

_IDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}")
_MODEL = re.compile(r"[A-Za-z][A-Za-z0-9_.:@/\[\]-]{1,119}")
# What common secrets look like; an id field that holds one of these is left out rather than kept.
_SECRET = re.compile(
    r"(?i)\b(?:sk|pk|rk|ghp|gho|ghu|ghs|github_pat|glpat|xox[abpr]|hf|gsk|npm|pypi|AKIA|ASIA|AIza|ya29|eyJ|key|bearer|secret|token|password)[-_.A-Za-z0-9]*\d"
    r"|(?i:secret|password|passwd|private[-_]key)"
)
# Ids of providers have at most 32 letters and digits in a row (a UUID without hyphens); keys have more.
_LONG_RUN = re.compile(r"[A-Za-z0-9]{33,}")
_ABSOLUTE = re.compile(r"/|~|[A-Za-z]:[\\/]|\\\\")


def load(line: bytes) -> dict[str, Any] | None:
    """The JSON object on this line; None for anything else, too long or too deep lines included."""
    if len(line) > LINE_CAP:
        return None
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def sub(record: object, *path: str) -> Any:
    """The value at `path`, None where any step is missing or of another shape."""
    for key in path:
        if not isinstance(record, Mapping):
            return None
        record = record.get(key)
    return record


def text(record: object, *names: str) -> str | None:
    """The first of `names` that holds a non-empty string, cut to what a message of an error needs."""
    for name in names:
        value = sub(record, name)
        if isinstance(value, str) and value.strip():
            return value[:_TEXT_CAP]
    return None


def number(record: object, *names: str) -> int | None:
    """The first of `names` that holds a whole number, or a string of digits; None for all else (`"undefined"`, booleans, fractions, infinities)."""
    for name in names:
        value = sub(record, name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len("18446744073709551615"):
            return int(value)
    return None


def status(record: object, *names: str) -> int | None:
    """An HTTP status among `names`; None where it is none."""
    value = number(record, *names)
    return value if value is not None and 100 <= value <= 599 else None  # noqa: PLR2004 - the range of HTTP statuses


def millis(record: object, *names: str) -> float | None:
    """A duration in milliseconds among `names`, negative and absurd ones left out."""
    for name in names:
        value = sub(record, name)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e8:  # noqa: PLR2004 - a day and more is no call
            return float(value)
    return None


def time(record: object, *names: str) -> datetime | None:
    """A time among `names`: RFC 3339 with offset, or seconds, milliseconds or nanoseconds since 1970. In UTC."""
    for name in names:
        found = moment(sub(record, name))
        if found is not None:
            return found
    return None


def moment(value: object) -> datetime | None:
    """One value as a time in UTC, None where it is none."""
    try:
        if isinstance(value, str) and not value.isdigit():
            parsed = datetime.fromisoformat(value.strip()[:40])
            found = parsed.astimezone(UTC) if parsed.tzinfo else None
        else:
            seconds = _seconds(value)
            found = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found is not None and _YEARS[0] <= found.year <= _YEARS[1] else None


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    number_of = float(value)
    if number_of >= _NANOS_FROM:
        return number_of / 1e9
    return number_of / 1e3 if number_of >= _MILLIS_FROM else number_of


def digest(*parts: object) -> str:
    """A short stable name for ids or a line, so that what a client wrote as an id is itself not kept."""
    return hashlib.blake2b("\x1f".join(str(part) for part in parts).encode("utf-8", "replace"), digest_size=12).hexdigest()


def identifier(value: object) -> str | None:
    """`value` where it is a plain identifier that looks like no secret: a code, a request id."""
    if not isinstance(value, str) or not _IDENT.fullmatch(value) or _SECRET.search(value) or _LONG_RUN.search(value):
        return None
    return value


def model_id(value: object) -> str | None:
    """`value` where it has the shape of a model's id; placeholders in angle brackets, sentences and secrets have not."""
    if not isinstance(value, str) or not _MODEL.fullmatch(value) or _SECRET.search(value) or _LONG_RUN.search(value):
        return None
    return value


def project_of(path: object) -> str | None:
    """The last part of a working directory, printable and short: a label for a person, not a place."""
    if not isinstance(path, str) or not _ABSOLUTE.match(path):
        return None
    name = re.split(r"[/\\]", path.rstrip("/\\"))[-1]
    label = "".join(char for char in name if char.isprintable() and char not in "\x7f<>\"'`$").strip()[:_PROJECT_CAP].strip()
    return label if label and not _SECRET.search(label) else None
