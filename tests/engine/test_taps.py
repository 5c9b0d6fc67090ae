"""From a client's record to the inbox: calls first, the file's place with the last of them."""

from statuswatch.core.observation import CallSeen
from statuswatch.engine.inbox import Inbox
from statuswatch.engine.recordfile import Mark
from statuswatch.engine.tail import Batch
from statuswatch.engine.taps import follow, marks
from support.enginekit import START, call, loop_clock

MARK = Mark(120, "ab12", 64)


class Recorded:
    """A tail that has read already."""

    def __init__(self, *batches):
        self._batches = batches

    async def batches(self):
        for batch in self._batches:
            yield batch


async def follows(*batches):
    inbox, retrying = Inbox(), []
    await follow(Recorded(*batches), inbox, loop_clock(), retrying.append)
    return await inbox.take(), retrying


async def test_a_files_place_comes_with_its_last_call_and_never_before():
    arrivals, retrying = await follows(Batch("/r/a.jsonl", MARK, (call(1, START), call(2, START), call(3, START))))
    assert [type(arrival.observation) for arrival in arrivals] == [CallSeen] * 3
    assert [bool(arrival.memory) for arrival in arrivals] == [False, False, True]
    assert marks(arrivals[-1].memory) == {"/r/a.jsonl": MARK}
    assert retrying == []


async def test_a_place_without_calls_is_remembered_and_a_file_that_is_gone_forgotten():
    arrivals, _ = await follows(Batch("/r/a.jsonl", MARK), Batch("/r/b.jsonl", None))
    assert [arrival.observation for arrival in arrivals] == [None, None]
    assert arrivals[1].memory == {"tail:/r/b.jsonl": ""}
    assert marks({**arrivals[0].memory, **arrivals[1].memory, "feed:acme": "x", "tail:/r/c": "no mark"}) == {"/r/a.jsonl": MARK}


async def test_a_client_that_tries_again_and_again_is_told_of():
    batch = Batch("/r/a.jsonl", MARK, (), unanswered=3)
    _, retrying = await follows(batch, Batch("/r/b.jsonl", MARK, (), unanswered=1))
    assert retrying == [batch]
