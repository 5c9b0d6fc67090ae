"""What the engine looks at around it besides feeds and clients: this machine's way out, and model servers on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from statuswatch.catalog.localservers import local_servers
from statuswatch.core.health import Fault, FeedState
from statuswatch.core.snapshot import Snapshot
from statuswatch.engine.clock import Clock
from statuswatch.engine.fetch import Fetcher
from statuswatch.engine.inbox import Inbox
from statuswatch.engine.localmodels import LocalModels
from statuswatch.engine.netcheck import NetCheck, system_bus
from statuswatch.engine.runner import Tap

_LOCAL_BYTES, _LOCAL_SECONDS = 256 * 1024, 2.0
_UNREAD = frozenset({FeedState.STALE, FeedState.BLOCKED, FeedState.UNREACHABLE})
_INSTEAD = frozenset({Fault.NETWORK, Fault.QUOTA, Fault.BILLING})


@dataclass(frozen=True, slots=True)
class Around:
    """The taps, and what is to be called after each step of the engine."""

    taps: Mapping[str, Tap]
    stepped: Callable[[], None]


def around(inbox: Inbox, clock: Clock, shown: Callable[[], Snapshot | None], *, local: bool) -> Around:
    """All of it. `shown` gives what was published last, `local` whether model servers on this machine may be looked for. Call it in the engine's loop."""
    network = NetCheck(inbox, clock, bus=system_bus(), doubted=lambda: doubted(shown()))
    taps: dict[str, Tap] = {"the network of this machine": network.run}
    if not local:
        return Around(taps, network.stepped)
    fetcher = Fetcher(max_bytes=_LOCAL_BYTES, total_seconds=_LOCAL_SECONDS)
    models = LocalModels(local_servers(), fetcher, inbox, clock, lambda: wanted(shown()))
    taps["model servers on this machine"] = models.run

    def stepped() -> None:
        network.stepped()
        models.stepped()

    return Around(taps, stepped)


def doubted(snapshot: Snapshot | None) -> bool:
    """Whether something is wrong that this machine's network could be the reason of: trouble, or a feed that cannot be reached."""
    if snapshot is None:
        return False
    unread = any(feed.state in _UNREAD for feed in snapshot.feeds)
    return unread or any(view.verdict.trouble or view.verdict.fault is Fault.NETWORK for view in snapshot.routes)


def wanted(snapshot: Snapshot | None) -> bool:
    """Whether a model on this machine would help now: trouble that is not of the request, the key or the model's name."""
    verdicts = [view.verdict for view in snapshot.routes] if snapshot else []
    return any(verdict.trouble or verdict.fault in _INSTEAD for verdict in verdicts)
