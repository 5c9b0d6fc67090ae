import pytest

from statuswatch.core.health import Health
from statuswatch.core.snapshot import Level
from statuswatch.surfaces.glyphs import ASCII, LEVEL_HEALTH, UNICODE, Glyphs, glyphs, sparkline, speaks_ascii
from statuswatch.surfaces.present_text import cells


@pytest.mark.parametrize("symbols", [UNICODE, ASCII])
def test_every_health_has_its_own_symbol_one_cell_wide(symbols: Glyphs) -> None:
    assert len({symbols.health[health] for health in Health}) == len(Health)
    assert all(cells(symbols.health[health]) == 1 for health in Health)


def test_the_plain_set_is_ascii_throughout() -> None:
    assert all(text.isascii() for text in (*ASCII.health.values(), ASCII.bars, ASCII.failed, ASCII.dot, ASCII.mark, ASCII.cut, ASCII.arrow, ASCII.dash))
    assert glyphs(True) is ASCII
    assert glyphs(False) is UNICODE


def test_every_level_has_a_health_to_be_drawn_with() -> None:
    assert set(LEVEL_HEALTH) == set(Level)
    assert LEVEL_HEALTH[Level.UNKNOWN] is Health.UNKNOWN


@pytest.mark.parametrize(
    ("encoding", "term", "plain"),
    [
        ("utf-8", "xterm-256color", False),
        ("UTF8", None, False),
        ("ascii", "xterm", True),
        (None, "xterm", True),
        ("utf-8", "linux", True),
        ("utf-8", "dumb", True),
    ],
)
def test_the_plain_set_is_chosen_where_the_terminal_lacks_the_other(encoding: str | None, term: str | None, plain: bool) -> None:
    assert speaks_ascii(encoding, term) is plain


@pytest.mark.parametrize(
    ("latencies", "bars"),
    [
        ((), ""),
        ((900.0, 900.0, 900.0), "▁▁▁"),
        ((None, None), "\u00d7\u00d7"),
        ((900.0, None, 900.0), "▁\u00d7▁"),
        ((100.0, 100.0, 100.0, 250.0, 1000.0), "▁▁▁▃▆"),
        ((0.0, 0.0), "▁▁"),
        ((0.0, 0.0, 900.0, 900.0, None), "▁▁▁▁\u00d7"),
    ],
)
def test_calls_are_drawn_as_bars_and_a_failure_is_a_cross(latencies: tuple[float | None, ...], bars: str) -> None:
    assert sparkline(latencies, UNICODE) == bars


def test_a_single_failure_among_many_calls_is_still_drawn() -> None:
    drawn = sparkline((*[500.0] * 30, None, *[500.0] * 30), UNICODE)
    assert len(drawn) == 10
    assert drawn.count("\u00d7") == 1


@pytest.mark.parametrize("symbols", [UNICODE, ASCII])
def test_a_failure_is_told_from_a_success_without_colour(symbols: Glyphs) -> None:
    assert symbols.failed not in symbols.bars
    assert sparkline((None,), symbols) != sparkline((0.0,), symbols)
