"""Makes the taps of an engine: the records that it reads, the exports that it receives and the messages that programs send it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from statuswatch.catalog.signatures import load_signatures
from statuswatch.config import paths
from statuswatch.config.token import make_token
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.snapshot import SourceView
from statuswatch.core.tellings import Tellings
from statuswatch.engine.clock import Clock
from statuswatch.engine.inbox import Inbox
from statuswatch.engine.ingest import Ingest, Mailbox
from statuswatch.engine.recordfile import Mark
from statuswatch.engine.roots import Watched
from statuswatch.engine.runner import Tap
from statuswatch.engine.tail import Batch, Tail
from statuswatch.engine.taps import follow, receive
from statuswatch.sources.clients import CLIENTS, Origin
from statuswatch.sources.clients.diagnose import Diagnose, SignatureDiagnose
from statuswatch.sources.clients.otlp import Exports
from statuswatch.sources.clients.places import Place

OTLP = "otlp"


@dataclass(frozen=True, slots=True)
class Ground:
    """What taps stand on. `retrying` is told of a client that tries again and again; `port` is where exports are received, None where they are not."""

    inbox: Inbox
    clock: Clock
    knowledge: Knowledge
    watched: tuple[Watched, ...]
    marks: Mapping[str, Mark]
    retrying: Callable[[Batch], None]
    port: int | None


@dataclass(frozen=True, slots=True)
class Tapped:
    """The taps by name, what takes a message `observe`, what hinders reading (by a source's path), sources beyond the clients'; what taps share."""

    taps: Mapping[str, Tap]
    observe: Callable[[Mapping[str, Any]], bool | None]
    notes: Callable[[], Mapping[str, str]]
    sources: tuple[SourceView, ...]
    diagnose: Diagnose
    tellings: Tellings


def tap(ground: Ground) -> Tapped:
    """All taps. Call it inside the loop that runs them. Raises OSError or PlaceError where the receiver's address cannot be stored."""
    signatures, _ = load_signatures(Path(paths.config_dir()))
    diagnose = SignatureDiagnose(signatures, ground.knowledge)
    tellings = Tellings()
    taps: dict[str, Tap] = {}
    notes: dict[str, Callable[[], str]] = {}
    tail = _tail(ground, diagnose)
    if tail is not None:
        taps["records of clients"] = lambda: follow(tail, ground.inbox, ground.clock, ground.retrying, tellings)
        notes.update({str(item.root): lambda: tail.note for item in ground.watched})
    ingest = Ingest(ground.inbox, ground.clock, diagnose, _places(ground.knowledge), tellings, tail.knock if tail else None)
    taps["calls that programs tell"] = Mailbox(Path(paths.observe_file()), ingest.take).run
    sources: tuple[SourceView, ...] = ()
    if ground.port is not None:
        taps["exports of clients"], note = _receiver(ground, diagnose, tellings)
        place = f"127.0.0.1:{ground.port}"
        sources = (SourceView(OTLP, CLIENTS[OTLP].reads, place, enabled=True, asked=True),)
        notes[place] = note
    return Tapped(taps, ingest.take, lambda: {place: said for place, say in notes.items() if (said := say())}, sources, diagnose, tellings)


def _tail(ground: Ground, diagnose: Diagnose) -> Tail | None:
    if not ground.watched:
        return None
    return Tail(ground.watched, diagnose, ground.marks, lambda: ground.clock.now().at)


def _receiver(ground: Ground, diagnose: Diagnose, tellings: Tellings) -> tuple[Tap, Callable[[], str]]:
    # 10 ms and 1 MB that most never need.
    from statuswatch.engine.otlp import Receiver
    from statuswatch.sources.otlp import Facts

    exports = Exports()

    async def take(facts: tuple[Facts, ...]) -> None:
        await receive(facts, exports, Origin(OTLP, diagnose, ground.clock.now().at), ground.inbox, ground.clock, tellings)

    paths.ensure_private(paths.state_dir())
    receiver = Receiver(ground.port or 0, make_token(paths.otlp_token_file()), take, ground.clock)
    return receiver.run, lambda: receiver.note


def _places(knowledge: Knowledge) -> Callable[[str], Place | None]:
    def place_at(host: str) -> Place | None:
        found = knowledge.provider_of_host(host)
        return Place(found, knowledge.providers[found].usual_surface) if found else None

    return place_at
