"""Which posts of incidents the person has seen, kept between two looks: what came since is marked as new."""

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from statuswatch.core.errors import StatuswatchError
from statuswatch.core.moment import format_time, parse_time
from statuswatch.core.snapshot import IncidentView

Looked = Mapping[str, datetime]
"""The time of the newest post that was seen, by the incident's key."""

_KEPT = 500
_LARGEST = 1 << 18  # bytes; five hundred keys take a tenth of it


def newest_posts(incidents: Iterable[IncidentView], before: Looked | None = None) -> dict[str, datetime]:
    """What is seen by somebody who looks at `incidents` now, with what they saw `before`; the newest that are worth keeping."""
    seen = dict(before or {})
    for item in incidents:
        posts = [update.at for update in item.updates]
        if posts:
            seen[item.key] = max([*posts, *([seen[item.key]] if item.key in seen else [])])
    return dict(sorted(seen.items(), key=lambda pair: pair[1])[-_KEPT:])


def read_looked(path: Path) -> Looked | None:
    """What was seen, from the file at `path`; None where it was never written, or cannot be understood: then nothing is called new."""
    try:
        with path.open("rb") as file:
            said = json.loads(file.read(_LARGEST))
        return {str(key): parse_time(at) for key, at in said["posts"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, StatuswatchError):
        return None


def write_looked(path: Path, seen: Looked) -> None:
    """Keep what was seen. Where it cannot be written nothing is: the next look marks a little too much."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(OSError):
        fresh.write_text(json.dumps({"v": 1, "posts": {key: format_time(at) for key, at in seen.items()}}), encoding="ascii")
        fresh.replace(path)
