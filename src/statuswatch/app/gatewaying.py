"""Joins the gateway to an engine: what passes goes into the inbox, what the picture says goes into failing answers, and who asks is told the address."""

import asyncio
import contextlib
import json
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from statuswatch.app.led import fault_of, read_led, write_led
from statuswatch.app.tapping import Tapped
from statuswatch.config import paths
from statuswatch.config.model import Gateway as Settings
from statuswatch.config.token import make_token
from statuswatch.core import wording
from statuswatch.core.health import Confidence, Fault, Side
from statuswatch.core.ids import Surface
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.observation import Call, CallSeen
from statuswatch.core.snapshot import RouteView, Snapshot
from statuswatch.core.verdict import AdviceKind, Verdict
from statuswatch.engine.clock import Clock
from statuswatch.engine.inbox import Arrival, Inbox
from statuswatch.engine.serve import same_user
from statuswatch.engine.single import listening_socket
from statuswatch.gateway.pointing import way_of
from statuswatch.sources.clients.attempt import NO_MODEL, NO_PROVIDER
from statuswatch.surfaces.plain import plain

if TYPE_CHECKING:
    from statuswatch.gateway.saying import Outlook
    from statuswatch.gateway.server import Gateway

_AGAIN_S = 30.0
_TITLE_MAX = 120
_PATIENCE_S = 10.0
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ground:
    """What the gateway of an engine stands on. `shown` gives what was published last, `environ` the variables that name a proxy."""

    settings: Settings
    tapped: Tapped
    inbox: Inbox
    clock: Clock
    knowledge: Knowledge
    shown: Callable[[], Snapshot | None]
    environ: Mapping[str, str]


class Door:
    """The gateway of an engine: open from the start where the settings say so, else once somebody asks.

    Who connects to the socket `gateway.sock` gets a line of JSON: `{"address": "http://127.0.0.1:PORT/TOKEN", "annotate": BOOL, "names": [...], "configured":
    [...], "proxy": DIGEST}` with what every address begins with, or `{"error": SENTENCE}`. Asking opens the gateway; it stays open until the engine ends.
    `configured` are the names whose addresses are the person's own; `proxy` is as `way_of` has it. Then each line `{"upstream": URL, "like": NAME}` is answered
    by `{"name": NAME}`, under which that API is reached from now on, or by `{"error": SENTENCE}`. Addresses that have got a name so are kept: one that opens
    the gateway after a restart has them again, for programs that were started before.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._gateway: Gateway | None = None
        self._opening = asyncio.Lock()
        self._led: list[str] = []
        self.note = ""
        """Why it does not listen although the settings ask for it; empty where it does."""

    async def run(self) -> None:
        """Answer those who ask, and listen where the settings say so, until cancelled. Raises PlaceError where the socket has no place."""
        place = Path(paths.gateway_file())
        listening = listening_socket(place)
        mine = _inode(place)
        server = await asyncio.start_unix_server(self._answer, sock=listening)
        try:
            while self._ground.settings.enabled and self._gateway is None:
                self.note = await self._open(self._ground.settings.port)
                if self.note:
                    _logger.warning("the gateway does not listen: %s", self.note)
                    await self._ground.clock.sleep(_AGAIN_S * self._ground.clock.speed)
            await asyncio.Event().wait()
        finally:
            server.close()
            if self._gateway is not None:
                await self._gateway.stop()
            if _inode(place) == mine:  # and not that of another engine
                _remove(place)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if same_user(writer.get_extra_info("socket")):
                writer.write(json.dumps(await self._told()).encode() + b"\n")
                await writer.drain()
                async with asyncio.timeout(_PATIENCE_S):
                    while line := await reader.readline():
                        writer.write(json.dumps(self._added(line)).encode() + b"\n")
                        await writer.drain()
        except (OSError, TimeoutError, ValueError):  # hung up, silent, or a line without an end
            pass
        finally:
            writer.close()

    async def _told(self) -> dict[str, object]:
        settings = self._ground.settings
        if self._gateway is None:
            # Who asks can be sent to any port; whose settings hold an address cannot.
            problem = await self._open(settings.port)
            if problem and not settings.enabled:
                problem = await self._open(0)
            if problem:
                return {"error": f"the gateway cannot listen: {problem}"}
        gateway = self._gateway
        assert gateway is not None  # noqa: S101 - it was opened
        known = {"names": list(gateway.names), "configured": sorted(name.lower() for name in settings.addresses)}
        return {"address": gateway.base, "annotate": settings.annotate, **known, "proxy": way_of(self._ground.environ), "problem": gateway.problem}

    def _added(self, line: bytes) -> dict[str, str]:
        """The name of an upstream that was asked for."""
        from statuswatch.gateway.upstreams import OWN

        try:
            asked = json.loads(line)
            if self._gateway is None or not isinstance(asked, dict):
                return {"error": "expected an object with an upstream"}
            url = str(asked.get("upstream", ""))
            fault = fault_of(url)
            if fault:
                return {"error": fault}
            name = self._gateway.add(url, str(asked.get("like", "")))
        except (ValueError, RecursionError) as error:
            return {"error": str(error)}
        if name.startswith(OWN):
            self._keep(url)
        return {"name": name}

    def _keep(self, url: str) -> None:
        try:
            self._led = write_led(Path(paths.gateway_led_file()), self._led, url)
        except OSError as error:  # it works until the engine ends
            _logger.warning("an address that the gateway passes calls on to could not be kept: %s", error.strerror)

    async def _open(self, port: int) -> str:
        """Listen; the problem where that cannot be."""
        async with self._opening:
            if self._gateway is not None:
                return ""
            try:
                gateway = make_gateway(self._ground)
            except OSError as error:
                return f"its word cannot be kept: {error}"
            self._led = read_led(Path(paths.gateway_led_file()))
            for url in self._led:
                gateway.restore(url)
            try:
                await gateway.start(port)
            except OSError as error:
                return f"127.0.0.1:{port}: {error.strerror or error}"
            self._gateway = gateway
            _logger.info("the gateway listens at 127.0.0.1:%s", gateway.port)
            return ""


def _inode(place: Path) -> int | None:
    try:
        return place.stat().st_ino
    except OSError:
        return None


def _remove(place: Path) -> None:
    with contextlib.suppress(OSError):
        place.unlink()


def make_gateway(ground: Ground) -> "Gateway":
    """A gateway that does not listen yet. Its modules are loaded here, when it is wanted. Raises OSError where its word cannot be stored."""
    from statuswatch.gateway.server import Gateway
    from statuswatch.gateway.tap import Tap
    from statuswatch.gateway.upstreams import Upstreams

    paths.ensure_private(paths.state_dir())
    knowledge = ground.knowledge
    tap = Tap(
        lambda call: _report(ground, call),
        lambda provider, surface, model: outlook_of(ground.shown(), knowledge, provider, surface, model),
        ground.tapped.diagnose,
        lambda: ground.clock.now().at,
        {facts.id: facts.usual_surface for facts in knowledge.providers.values()},
        annotate=ground.settings.annotate,
    )
    upstreams = Upstreams(knowledge, ground.settings.addresses)
    return Gateway(ground.settings.port, make_token(paths.gateway_token_file()), upstreams, ground.environ, tap.watch)


def environ_of(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables that name a proxy."""
    return {name: value for name, value in (os.environ if environ is None else environ).items() if name.lower() in ("https_proxy", "all_proxy", "no_proxy")}


