"""How old an answer is: a cache may hand out a copy that is older than it says, and a clock may be wrong, theirs or ours.

RFC 9111 section 4.2.3 takes the larger of `Age` and of how far `Date` lies back. The second needs two clocks that agree. So each host's usual distance
between its clock and ours is learnt from answers whose `Date` moves on, and only what an answer lies back beyond that distance counts as age.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

TOLERANCE_S = 5.0
"""`Date` has whole seconds, and answers take some."""
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Dates:
    """What the answers of one host said of the time. `distance`: our clock minus theirs in seconds; known once `Date` was seen to move on."""

    last: datetime | None = None
    distance: float | None = None


def dated(known: Dates, date: datetime | None, now: datetime) -> Dates:
    """What is known after one more answer, which came at `now` and says `date`."""
    if date is None:
        return known
    if known.last is None or date == known.last:
        return Dates(date, known.distance)
    lies_back = (now - date).total_seconds()
    return Dates(date, lies_back if known.distance is None else min(known.distance, lies_back))


def age_of(known: Dates, date: datetime | None, age: float | None, now: datetime, usual: float | None) -> float:
    """Seconds since the answer was made. `known`: of this host, this answer included; `usual`: the distance of most hosts, for one that is new."""
    admitted = age or 0.0
    distance = known.distance if known.distance is not None else usual
    if date is None or distance is None:
        return admitted
    lies_back = (now - date).total_seconds() - distance
    return max(admitted, lies_back) if lies_back > TOLERANCE_S else admitted


def usual_distance(hosts: Iterable[Dates]) -> float | None:
    """Our clock minus that of most hosts, in seconds; None while fewer than three are known."""
    known = [dates.distance for dates in hosts if dates.distance is not None]
    return middle(known) if len(known) >= _ENOUGH else None


def middle(values: Iterable[float]) -> float:
    """The median of at least one value. The standard library's brings a megabyte of other arithmetic, for good."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
