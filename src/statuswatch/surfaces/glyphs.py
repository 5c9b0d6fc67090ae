"""Symbols that stand beside every word and colour, with an ASCII set for terminals that lack them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from statuswatch.core.freshness import middle
from statuswatch.core.health import Health
from statuswatch.core.snapshot import Level

# How many times the usual latency a call may take to be drawn at each height. A failure is no bar at all, so that it is told apart without colour.
_HEIGHTS = (1.5, 2.0, 3.0, 4.0, 6.0)


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of symbols. Every member is one cell wide, but for `arrow` and `cut`, which may be longer in ASCII."""

    health: dict[Health, str]
    bars: str
    failed: str
    dot: str
    mark: str
    cut: str
    arrow: str
    dash: str
    cursor: str


UNICODE = Glyphs(
    health={
        Health.OK: "✓",
        Health.SUSPECT: "◌",
        Health.DEGRADED: "▲",
        Health.DOWN: "●",
        Health.RECOVERING: "↑",
        Health.MAINTENANCE: "◷",
        Health.UNKNOWN: "–",  # noqa: RUF001 - the sign that the screens use for unknown
    },
    bars="▁▂▃▄▅▆",
    failed="×",  # noqa: RUF001 - a cross that nearly every font has
    dot="·",
    mark="›",  # noqa: RUF001 - a mark, not a comparison
    cut="…",
    arrow="→",
    dash="─",
    cursor="▌",
)

ASCII = Glyphs(
    health={
        Health.OK: "+",
        Health.SUSPECT: "?",
        Health.DEGRADED: "!",
        Health.DOWN: "X",
        Health.RECOVERING: "^",
        Health.MAINTENANCE: "=",
        Health.UNKNOWN: "-",
    },
    bars="_.,-~*",
    failed="x",
    dot="|",
    mark=">",
    cut="...",
    arrow="->",
    dash="-",
    cursor=">",
)

LEVEL_HEALTH: dict[Level, Health] = {
    Level.OK: Health.OK,
    Level.UNKNOWN: Health.UNKNOWN,
    Level.UNSURE: Health.SUSPECT,
    Level.YOURS: Health.DEGRADED,
    Level.FAILING: Health.DEGRADED,
    Level.DOWN: Health.DOWN,
    Level.RECOVERING: Health.RECOVERING,
}


def glyphs(plain: bool) -> Glyphs:
    """The ASCII set when `plain`, else the full one."""
    return ASCII if plain else UNICODE


def speaks_ascii(encoding: str | None, term: str | None) -> bool:
    """Whether a terminal needs the ASCII set: its encoding is not a Unicode one, or it is a bare Linux console or `dumb`."""
    name = (encoding or "").lower().replace("-", "").replace("_", "")
    return not name.startswith("utf") or term in {"dumb", "linux"}


def sparkline(latencies: Sequence[float | None], symbols: Glyphs, width: int = 10) -> str:
    """Calls oldest first as bars, at most `width`: low is as usual or not measured (0), higher is slower than usual, a cross is a failure (None).

    More calls than bars are shared out evenly, and the worst call of a share is the one drawn, so that no failure is averaged away.
    """
    if not latencies:
        return ""
    worked = [value for value in latencies if value]
    usual = middle(worked) if worked else 0.0
    return "".join(_bar(share, usual, symbols) for share in _shares(latencies, width))


def _shares(values: Sequence[float | None], width: int) -> list[Sequence[float | None]]:
    count = min(width, len(values))
    edges = [round(index * len(values) / count) for index in range(count + 1)]
    return [values[start:end] for start, end in pairwise(edges)]


def _bar(share: Sequence[float | None], usual: float, symbols: Glyphs) -> str:
    if any(value is None for value in share):
        return symbols.failed
    worst = max(value for value in share if value is not None)
    ratio = worst / usual if usual > 0 else 1.0
    return symbols.bars[sum(ratio > height for height in _HEIGHTS)]
