"""A model API in a thread of its own, for SDKs that block; and the engine's end of the socket at which programs tell of their calls."""

import asyncio
import contextlib
import json
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from statuswatch._client.link import LINK
from statuswatch.simulate.answers import answered, asked
from statuswatch.simulate.provider import failed, failures
from support.server import Answer, Seen, StatusServer, status_server

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_GEMINI = tuple(f"/{version}/models/gemini-2.5-pro:{method}" for version in ("v1", "v1beta") for method in ("generateContent", "streamGenerateContent"))
PATHS = ("/v1/messages", "/v1/chat/completions", "/openai/v1/chat/completions", "/v1/responses", *_GEMINI)


@dataclass
class ModelApi:
    """`failure` is what the next `times` calls meet (None: all); `answer`, where it is set, is what all get instead. `seen` are the requests."""

    server: StatusServer
    failure: str | None = None
    times: int | None = None
    answer: Answer | None = None

    @property
    def url(self) -> str:
        return self.server.url("")

    @property
    def seen(self) -> list[Seen]:
        return self.server.seen

    def handle(self, seen: Seen) -> Answer:
        if self.answer is not None:
            return self.answer
        call = asked(urlsplit(seen.path).path.removeprefix("/openai"), seen.body)  # as a proxy it is asked for whole addresses
        assert call is not None
        failing = self.failure if self.times != 0 else None
        if failing and self.times is not None:
            self.times -= 1
        made = failed(failures()[failing], call, "x1", AT) if failing else answered(call, call.model or "m", "x1", AT)
        headers = {"content-type": "application/json", "retry-after-ms": "1", **made.headers}  # SDKs try again at once
        return Answer(made.status, headers, made.body, tuple(piece for piece in made.pieces))


@contextlib.contextmanager
def model_api() -> Iterator[ModelApi]:
    """A running API; its thread has ended afterwards."""
    ready: list[ModelApi] = []
    up, down = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with status_server() as server:
            ready.append(ModelApi(server))
            server.handlers.update(dict.fromkeys(PATHS, ready[0].handle))
            up.set()
            await down.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert up.wait(30)
    try:
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(down.set)
        thread.join(30)
        loop.close()


@dataclass
class Mailbox:
    """What came to the socket, oldest first, as it came."""

    box: socket.socket
    path: Path
    raw: list[bytes] = field(default_factory=list)

    def calls(self) -> list[dict[str, Any]]:
        """All calls until now."""
        with contextlib.suppress(BlockingIOError):
            while True:
                self.raw.append(self.box.recv(1 << 16))
        return [json.loads(data)["call"] for data in self.raw]

    def close(self) -> None:
        self.box.close()
        self.path.unlink(missing_ok=True)


def mailbox() -> Mailbox:
    """The engine's socket, at the place that the environment says."""
    folder = Path(os.environ["XDG_RUNTIME_DIR"]) / "statuswatch"
    folder.mkdir(mode=0o700, exist_ok=True)
    box = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    box.bind(str(folder / "observe.sock"))
    box.setblocking(False)
    return Mailbox(box, folder / "observe.sock")


@contextlib.contextmanager
def engine_listens() -> Iterator[Mailbox]:
    """A mailbox that programs find from now on; afterwards there is none."""
    box = mailbox()
    LINK.renew()
    try:
        yield box
    finally:
        LINK.close()
        box.close()
