"""Many readers at the engine's socket, slow and fast ones beside each other; and what another user of the machine gets of all that is published."""

import asyncio
import json
import socket
from dataclasses import replace
from datetime import timedelta

from statuswatch.core.moment import Moment
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.engine.publish import Outlets, Publisher
from statuswatch.engine.serve import NOTICES_KEPT, Server
from support import snapshots
from support.otheruser import connect_as_nobody, folder_open_to_all, read_as_nobody

READERS = 100


class Fast(asyncio.Protocol):
    """Reads all that comes; `newest` is the time of the last picture, `longest` the most that lay here unread."""

    def __init__(self):
        self.newest = None
        self.pictures = 0
        self._rest = b""

    def data_received(self, data):
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if line.startswith((b'{"type":"snapshot"', b'{"type":"changes"')):
                self.newest = json.loads(line)["snapshot"]["at"]
                self.pictures += 1


async def soon(holds):
    for _ in range(3000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("waited in vain")


async def test_a_hundred_that_read_get_every_newest_picture_while_a_hundred_do_not_read_and_cost_two_pictures_each_at_most(tmp_path):
    server = Server(tmp_path / "r" / "s", lambda _c: None, lambda: Moment(snapshots.NOW, 0.0))
    await server.start()
    loop = asyncio.get_running_loop()
    idle = []
    for _ in range(READERS):
        one = socket.socket(socket.AF_UNIX)
        one.setblocking(False)
        one.connect(str(server.path))
        idle.append(one)
    await soon(lambda: server.listeners == READERS)
    fast = [(await loop.create_unix_connection(Fast, str(server.path)))[1] for _ in range(READERS)]
    await soon(lambda: server.listeners == 2 * READERS)
    plain = snapshots.many(300)
    size = 0
    for number in range(30):
        shown = replace(plain, at=snapshots.NOW + timedelta(seconds=number))
        data = json.dumps({"at": str(number), "pad": "x" * 200_000})
        size = len(data)
        server.publish(shown, data)
        await soon(lambda number=number: all(one.newest == str(number) for one in fast))

    held = [listener._transport.get_write_buffer_size() for listener in server._listeners]
    assert all(one.pictures == 30 for one in fast)
    assert max(held) <= size + 1000
    assert sum(held) <= READERS * (size + 1000), "only those that do not read hold anything, and no more than one picture each"
    assert all(len(listener._notices) <= NOTICES_KEPT for listener in server._listeners)
    assert server.newest is not None
    assert len(server.newest._lines) <= 5
    for one in idle:
        one.close()
    await server.stop()


def test_another_user_reads_neither_the_files_nor_the_socket(tmp_path):
    del tmp_path
    with folder_open_to_all() as folder:
        place = folder / "statuswatch"
        outlets = Outlets(place / "snapshot.json", place / "status.txt", place / "prompt")
        Publisher(outlets, lambda _s: "text").publish(snapshots.trouble())

        async def knock():
            server = Server(place / "bridge.sock", lambda _c: None, lambda: Moment(snapshots.NOW, 0.0))
            await server.start()
            heard = await asyncio.get_running_loop().run_in_executor(None, connect_as_nobody, place / "bridge.sock")
            await server.stop()
            return heard

        heard = asyncio.run(knock())
        read = [read_as_nobody(path) for path in (outlets.snapshot, outlets.status, outlets.prompt, place)]
        place.chmod(0o755)  # where somebody opened the folder, each file still protects itself
        opened = [read_as_nobody(path) for path in (outlets.snapshot, outlets.status, outlets.prompt)]

    assert heard == "PermissionError"
    assert read == ["PermissionError"] * 4
    assert opened == ["PermissionError"] * 3


async def test_a_mute_of_what_nobody_knows_is_refused_and_one_of_what_was_just_told_of_is_not(tmp_path):
    def submit(command):
        taken.append((command.kind.value, command.target))
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    taken = []
    server = Server(
        tmp_path / "r" / "s", submit, lambda: Moment(snapshots.NOW, 0.0), means=lambda target, picture: target in {view.route for view in picture.routes}
    )
    await server.start()
    try:
        server.publish(snapshots.trouble(), "{}")
        server.tell(Notice("n1", "t1", NoticeKind.OPENED, snapshots.NOW, NoticeReason.INCIDENT_POSTED, (), "t", "b", "acme", "acme:new", None))
        reader, writer = await asyncio.open_unix_connection(server.path)
        asked = [("mute", "antropic"), ("snooze", "opus"), ("mute", snapshots.OPUS), ("snooze", "acme:new"), ("unmute", "antropic")]
        asked += [("wait", "antropic"), ("acknowledge", "opus"), ("wait", snapshots.OPUS), ("acknowledge", "acme:new"), ("refresh", "*")]
        for command, target in asked:
            writer.write(json.dumps({"type": "command", "id": f"{command} {target}", "command": command, "target": target, "for_s": 60}).encode() + b"\n")
        said = {}
        async with asyncio.timeout(60):
            while len(said) < len(asked):
                message = json.loads(await reader.readline())
                if message["type"] == "done":
                    said[message["id"]] = message
        writer.close()
    finally:
        await server.stop()

    assert [said[f"{command} {target}"]["ok"] for command, target in asked] == [False, False, True, True, True] * 2
    assert "nothing of that name is known" in said["mute antropic"]["error"]
    assert taken == [*asked[2:5], *asked[7:]]
