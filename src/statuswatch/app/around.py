"""What the engine looks at around it besides feeds and clients: this machine's way out, and model servers on it."""

from collections.abc import Callable

from statuswatch.catalog.localservers import local_servers
from statuswatch.core.health import Fault
from statuswatch.core.snapshot import Snapshot
from statuswatch.engine.clock import Clock
from statuswatch.engine.fetch import Fetcher
from statuswatch.engine.inbox import Inbox
from statuswatch.engine.localmodels import LocalModels
from statuswatch.engine.netcheck import NetCheck, system_bus
from statuswatch.engine.runner import Tap

_LOCAL_BYTES, _LOCAL_SECONDS = 256 * 1024, 2.0
_INSTEAD = frozenset({Fault.NETWORK, Fault.QUOTA, Fault.BILLING})


def around(inbox: Inbox, clock: Clock, shown: Callable[[], Snapshot | None], *, local: bool) -> dict[str, Tap]:
    """The taps. `shown` gives what was published last, `local` whether model servers on this machine may be looked for."""
    taps: dict[str, Tap] = {"the network of this machine": NetCheck(inbox, clock, bus=system_bus()).run}
    if local:
        taps["model servers on this machine"] = _local(inbox, clock, shown)
    return taps


def _local(inbox: Inbox, clock: Clock, shown: Callable[[], Snapshot | None]) -> Tap:
    async def run() -> None:
        fetcher = Fetcher(max_bytes=_LOCAL_BYTES, total_seconds=_LOCAL_SECONDS)
        await LocalModels(local_servers(), fetcher, inbox, clock, lambda: wanted(shown())).run()

    return run


def wanted(snapshot: Snapshot | None) -> bool:
    """Whether a model on this machine would help now: trouble that is not of the request, the key or the model's name."""
    verdicts = [view.verdict for view in snapshot.routes] if snapshot else []
    return any(verdict.trouble or verdict.fault in _INSTEAD for verdict in verdicts)
