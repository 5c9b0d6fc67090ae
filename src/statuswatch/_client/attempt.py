"""One attempt to call a model, as it is seen from below an SDK."""

import json
import os
import re
import time
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from statuswatch._client.facts import cause, decoder, error_in, is_final, library_of, model_in, turn_of
from statuswatch._client.link import LINK
from statuswatch._client.redaction import KEY, READ_MAX, REQUEST_IDS, reduced, telling

_HEAD = 64
_TAIL = 512
_SUCCESS = range(200, 300)
_REDIRECT = range(300, 400)
_STREAMS = ("text/event-stream", "application/vnd.amazon.eventstream")
_EVENT_ENDS = (b"\n\n", b"\r\n\r\n")
_NAMES_A_MODEL = re.compile(r"/(?:models?|deployments|engines)/[^/]")
_SEGMENT = re.compile(r"[A-Za-z][\w.:@%-]{0,119}")
_ERROR_FIRST = re.compile(rb"""\s*(?:\[\s*)?\{\s*"(?:error"\s*:\s*[{"]|type"\s*:\s*"error")|\s*<(?:!doctype|html)""", re.IGNORECASE)
_HINTS = (b"error", b"fail", b"exception")
_ENDS = re.compile(rb'\[DONE\]|message_stop|response\.(?:completed|incomplete)|"finish_?[rR]eason"\s*:\s*"|"done"\s*:\s*true|message-end|messageStop')
_EXCEPTION = re.compile(rb":exception-type.{1,6}?([A-Za-z]{3,60}Exception)", re.DOTALL)


_P = ParamSpec("_P")
_R = TypeVar("_R")


def quietly(function: Callable[_P, _R]) -> Callable[_P, _R | None]:
    """Nothing that goes wrong while looking may reach the program that is looked at."""

    @wraps(function)
    def quiet(*args: _P.args, **kwargs: _P.kwargs) -> _R | None:
        try:
            return function(*args, **kwargs)
        except Exception:  # noqa: BLE001 - see above
            return None

    return quiet


class Attempt:
    """One attempt to call a model, from its request to its end; told once."""

    def __init__(self, request: Any, provider: str | None, name: str) -> None:
        self._request, self._provider, self._client = request, provider, name
        self._began = time.perf_counter()
        self._first: float | None = None
        self._told = self._is_stream = self.reads_ahead = False
        self._status: int | None = None
        self._headers: Mapping[str, str] = {}
        self._look: Callable[[bytes], None] | None = None
        self._decode: Callable[[bytes], bytes] | None = None
        self._kept = bytearray()
        self._tail = b""

    @quietly
    def answered(self, response: Any) -> None:
        """The head of the answer is there."""
        self._status, self._headers = response.status_code, response.headers
        kind = self._headers.get("content-type", "").lower()
        self._is_stream = kind.startswith(_STREAMS)
        self._decode = decoder(self._headers.get("content-encoding", ""), library_of(response))
        self.reads_ahead = self._failing and not self._is_stream
        if self._failing:
            self._look = self._keep
        elif self._status in _SUCCESS:
            self._look = self._watch_frames if "amazon" in kind else self._watch_events if self._is_stream else self._watch_head

    @property
    def _failing(self) -> bool:
        return self._status is not None and self._status not in _SUCCESS and self._status not in _REDIRECT

    @quietly
    def feed(self, piece: bytes) -> None:
        """Bytes of the answer come by."""
        if self._first is None:
            self._first = time.perf_counter()
        if self._look is not None and self._decode is not None:
            self._look(self._decode(piece))

    @quietly
    def ended(self, *, early: bool = False) -> None:
        """The answer is complete, or (`early`) the program wants no more of it."""
        if self._told or (early and self._first is None and not self._failing):
            return
        if self._failing or (self._kept and not self._is_stream and _ERROR_FIRST.match(self._kept)):
            self._fail(bytes(self._kept))
        elif self._status in _SUCCESS:
            if self._is_stream and self._kept:
                self._watch_events(b"\n\n")
            # A stream that ends without its mark was cut off: that is no answer, and blames nobody.
            if not self._is_stream or (self._decode is not None and (early or _ENDS.search(self._tail))):
                self._tell("ok", status=self._status)
        self._told = True

    @quietly
    def broke(self, error: BaseException) -> None:
        """No answer came, or it stopped coming."""
        if self._failing:
            self.ended()
        elif (word := cause(error)) is not None:
            self._tell("failed", transport=word)
        self._told = True

    def _keep(self, piece: bytes) -> None:
        self._kept += piece[: max(0, READ_MAX - len(self._kept))]

    def _watch_head(self, piece: bytes) -> None:
        """A success whose body is an error or a page begins so that it can be told; all others are let go."""
        self._keep(piece)
        if len(self._kept) >= _HEAD:
            self._look = self._keep if _ERROR_FIRST.match(self._kept) else None
        if self._look is None:
            self._kept.clear()

    def _watch_events(self, piece: bytes) -> None:
        self._tail = (self._tail + piece)[-_TAIL:]
        self._kept += piece
        end = max(self._kept.rfind(mark) + len(mark) if mark in self._kept else 0 for mark in _EVENT_ENDS)
        events = bytes(self._kept[:end])
        del self._kept[:end]
        if self._kept[:1] == b"{":  # Gemini breaks off with an object that is no event
            events += self._kept
        if len(self._kept) > READ_MAX:  # longer than any error is
            self._kept.clear()
        said = events.lower()
        if any(hint in said for hint in _HINTS):  # a pattern would take a hundred times as long
            for event in re.split(rb"\r?\n\r?\n", events):
                if (error := error_in(event)) is not None:
                    self._fail(error)
                    return

    def _watch_frames(self, piece: bytes) -> None:
        """Amazon's binary event stream: an exception says so in a header of its frame."""
        self._tail = (self._tail + piece)[-_TAIL:]
        if found := _EXCEPTION.search(self._tail):
            self._fail(json.dumps({"__type": found[1].decode()}).encode())

    def _fail(self, body: bytes) -> None:
        headers = telling(self._headers)
        if self._is_stream:
            headers["content-type"] = "application/json"
        self._tell("failed", status=self._status, headers=headers, body=reduced(body.decode("utf-8", "replace")))

    def _tell(self, outcome: str, **more: Any) -> None:
        """Hand the call to the engine, if it was one to a model."""
        if self._told:
            return
        self._told, self._look = True, None
        url, now = self._request.url, self._first or time.perf_counter()
        path = "/".join(part if not part or (_SEGMENT.fullmatch(part) and not KEY.search(part)) else "-" for part in url.path.split("/"))
        model, is_call = model_in(self._request)
        failed = outcome == "failed"
        turn = turn_of(self._request, failed=failed)
        if not is_call and not _NAMES_A_MODEL.search(path):
            return
        call: dict[str, Any] = {"outcome": outcome, "at": time.time_ns() // 1_000_000 / 1000, "id": LINK.next_id(), "client": self._client, **more}
        call |= {"url": f"{url.scheme}://{url.netloc.decode('ascii')}{path}", "latency_ms": round((now - self._began) * 1000, 1)}
        call |= {"project": "/" + os.path.basename(os.getcwd())}  # noqa: PTH109, PTH119 - pathlib is a program's to load or not
        if failed:
            call |= {"turn": turn[0], "final": is_final(more.get("status"), self._headers, turn[1])}
        request_id = next((value for name in REQUEST_IDS if (value := self._headers.get(name))), None)
        known = {"provider": self._provider, "model": model, "request_id": request_id}
        call |= {key: value for key, value in known.items() if value and not KEY.search(value)}
        LINK.send(call)
