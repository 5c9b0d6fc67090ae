"""Who shows a notice: each rule of engine.claims with windows that are plain objects, and with real connections."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from statuswatch.core.moment import Moment
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.engine.claims import HEAD_START_SECONDS, NOTICES_KEPT, Claims, Screen, Shower, Shown
from statuswatch.engine.serve import Server
from statuswatch.notify.base import Delivery

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ROUTE = "anthropic/code:claude-opus-4.5"
UNANSWERED = "unanswered"


def notice(name="n1", trouble="t1", kind=NoticeKind.OPENED) -> Notice:
    return Notice(name, trouble, kind, NOW, NoticeReason.OWN_FAILURES, (ROUTE,), "title", "body", "anthropic")


class Window:
    """One window; `heard` is what it was told of each notice that it claimed."""

    def __init__(self, claims: Claims):
        self.claims = claims
        self.heard = {}

    def attend(self, on=True):
        self.claims.attend(self, on=on)
        return self

    def claim(self, name="n1"):
        self.heard[name] = UNANSWERED
        known = self.claims.claim(name, self, lambda by: self.heard.__setitem__(name, by))
        if not known:
            self.heard[name] = "unknown"
        return self.heard[name]


class Desktop:
    """A pop-up that ends as it is told."""

    def __init__(self, ok=True, handle="7"):
        self.ok = ok
        self.handle = handle
        self.shown = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def deliver(self, notice, replaces):
        await self.gate.wait()
        if self.ok:
            self.shown.append((notice.id, replaces))
        return Delivery(ok=self.ok, handle=self.handle if self.ok else None, detail="")


class Hall:
    """Claims with a desktop, or without one."""

    def __init__(self, desktop=None):
        self.told = []
        self.claims = Claims(lambda notice, by, window: self.told.append((notice.id, by, window)))
        self.desktop = desktop
        self.screen = Screen(desktop, self.claims) if desktop else None

    def window(self):
        return Window(self.claims)

    def tell(self, *given, replaces=None, **more):
        """Tell a notice; the task of its pop-up, where there is a desktop."""
        said = notice(*given, **more)
        self.claims.told(said)
        return asyncio.ensure_future(self.screen.deliver(said, replaces)) if self.screen else None


pytestmark = pytest.mark.looptime


class TestWithADesktop:
    async def test_nobody_attends_so_the_pop_up_goes_out_without_any_wait_and_claims_are_refused(self):
        hall = Hall(Desktop())
        begun = asyncio.get_running_loop().time()

        delivery = await hall.tell()

        assert asyncio.get_running_loop().time() == begun
        assert (delivery.ok, delivery.handle) == (True, "7")
        assert hall.window().claim() is Shower.DESKTOP
        assert hall.told == [("n1", Shower.DESKTOP, None)]

    async def test_the_first_attending_window_wins_and_the_pop_up_is_not_shown(self):
        hall = Hall(Desktop())
        first, second = hall.window().attend(), hall.window().attend()
        delivering = hall.tell()

        assert first.claim() is None
        assert second.claim() is Shower.WINDOW
        assert await delivering == Shown()
        assert hall.desktop.shown == []
        assert hall.told == [("n1", Shower.WINDOW, first)]

    async def test_a_window_that_asks_again_is_told_the_same(self):
        hall = Hall(Desktop())
        window = hall.window().attend()
        hall.tell()

        assert [window.claim(), window.claim()] == [None, None]

    async def test_an_attending_window_that_says_nothing_holds_the_pop_up_up_for_the_head_start_only(self):
        hall = Hall(Desktop())
        hall.window().attend()
        begun = asyncio.get_running_loop().time()

        assert (await hall.tell()).ok
        assert asyncio.get_running_loop().time() - begun == pytest.approx(HEAD_START_SECONDS)
        assert hall.desktop.shown == [("n1", None)]

    async def test_a_window_in_the_background_waits_while_another_attends_and_loses_to_it(self):
        hall = Hall(Desktop())
        behind, front = hall.window(), hall.window().attend()
        hall.tell()

        assert behind.claim() is UNANSWERED
        assert front.claim() is None
        assert behind.heard["n1"] is Shower.WINDOW

    async def test_a_claim_while_the_pop_up_is_on_its_way_is_answered_by_its_outcome(self):
        hall = Hall(Desktop())
        hall.desktop.gate.clear()
        window = hall.window()
        delivering = hall.tell()
        await asyncio.sleep(0)

        assert window.claim() is UNANSWERED
        hall.desktop.gate.set()
        await delivering
        assert window.heard["n1"] is Shower.DESKTOP

    async def test_a_pop_up_that_cannot_be_shown_leaves_the_notice_to_the_window_that_waits_and_one_that_attends_comes_first(self):
        hall = Hall(Desktop(ok=False))
        hall.desktop.gate.clear()
        one, two, three = hall.window(), hall.window(), hall.window()
        delivering = hall.tell()
        assert [one.claim(), two.claim(), three.claim()] == [UNANSWERED] * 3
        two.attend()
        hall.desktop.gate.set()

        assert not (await delivering).ok
        assert [one.heard["n1"], two.heard["n1"], three.heard["n1"]] == [Shower.WINDOW, None, Shower.WINDOW]
        assert await hall.screen.deliver(notice(), None) == Shown()

    async def test_a_pop_up_that_works_at_the_second_try_refuses_later_claims(self):
        hall = Hall(Desktop(ok=False))
        await hall.tell()
        hall.desktop.ok = True

        assert (await hall.screen.deliver(notice(), None)).ok
        assert hall.window().claim() is Shower.DESKTOP

    async def test_a_way_that_breaks_leaves_the_notice_to_be_claimed(self):
        class Broken(Desktop):
            async def deliver(self, *_):
                raise OSError

        hall = Hall(Broken())
        with pytest.raises(OSError, match=r"^$"):
            await hall.tell()

        assert hall.window().claim() is None

    async def test_a_trouble_whose_pop_up_is_on_the_desktop_stays_there(self):
        hall = Hall(Desktop())
        await hall.tell()
        window = hall.window().attend()
        begun = asyncio.get_running_loop().time()
        delivering = hall.tell("n2", kind=NoticeKind.RESOLVED, replaces="7")

        assert window.claim("n2") is UNANSWERED
        await delivering
        assert asyncio.get_running_loop().time() == begun
        assert window.heard["n2"] is Shower.DESKTOP
        assert hall.desktop.shown == [("n1", None), ("n2", "7")]

    async def test_a_trouble_that_a_window_has_shown_is_open_to_claims_again(self):
        hall = Hall(Desktop())
        window = hall.window().attend()
        hall.tell()
        window.claim()
        hall.tell("n2", kind=NoticeKind.RESOLVED)

        assert window.claim("n2") is None

    async def test_what_stays_on_no_screen_binds_no_later_notice(self):
        hall = Hall(Desktop(handle=None))
        await hall.tell()
        window = hall.window().attend()
        hall.tell("n2")

        assert window.claim("n2") is None

    async def test_the_last_attending_window_that_hangs_up_ends_the_wait(self):
        hall = Hall(Desktop())
        window = hall.window().attend()
        begun = asyncio.get_running_loop().time()
        delivering = hall.tell()
        hall.claims.leave(window)

        assert (await delivering).ok
        assert asyncio.get_running_loop().time() == begun

    async def test_a_correction_is_handed_on_at_once_and_cannot_be_claimed(self):
        hall = Hall(Desktop())
        window = hall.window().attend()
        begun = asyncio.get_running_loop().time()

        await hall.tell(kind=NoticeKind.AMENDED)

        assert asyncio.get_running_loop().time() == begun
        assert window.claim() == "unknown"

    async def test_a_notice_of_an_earlier_run_is_shown_by_the_desktop(self):
        hall = Hall(Desktop())
        hall.window().attend()

        assert (await hall.screen.deliver(notice("old"), None)).ok


class TestWithoutADesktop:
    async def test_the_first_claim_wins_whether_it_attends_or_not(self):
        hall = Hall()
        hall.tell()
        one, two = hall.window(), hall.window()

        assert one.claim() is None
        assert two.claim() is Shower.WINDOW

    async def test_while_one_attends_the_others_wait_and_get_it_only_where_that_one_is_silent(self):
        hall = Hall()
        behind = hall.window()
        hall.window().attend()
        hall.tell()
        assert behind.claim() is UNANSWERED

        await asyncio.sleep(HEAD_START_SECONDS + 0.01)

        assert behind.heard["n1"] is None

    async def test_a_claim_of_who_has_hung_up_is_nobodys(self):
        hall = Hall()
        behind, third = hall.window(), hall.window()
        hall.window().attend()
        hall.tell()
        behind.claim()
        third.claim()
        hall.claims.leave(behind)
        await asyncio.sleep(HEAD_START_SECONDS + 0.01)

        assert (behind.heard["n1"], third.heard["n1"]) == (UNANSWERED, None)

    async def test_only_so_many_notices_are_remembered_and_nobody_is_left_waiting(self):
        hall = Hall()
        behind = hall.window()
        hall.window().attend()
        hall.tell("n0")
        behind.claim("n0")
        for number in range(NOTICES_KEPT):
            hall.tell(f"n{number + 1}")

        assert behind.heard["n0"] is Shower.DESKTOP
        assert behind.claim("n0") == "unknown"
        assert len(hall.claims._entries) == NOTICES_KEPT

    async def test_one_window_waits_once_for_one_notice(self):
        hall = Hall()
        behind = hall.window()
        hall.window().attend()
        hall.tell()

        assert [behind.claim(), behind.claim()] == [UNANSWERED, "unknown"]


class Peer:
    """A real connection to the engine's socket."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    async def at(cls, path):
        peer = cls(*await asyncio.open_unix_connection(path, limit=1 << 24))
        await peer.until("hello")
        return peer

    async def until(self, kind, **fields):
        async with asyncio.timeout(30):
            while True:
                message = json.loads(await self.reader.readline())
                if message["type"] == kind and fields.items() <= message.items():
                    return message

    async def ask(self, command, **more):
        self.writer.write(json.dumps({"type": "command", "id": command, "command": command, **more}).encode() + b"\n")
        return await self.until("done", id=command)