def _report(ground: Ground, call: Call) -> Awaitable[None] | None:
    """Put a call into the inbox; what is returned is done when its effect is stored."""
    if call.provider == NO_PROVIDER:
        return None
    told = ground.tapped.tellings.take("gateway", call)
    if told is None:
        return None
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    return done if ground.inbox.offer(Arrival(CallSeen(ground.clock.now().at, told), done=done)) else None


def outlook_of(snapshot: Snapshot | None, knowledge: Knowledge, provider: str, surface: Surface | None, model: str) -> "Outlook | None":
    """What the picture says of a provider's model; None where the provider is not known."""
    from statuswatch.gateway.saying import Outlook

    facts = knowledge.providers.get(provider)
    if facts is None:
        return None
    view = _view(snapshot, provider, surface, model)
    if snapshot is None or view is None:
        return Outlook(Fault.UNKNOWN, Confidence.LOW, link=facts.page_url)
    verdict = view.verdict
    incident = next((item for item in snapshot.incidents if item.key == verdict.incident), None)
    return Outlook(
        verdict.fault,
        verdict.confidence,
        verdict.health,
        verdict.since,
        verdict.incident.partition(":")[2] if verdict.incident else None,
        (incident.url if incident else None) or facts.page_url,
        _sentence(snapshot, verdict, knowledge, incident.title if incident else "", snapshot.at),
    )


def _view(snapshot: Snapshot | None, provider: str, surface: Surface | None, model: str) -> RouteView | None:
    """The watched route that a call went over: the same model first, then the same way of using it, then the provider as a whole."""
    views = [view for view in snapshot.routes if view.verdict.route.provider == provider] if snapshot else []

    def nearness(view: RouteView) -> tuple[bool, bool, bool]:
        route = view.verdict.route
        return route.model == model, route.model in ("*", NO_MODEL) or model.startswith(f"{route.model}-"), route.surface == surface

    best = max(views, key=nearness, default=None)
    if best is None or (not any(nearness(best)[:2]) and model != NO_MODEL):
        return None
    return best


def _sentence(snapshot: Snapshot, verdict: Verdict, knowledge: Knowledge, title: str, now: datetime) -> str:
    """The verdict, the incident's title and what works now, in plain words; empty where nothing is wrong as far as is known."""
    if not verdict.trouble and verdict.side is not Side.YOURS:
        return ""
    parts = ["statuswatch: " + plain(wording.headline(verdict, knowledge, now, datetime.now().astimezone().tzinfo))]  # type: ignore[arg-type]  # noqa: TID251 - this machine's zone, no time
    if title:
        parts.append(f'Incident: "{plain(title)[:_TITLE_MAX]}".')
    names = {view.verdict.route.canonical: view.title for view in snapshot.routes}
    works = [plain(names.get(item.target, item.target)) for item in verdict.advice if item.kind is AdviceKind.SWITCH]
    if works:
        parts.append(f"Works now: {', '.join(works)}.")
    return " ".join(parts)
