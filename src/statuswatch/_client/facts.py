"""Single facts of an attempt: the model asked for, the request it belongs to, why no answer came, the error that an event is."""

import errno
import json
import socket
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

from statuswatch._client.link import LINK
from statuswatch._client.redaction import READ_MAX

REQUEST_MAX = 1 << 20
"""Bytes of a request in which its model is looked for."""

_MOST_TURNS = 256
_RETRIED_WITHIN_S = 120.0
_GIVES_UP_AFTER = 3  # attempts: what the SDKs that count their retries make by default
_OWN_FAULTS = frozenset({"PoolTimeout", "UnsupportedProtocol", "LocalProtocolError", "CloseError"})


def model_in(request: Any) -> tuple[str | None, bool]:
    """The model that a request asks for, and whether it is a call to one at all: only a body that can be read and names none says that it is not."""
    try:
        body = request.content
    except Exception:  # noqa: BLE001 - a body that is produced while it is sent
        return None, True
    if len(body) > REQUEST_MAX or body.lstrip()[:1] != b"{":
        return None, bool(body)
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return None, True
    model = asked.get("model")
    return (model, True) if isinstance(model, str) and len(model) <= 120 else (None, False)  # noqa: PLR2004 - no model's id is longer


def turn_of(request: Any, *, failed: bool) -> tuple[str, int]:
    """Which request an attempt belongs to and which attempt of it this is: one that repeats the bytes of a failure within two minutes is a retry of it."""
    turns, now = LINK.turns, time.perf_counter()
    if not failed and not turns:
        return "", 1
    said = request.headers.get("x-stainless-retry-count")
    try:
        key = hash((str(request.url), request.content))
    except Exception:  # noqa: BLE001 - a body that is produced while it is sent
        return LINK.next_id(), 1
    turn, count, at = turns.pop(key, ("", 0, 0.0))
    if said == "0" or not turn or now - at > _RETRIED_WITHIN_S:
        turn, count = LINK.next_id(), 0
    if failed:
        turns[key] = (turn, count + 1, now)
        if len(turns) > _MOST_TURNS:
            turns.popitem(last=False)
    return turn, count + 1


def is_final(status: int | None, headers: Mapping[str, str], count: int) -> bool:
    """Whether nothing will be tried again, as far as can be told from below: a refusal that no SDK repeats, or as many attempts as they make."""
    again = status is None or status in (408, 409, 429) or status >= 500  # noqa: PLR2004 - what the vendors' SDKs repeat
    return not again or headers.get("x-should-retry") == "false" or count >= _GIVES_UP_AFTER


def decoder(encoding: str, library: str) -> Callable[[bytes], bytes] | None:
    """What undoes a content coding piece by piece; None for one that is not known here."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return bytes
    if name in ("gzip", "x-gzip"):
        gunzip = zlib.decompressobj(31)
        return lambda piece: gunzip.decompress(gunzip.unconsumed_tail + piece, READ_MAX)
    try:  # br and zstd, where the client's library has them
        return import_module(f"{library}._decoders").SUPPORTED_DECODERS[name]().decode  # type: ignore[no-any-return]  # a table of classes without types
    except Exception:  # noqa: BLE001 - whatever is not there, the body stays unread
        return None


def error_in(event: bytes) -> bytes | None:
    """The error that one event of a stream is; only an event's own fields make it one, never what an answer says."""
    name, data = b"", bytearray(event if event.startswith(b"{") else b"")
    for line in event.splitlines():
        key, _, value = line.partition(b":")
        if key == b"event":
            name = value.strip()
        elif key == b"data":
            data += value.strip()
    try:
        value_of = json.loads(data)
    except (ValueError, RecursionError):
        return json.dumps({"type": "error", "message": data.decode("utf-8", "replace")}).encode() if name == b"error" else None
    if not isinstance(value_of, dict):
        return None
    choices = value_of.get("choices")
    wrong = name == b"error" or value_of.get("type") in ("error", "response.failed") or value_of.get("error")
    return bytes(data) if wrong or (isinstance(choices, list) and any(isinstance(choice, dict) and choice.get("error") for choice in choices)) else None


def cause(error: BaseException) -> str | None:
    """A word for what kept an answer from coming, the most exact one of the chain of exceptions; None for the program's own doing."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & _OWN_FAULTS or not names & {"TransportError", "OSError"}:
        return None
    for found in _chain(error):
        name = type(found).__name__
        if name == "SSLCertVerificationError":
            return "CERT_HAS_EXPIRED" if getattr(found, "verify_code", 0) == 10 else "CERT_VERIFY_FAILED"  # noqa: PLR2004 - X509_V_ERR_CERT_HAS_EXPIRED
        if isinstance(found, socket.gaierror):
            return next((name for name in dir(socket) if name.startswith("EAI_") and getattr(socket, name) == found.errno), "ENOTFOUND")
        if isinstance(found, OSError) and not name.startswith("SSL") and found.errno in errno.errorcode:
            return errno.errorcode[found.errno or 0]
    return type(error).__name__


def _chain(error: BaseException) -> Iterator[BaseException]:
    ahead, seen = deque([error]), 0
    while ahead and seen < 32:  # noqa: PLR2004 - more than any library's
        found, seen = ahead.popleft(), seen + 1
        yield found
        ahead.extend(next_ for next_ in (found.__cause__, found.__context__, *getattr(found, "exceptions", ())) if next_ is not None)


def library_of(value: Any) -> str:
    """`httpx` or `httpx2`: whose object this is, subclasses included; nothing for others."""
    roots = [kind.__module__.partition(".")[0] for kind in type(value).__mro__]
    return next((root for root in roots if root in ("httpx", "httpx2")), "")