@pytest.mark.looptime(False)
class TestAtTheSocket:
    @pytest.fixture
    async def server(self, tmp_path):
        running = Server(tmp_path / "r" / "s", lambda _c: None, lambda: Moment(NOW, 0.0))
        await running.start()
        yield running
        await running.stop()

    async def test_one_window_shows_it_and_the_others_are_told(self, server):
        one, two, three = [await Peer.at(server.path) for _ in range(3)]
        assert (await one.ask("attend", on=True))["ok"]
        server.tell(notice())
        told = await one.until("notice")

        assert [action["command"] for action in told["actions"]] == ["wait", "mute", "snooze"]
        assert (await one.ask("claim", target="n1"))["ok"] is True
        assert await two.until("claimed") == {"type": "claimed", "notice": "n1", "trouble": "t1", "by": "window"}
        refused = await three.ask("claim", target="n1")
        assert (refused["ok"], refused["by"], refused["error"]) == (False, "window", "another window shows it")
        unknown = await three.ask("claim", target="n9")
        assert (unknown["ok"], unknown["by"]) == (False, None)
        for peer in (one, two, three):
            peer.writer.close()

    async def test_a_window_that_hung_up_attends_no_longer(self, server):
        desktop = Desktop()
        screen = Screen(desktop, server.claims)
        peer = await Peer.at(server.path)
        await peer.ask("attend", on=True)
        peer.writer.close()
        other = await Peer.at(server.path)  # by its greeting the hang-up before it has been noticed
        await other.ask("attend", on=False)

        server.tell(notice())
        await screen.deliver(notice(), None)

        assert desktop.shown == [("n1", None)]
        other.writer.close()

    async def test_what_is_on_is_true_or_false(self, server):
        peer = await Peer.at(server.path)
        peer.writer.write(b'{"type":"command","id":"1","command":"attend","on":"yes"}\n')

        assert (await peer.until("error"))["error"] == "on: expected true or false"
        peer.writer.close()
