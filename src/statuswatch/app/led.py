"""Addresses of a person's own to which programs were led through the gateway: kept, so that a program under way finds its way when the engine was restarted.

A file of JSON in the state folder, for this user alone: the addresses, those asked for last at the end. None has a password or a query in it.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from statuswatch.catalog.schema import url_fault
from statuswatch.engine.publish import write_whole

MOST = 50
"""Addresses that are kept; of more those asked for longest ago are forgotten."""
_LARGEST = 256 << 10


def fault_of(url: str) -> str:
    """Why calls cannot be passed on to that address; empty where they can."""
    return url_fault(url) or ("it has a query" if "?" in url else "")


def read_led(place: Path) -> list[str]:
    """The addresses that are kept at `place`; none where it cannot be read. What is no address to pass calls on to is left out."""
    try:
        with place.open("rb") as file:
            kept = json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return []
    return [url for url in kept if isinstance(url, str) and not fault_of(url)][-MOST:] if isinstance(kept, list) else []


def write_led(place: Path, urls: Sequence[str], url: str) -> list[str]:
    """`urls` with `url` as the one asked for last, as they are kept now. Raises OSError where they cannot be stored."""
    now = [*(one for one in urls if one != url), url][-MOST:]
    if now != [*urls]:
        write_whole(place, json.dumps(now) + "\n")
    return now
