"""One exchange as it was seen: its heads, the first of its request, and when what came."""

import re

from statuswatch.gateway.asked import KEPT, model_first
from statuswatch.gateway.framing import Chunked
from statuswatch.gateway.guard import Way
from statuswatch.gateway.heads import RequestHead, ResponseHead
from statuswatch.gateway.tail import Tail
from statuswatch.gateway.upstreams import Upstream

_NO_CALL = re.compile(rb"count_?tokens|/batches|/files|/embeddings|/moderations", re.IGNORECASE)
_IDS = (b"request-id", b"x-request-id", b"x-amzn-requestid")


class Seen:
    """What is known of it so far. Nothing here is stored."""

    __slots__ = ("_kept", "_model", "_size", "begun", "first", "head", "last", "response", "started", "tail", "upstream")

    def __init__(self, head: RequestHead, way: Way) -> None:
        self.head = head
        self.upstream: Upstream = way.upstream
        self.response: ResponseHead | None = None
        self.begun = b""
        """The first bytes of the request's body, by which a retry is known."""
        self.started = self.first = self.last = 0.0
        """When the request was sent on, when the answer began, and when the last of it came, where it is no stream (monotonic times)."""
        self.tail: Tail | None = None
        """The last of the answer, where it is an event stream."""
        self._model: str | None = None
        self._kept: list[bytes] | None = None
        self._size = 0

    @property
    def model(self) -> str | None:
        """The model, as far as it is known without reading all of the body."""
        if self._model is None:
            self._model = model_first(self.begun)
        return self._model

    @model.setter
    def model(self, model: str | None) -> None:
        self._model = model

    @property
    def is_call(self) -> bool:
        """Whether it may be a call to a model: lists of models and counts of tokens say little of whether those answer."""
        return self.head.method == b"POST" and _NO_CALL.search(self.head.target) is None

    @property
    def seen_whole(self) -> bool:
        """Whether all of the request's body was kept."""
        return self._size <= KEPT and self.head.framing.done

    @property
    def request_id(self) -> str | None:
        """The provider's id of the request."""
        head = self.response
        found = head and next((value for name in _IDS if (value := head.value(name))), None)
        return found.decode("latin-1") if found else None

    def began(self, body: bytes, at: float) -> None:
        """See Watch."""
        self.begun = body
        self.started = self.last = at
        self._size = len(body)

    def asked(self, piece: memoryview) -> None:
        """See Watch."""
        if self._size <= KEPT:
            if self._kept is None:
                self._kept = []
            if self.model is None:
                self._kept.append(bytes(piece))
            self._size += len(piece)

    def body(self) -> bytes:
        """The request's body, where all of it was kept."""
        if not self.seen_whole:
            return b""
        raw = b"".join((self.begun, *(self._kept or ())))
        self._kept = None
        if isinstance(self.head.framing, Chunked):
            return b"".join(Chunked(extensions=False).payload(raw)[0])
        return raw
