"""Good answers that came as a whole are taken note of a moment later, when nothing is under way that would wait for it."""

import asyncio
from collections import deque
from collections.abc import Callable

from statuswatch.gateway.framing import NOTHING
from statuswatch.gateway.guard import Way
from statuswatch.gateway.heads import RequestHead, ResponseHead
from statuswatch.gateway.watch import Watch

AT_ONCE = 16
"""Exchanges that are noted in one go; of more in so short a time those that came last are left out."""

_AFTER = 0.2


class Later:
    """Tells what `observe` makes."""

    def __init__(self, observe: Callable[[RequestHead, Way], Watch]) -> None:
        self.observe = observe
        self._passed: deque[tuple[RequestHead, Way, bytes, float, float, bytes]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def note(self, head: RequestHead, way: Way, body: bytes, sent: float, came: float, answer: bytes) -> None:
        """A request with (the first of) its `body`, when it was `sent` on, when its answer `came` (monotonic times), and the head of that."""
        if len(self._passed) < AT_ONCE:
            self._passed.append((head, way, body, sent, came, answer))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_AFTER, self._tell)

    def _tell(self) -> None:
        self._timer = None
        while self._passed:
            head, way, body, sent, came, answer = self._passed.popleft()
            self.observe(head, way).whole(body, sent, came, ResponseHead(200, answer, answer.lower(), NOTHING))
