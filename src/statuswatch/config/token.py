"""The word in the address of the OTLP receiver: drawn once, readable by this user alone."""

import os
import re
import secrets
from pathlib import Path

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")


def read_token(path: str | os.PathLike[str]) -> str | None:
    """The word in the file at `path`; None where there is none."""
    try:
        text = Path(path).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return text if _TOKEN.fullmatch(text) else None


def make_token(path: str | os.PathLike[str]) -> str:
    """The word in the file at `path`, drawn now where there is none. The folder must be there. Raises OSError where it cannot be written."""
    known = read_token(path)
    if known is not None:
        return known
    token = secrets.token_urlsafe(18)
    fresh = Path(path).with_name(f"{Path(path).name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(token + "\n")
    fresh.replace(path)
    return token
