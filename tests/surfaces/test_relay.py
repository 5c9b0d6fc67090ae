"""What a program with a loop of its own asks over a relay, with a real bridge and a real socket."""

import asyncio
from collections.abc import Callable

import pytest

from statuswatch.config import paths
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.surfaces import relay
from support import snapshots
from support.published import Engine


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(6000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came")


async def test_a_claim_is_waited_for_longer_than_other_answers_because_a_pop_up_may_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pop-up fails at last, and the notice is granted to who still waits: given up, nobody would show it."""
    paths.ensure_private(paths.runtime_dir())
    notice = Notice("n1", "t1", NoticeKind.OPENED, snapshots.NOW, NoticeReason.OWN_FAILURES, (snapshots.OPUS,), "title", "body", "anthropic")
    heard: list[str] = []
    peer = relay.Peer(lambda message: heard.append(message["type"]))
    with Engine() as engine:
        engine.show(snapshots.trouble())
        engine.screen(shows=True)
        running = asyncio.create_task(peer.run())
        await until(lambda: "snapshot" in heard)
        engine.tell(notice)
        await until(lambda: "notice" in heard)
        monkeypatch.setattr(relay, "_ANSWER_SECONDS", 0.1)
        claim = asyncio.create_task(peer.ask("claim", "n1"))

        assert await asyncio.wait({claim}, timeout=0.5) == (set(), {claim})
        engine.screen(shows=False, notice=notice)

        assert (await asyncio.wait_for(claim, 60))["ok"] is True
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
