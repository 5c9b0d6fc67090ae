"""The answer of one exchange: its heads, its body as it passes, and failing answers that are held until it is known what to say in them."""

import asyncio
from collections.abc import Callable

from statuswatch.gateway.annotate import StreamEditor
from statuswatch.gateway.framing import Chunked, FramingError
from statuswatch.gateway.heads import HeadError, RequestHead, ResponseHead, find_end, read_response
from statuswatch.gateway.onward import response_bytes
from statuswatch.gateway.watch import Addition, Watch

HELD_MAX = 256 << 10
"""Bytes of a failing answer's body that are held until it is judged."""
HELD_SECONDS = 2.0
"""How long a failing answer is held while it comes in."""

_FAILING = 400
_FRAMING_FIELDS = frozenset({b"content-length", b"transfer-encoding", b"trailer"})

Send = Callable[[bytes | memoryview, int], None]
"""Sends a piece to the caller; the number says how many bytes of it are the final head."""


class Reply:
    """One answer to `head`. `send` passes pieces on; `done` is told when all of it has been: whether nothing came after it."""

    def __init__(self, head: RequestHead, watch: Watch, send: Send, done: Callable[[bool], None]) -> None:
        self.head = head
        self.response: ResponseHead | None = None
        self.judging: asyncio.Task[None] | None = None
        """What waits for the judgement on a failing answer that is there as a whole."""
        self._watch = watch
        self._send = send
        self._done = done
        self._heard = b""
        self._held: list[bytes] | None = None
        self._held_size = 0
        self._patience: asyncio.TimerHandle | None = None
        self._editor: StreamEditor | None = None
        self._clean = True
        self.chunks: Chunked | None = None
        """The framing of a body in chunks that go on as they come."""

    @property
    def closes(self) -> bool:
        """Whether the caller's connection ends with this answer."""
        return self.head.close or (self.response is not None and self.response.framing.open_end)

    def take(self, data: memoryview) -> None:
        """Bytes came; valid during this call. Raises HeadError where nothing of the answer was passed on yet, FramingError in the middle of it."""
        response = self.response
        if self.judging is not None:  # more than the answer
            self._clean = False
        elif response is None:
            self._begin(self._heard + bytes(data))
        elif self._editor is not None:
            self._edit(response, self._editor, bytes(data), 0)
        else:
            framing = response.framing
            came = bytes(data) if framing.reads else data
            end = framing.take(came)
            piece = came if end == len(came) else came[:end]
            if self._held is not None:
                self._hold(self._held, bytes(piece))
            else:
                self._send(piece, 0)
            if framing.done:
                self._whole(response, clean=end == len(data))

    def ended(self) -> bool:
        """The connection has ended: whether that ends the answer as it should."""
        response = self.response
        if response is None or not response.framing.open_end:
            return False
        if not response.framing.done:
            response.framing.done = True
            self._whole(response, clean=False)
        return True

    def let_go(self) -> None:
        """Send what is held, with what can be said now; the rest follows as it comes."""
        self._trust()
        if self._held is None or self.response is None:
            return
        held, self._held = b"".join(self._held), None
        lines, _ = self._watch.hasten(self.response)
        first = response_bytes(self.response, lines, close=self.closes)
        self._send(first + held, len(first))

    def cancel(self) -> None:
        """Nobody waits for it any more."""
        self._trust()
        self._held = None
        if self.judging is not None:
            self.judging.cancel()

    def over(self) -> None:
        """Let go of the exchange, so that neither waits for the garbage collector."""
        self._trust()
        self._send, self._done = _nobody, _nothing

    def _begin(self, came: bytes) -> None:
        at = 0
        while True:
            end = find_end(came[at:] if at else came)
            if end < 0:
                self._heard = came[at:]
                return
            end += at
            head = read_response(came[at:end], self.head.method, upgrade=self.head.upgrade)
            if not head.interim:
                break
            self._send(response_bytes(head, close=False), 0)
            at = end
        self._heard = b""
        if head.switched:
            self.head.framing = head.framing
        self._editor = self._watch.answered(head)
        self._pass_on(head, came, at, end)

    def _pass_on(self, head: ResponseHead, came: bytes, at: int, end: int) -> None:
        """The final head, which stands in `came` from `at` to `end`, and the first of the body after it."""
        if self._editor is not None:
            self.response = head
            self._send(response_bytes(head, close=self.closes), 0)
            self._edit(head, self._editor, came, end)
            return
        try:
            stop = head.framing.take(came, end)
        except FramingError as error:  # nothing of it has been passed on yet
            raise HeadError(502, str(error)) from error
        self.response = head
        if head.status >= _FAILING and self._watch.adds:
            self._held = []
            self._patience = asyncio.get_running_loop().call_later(HELD_SECONDS, self.let_go)
            self._hold(self._held, came[end:stop])
        else:
            first = response_bytes(head, close=self.closes)
            whole = first is head.raw and not at and stop == len(came)
            self._send(came if whole else first + came[end:stop], len(first))
            self.chunks = head.framing if isinstance(head.framing, Chunked) else None
        if head.framing.done:
            self._whole(head, clean=stop == len(came))

    # Failing answers of those that something is added to, and streams that are edited

    def _hold(self, held: list[bytes], piece: bytes) -> None:
        held.append(piece)
        self._held_size += len(piece)
        if self._held_size > HELD_MAX:
            self.let_go()

    def _whole(self, head: ResponseHead, *, clean: bool) -> None:
        """The answer has come as a whole."""
        if self._held is None:
            self._done(clean)
            return
        self._trust()
        self._clean = clean
        held, self._held = b"".join(self._held), None
        self.judging = asyncio.get_running_loop().create_task(self._judge(head, held))

    async def _judge(self, head: ResponseHead, held: bytes) -> None:
        body = b"".join(Chunked(extensions=True).payload(held)[0]) if isinstance(head.framing, Chunked) else held
        self._release(head, held, await self._watch.conclude(head, body))
        self.judging = None
        self._done(self._clean)

    def _release(self, head: ResponseHead, held: bytes, addition: Addition) -> None:
        lines, changed = addition
        without: frozenset[bytes] = frozenset()
        if changed is not None and self.head.method != b"HEAD":
            held, without = changed, _FRAMING_FIELDS
            lines = (*lines, b"Content-Length: %d" % len(changed))
        first = response_bytes(head, lines, without, close=self.closes)
        self._send(first + held, len(first))

    def _edit(self, response: ResponseHead, editor: StreamEditor, data: bytes, at: int) -> None:
        """Pass a piece of a stream on through its editor, in chunks of our own. Raises FramingError."""
        pieces, end = response.framing.payload(data, at)
        done = response.framing.done
        out = editor.feed(b"".join(pieces)) + (editor.rest() if done else b"")
        if out or done:
            self._send((b"%x\r\n%s\r\n" % (len(out), out) if out else b"") + (b"0\r\n\r\n" if done else b""), 0)
        if done:
            self._done(end == len(data))

    def _trust(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


def _nobody(piece: bytes | memoryview, head: int) -> None:
    del piece, head


def _nothing(clean: bool) -> None:
    del clean
