"""What a request asks for, as far as it has to be known: the model, and whether it repeats one that failed."""

import re
from typing import Any
from urllib.parse import unquote

from statuswatch.gateway.heads import RequestHead

KEPT = 256 << 10
"""Bytes of a request in which its model is looked for."""

# Where the model is the first thing that a body says, as the coding clients write it.
_FIRST = re.compile(rb'\s*\{\s*"model"\s*:\s*"([^"\\]{1,120})"')
# Where the address names it: Gemini and Vertex (`/models/ID:method`), Bedrock (`/model/ID/invoke`), Azure (`/deployments/ID/`).
_IN_PATH = re.compile(rb"/(?:models?|deployments)/([A-Za-z0-9][A-Za-z0-9._%@-]{1,119}?)(?::[A-Za-z]+(?:$|\?)|/|$|\?)")
_TURNS = 256
_RETRIED_WITHIN_S = 120.0
_COMPARED = 4096
_RETRIES = b"x-stainless-retry-count"


def model_first(body: bytes) -> str | None:
    """The model that a body begins with."""
    found = _FIRST.match(body)
    return found[1].decode("utf-8", "replace") if found else None


def model_in(target: bytes, body: bytes) -> str | None:
    """The model that a path or a whole body names. The body is read once, and only its outermost `model` counts."""
    found = _IN_PATH.search(target[:2000])
    if found:
        return unquote(found[1].decode("ascii", "replace"))
    if body[:64].lstrip()[:1] != b"{":
        return None
    from statuswatch.sources.needed import decoder  # 15 ms, where a body does not begin with it

    try:
        model: Any = decoder(dict[str, Any])(body).get("model") if len(body) <= _COMPARED else decoder(_asked())(body).model
    except (ValueError, RecursionError):
        return None
    return model if isinstance(model, str) else None


def _asked() -> Any:
    global _type  # noqa: PLW0603 - made once, when msgspec is there
    if _type is None:
        import msgspec

        _type = msgspec.defstruct("Asked", [("model", Any, None)], gc=False)
    return _type


_type: Any = None


class Turns:
    """Which attempts are of one request: one that repeats a failure's beginning within two minutes is a retry of it. No body is kept, and no key."""

    def __init__(self) -> None:
        self._failed: dict[int, tuple[str, int, float]] = {}
        self._count = 0

    def of(self, head: RequestHead, begun: bytes, now: float, *, failed: bool) -> tuple[str, int]:
        """The turn that an attempt belongs to (empty: one of its own), and which attempt of it this is."""
        if not failed and not self._failed:
            return "", 1
        key = hash((head.target, head.fields.get(b"content-length"), begun[:_COMPARED], begun[-_COMPARED:]))
        turn, count, at = self._failed.pop(key, ("", 0, 0.0))
        if head.fields.get(_RETRIES) == b"0" or not turn or now - at > _RETRIED_WITHIN_S:
            self._count += 1
            turn, count = str(self._count), 0
        if failed:
            self._failed[key] = (turn, count + 1, now)
            if len(self._failed) > _TURNS:
                del self._failed[next(iter(self._failed))]
        return turn, count + 1


def gives_up(status: int | None, fields: dict[bytes, bytes], count: int) -> bool:
    """Whether nothing will be tried again, as far as can be told from here: what no SDK repeats, or as many attempts as they make by themselves."""
    again = status is None or status in (408, 409, 429) or status >= 500  # noqa: PLR2004 - what the vendors' SDKs repeat
    return not again or fields.get(b"x-should-retry") == b"false" or count >= 3  # noqa: PLR2004 - two retries are their default
