"""The coding clients themselves against a provider that fails in nine ways: whose fault statuswatch says it is, and whether a person is told.

What is expected of each cell is in one table; where a client's own record allows less, it says why. All cells are played side by side, because most of
their time is spent waiting: a failure is told once it comes again a minute later. Figures: docs/explanation/real-clients.md.
"""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.realclients import CLIENTS, KEY, PROMPT, played, ready, warmed
from support.recordings import missing

# One worker: the cells of all tests run beside each other, started by the first.
pytestmark = [pytest.mark.timeout(2700), pytest.mark.xdist_group("real-clients")]
AT_ONCE = 4
"""How many cells run a client at a time, which is mostly its own waiting between attempts; the others wait for a minute to pass."""
ALIVE = 16
"""How many cells there are at a time."""
TRIES = 5


@dataclass(frozen=True, slots=True)
class Want:
    """What one cell must come to. `told`: the person is told by the time that they have tried `tries` times, a minute apart.

    `times`: how many calls fail before the provider is well again (None: all).
    """

    faults: frozenset[str]
    told: bool = False
    tries: int = 1
    times: int | None = None


THEIRS = Want(frozenset({"provider", "edge"}), told=True, tries=TRIES)
# No answer at all, while pages answer: their end or the way to it. Nobody is told, and theirs is said at low confidence only.
UNREACHED = Want(frozenset({"unknown", "network", "gateway", "provider"}))
USUAL = {
    "overloaded": THEIRS,
    "quota": Want(frozenset({"quota"})),
    "auth": Want(frozenset({"auth"})),
    "credit": Want(frozenset({"billing"})),
    "server_error": THEIRS,
    "bad_gateway": THEIRS,
    "overloaded_stream": THEIRS,
    "refused": UNREACHED,
    "unresolvable": UNREACHED,
}
# What these write has the error's first sentence and neither status nor code: words alone are never told, however often they come.
WORDS_ONLY = Want(frozenset({"provider", "unknown"}))
LESS = {("opencode", failure): WORDS_ONLY for failure, want in USUAL.items() if want is THEIRS} | {("copilot-cli", "overloaded_stream"): WORDS_ONLY}
# On a busy machine opencode ends before its log has the last lines; what it lost nobody can read, and a person tries again.
LESS |= {("opencode", failure): Want(USUAL[failure].faults, tries=3) for failure in ("quota", "auth", "credit")}
CELLS = {(client, failure): LESS.get((client, failure), want) for client in CLIENTS for failure, want in USUAL.items()}
WELL = {(client, "none"): Want(frozenset()) for client in CLIENTS}
HEALED = {(client, "overloaded once"): Want(frozenset(), times=1) for client in ("claude-code", "codex")}

# opencode's log tells of an answer only when a next step begins, and one prompt that is answered at once has none.
SILENT = {"opencode"}

Cells = dict[tuple[str, str], "Future[dict[str, Any]]"]


@pytest.fixture(scope="session")
def cells(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cells]:
    """What comes of every cell that this run asks for; all are started here."""
    if lacking := ready():
        missing("clients", lacking)
    folder = tmp_path_factory.mktemp("slots")
    slots = [str(folder / str(number)) for number in range(AT_ONCE)]
    wanted = [item.callspec.params["cell"] for item in request.session.items if item.path == Path(__file__) and hasattr(item, "callspec")]
    for name in sorted({client for client, _ in wanted}):
        warmed(CLIENTS[name], tmp_path_factory.mktemp("warm"))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    every = CELLS | WELL | HEALED
    wanted.sort(key=lambda cell: -every[cell].tries)  # those that wait longest first
    room = asyncio.Semaphore(ALIVE)

    async def play(client: str, failure: str, want: Want) -> dict[str, Any]:
        async with room:
            waited = {"faults": sorted(want.faults), "told": want.told, "ok": not want.faults and client not in SILENT}
            return await played(client, failure.partition(" ")[0], prompts=want.tries, times=want.times, slots=slots, want=waited)

    started: Cells = {cell: asyncio.run_coroutine_threadsafe(play(*cell, every[cell]), loop) for cell in wanted}
    yield started
    for future in started.values():
        future.cancel()
    loop.call_soon_threadsafe(loop.stop)
    thread.join(30)
    loop.close()


def _verdicts(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The verdicts on routes over which the client's calls failed."""
    routes = {call["route"] for call in result["status"]["calls"] if call["outcome"] == "failed"}
    return [view["verdict"] for view in result["status"]["routes"] if view["route"] in routes]


def _named(cell: tuple[str, str]) -> str:
    return "-".join(cell).replace(" ", "-")


@pytest.mark.parametrize("cell", CELLS, ids=_named)
def test_a_failed_call_of_a_real_client_gets_the_right_verdict_and_is_told(cells: Cells, cell: tuple[str, str]) -> None:
    want, result = CELLS[cell], cells[cell].result()
    verdicts = _verdicts(result)
    told = [notice for notice in result["notices"] if notice["told"]]
    held = {notice["reason"] for notice in result["notices"] if not notice["told"]}
    seen = {"verdicts": verdicts, "calls": result["status"]["calls"][:4], "runs": result["runs"], "notices": result["notices"], "served": result["served"]}

    assert {verdict["fault"] for verdict in verdicts} <= want.faults, seen
    assert bool(verdicts) == bool(want.faults), seen
    assert bool(told) == want.told, seen
    if want.faults and not want.told:
        assert held & {"your_side", "not_sure_yet"}, seen
    if want is UNREACHED:
        assert {verdict["confidence"] for verdict in verdicts if verdict["fault"] == "provider"} <= {"low"}, seen
    _nothing_left_the_machine(result)


@pytest.mark.parametrize("cell", [*WELL, *HEALED], ids=_named)
def test_a_call_that_works_at_last_is_told_nobody(cells: Cells, cell: tuple[str, str]) -> None:
    result = cells[cell].result()
    assert [run["exit"] for run in result["runs"]] == [0], result["runs"]
    assert any(call["outcome"] == "ok" for call in result["status"]["calls"]) or cell[0] in SILENT
    assert [notice for notice in result["notices"] if notice["told"]] == []
    assert {verdict["health"] for verdict in _verdicts(result)} <= {"ok"}
    _nothing_left_the_machine(result)


def _nothing_left_the_machine(result: dict[str, Any]) -> None:
    """No name was asked for but the one that is not there, and neither key nor prompt is in anything that statuswatch says."""
    assert set(result["names"]) <= {"no-such-host.invalid"} | CLIENTS[result["client"]].asks
    said = str((result["status"], result["why"], result["notices"]))
    assert KEY not in said
    assert PROMPT not in said
