"""Plays one outage: servers and a client on this machine, and a home of its own for the engine in which nothing else can be reached or read."""

import asyncio
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from statuswatch.catalog.loader import read_built_in
from statuswatch.config.consent import save_consent
from statuswatch.core.errors import StatuswatchError
from statuswatch.core.ids import Route
from statuswatch.core.moment import format_time
from statuswatch.simulate.caller import Attempt, Caller
from statuswatch.simulate.script import Post, Script, ScriptIncident, ScriptProvider
from statuswatch.simulate.server import SimulationClock, World
from statuswatch.sources.clients import CLIENTS


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that the simulation itself did, in the outage's own time.

    `event`: `page` (a post went up; `kind` is its stage, `reason` its text) or `call` (one attempt ended; `kind` is `ok` or `failed`).
    """

    at: datetime
    event: str
    kind: str
    title: str
    reason: str = ""
    route: str | None = None
    incident: str | None = None
    attempt: Attempt | None = None

    def line(self) -> dict[str, Any]:
        """The event as `statuswatch simulate --json` prints it, without the fields that it does not have."""
        fields = {"at": format_time(self.at), "event": self.event, "route": self.route, "kind": self.kind, "title": self.title}
        fields |= {"reason": self.reason, "incident": self.incident}
        return {name: value for name, value in fields.items() if value}


OnEvent = Callable[[Event], None]


class Play:
    """`async with Play(...) as play`: servers are up and `home` is ready to start an engine in; calls and posts come by the clock.

    Nothing happens before the first `await` within the block, so a clock may be set to its start there.
    `home` is an absolute folder that is missing or empty. On leaving, servers, connections and tasks are gone, and so are the files that were written here.
    Attempts of routes without a recording client come with `recorded` false: hand those to the engine.
    """

    def __init__(
        self,
        script: Script,
        clock: SimulationClock,
        home: Path,
        on_event: OnEvent,
        routes: Sequence[Route] = (),
        quiet_after: datetime | None = None,
    ) -> None:
        self._script = script
        self._clock = clock
        self._home = home
        self._on_event = on_event
        self.routes = tuple(routes) or script.routes
        self._quiet_after = quiet_after
        self._world = World(script, clock)
        self._task: asyncio.Task[None] | None = None

    @property
    def pages(self) -> Mapping[str, str]:
        """Origin of each provider's status page."""
        return self._world.pages

    @property
    def api(self) -> str:
        """Origin of the model API."""
        return self._world.api

    @property
    def environment(self) -> dict[str, str]:
        """What an engine (or a client) is to be started with: this home, and every client's records within it."""
        homes = {client.root_env: str(self._clients / client.name) for client in CLIENTS.values() if client.root_env}
        return {"STATUSWATCH_HOME": str(self._home), "HOME": str(self._clients), "ANTHROPIC_BASE_URL": self.api, "OPENAI_BASE_URL": f"{self.api}/v1", **homes}

    async def finished(self) -> None:
        """Return when the outage's last moment has passed. Raises what stopped the simulation before that, if anything did."""
        if self._task is not None:
            await asyncio.shield(self._task)

    async def __aenter__(self) -> Self:
        if self._home.exists() and any(self._home.iterdir()):
            raise StatuswatchError(f"{self._home} is not empty; a simulation needs a folder of its own")
        self._clients.mkdir(parents=True)
        try:
            await self._world.__aenter__()
            self._write_config()
        except BaseException:
            await self._clear()
            raise
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await self._clear()
        if task is not None and not task.cancelled() and task.exception() is not None and error is None:
            raise task.exception() or StatuswatchError("the simulation stopped")

    @property
    def _clients(self) -> Path:
        return self._home / "clients"

    async def _clear(self) -> None:
        await self._world.__aexit__(None, None, None)
        for folder in (self._clients, self._home / "config"):
            shutil.rmtree(folder, ignore_errors=True)

    async def _run(self) -> None:
        caller = Caller(self._script, self._clock, self._world.api, self._clients, self.routes, self._called, self._quiet_after)
        async with asyncio.TaskGroup() as group:
            group.create_task(caller.run())
            group.create_task(self._posts())
            group.create_task(self._until(self._script.end))

    async def _posts(self) -> None:
        """Tell of each post at its exact time. The page itself needs no push: it follows the clock."""
        posts = [(post, incident) for incident in self._script.incidents for post in incident.posts]
        for post, incident in sorted(posts, key=lambda pair: pair[0].at):
            await self._until(post.at)
            self._on_event(_posted(post, incident))

    async def _until(self, at: datetime) -> None:
        while (left := (at - self._clock.now().at).total_seconds()) > 0:
            await self._clock.sleep(left)

    def _called(self, attempt: Attempt) -> None:
        what = str(attempt.status) if attempt.ok else f"{attempt.status} {attempt.code}, attempt {attempt.attempt} of {attempt.attempts}"
        self._on_event(Event(attempt.at, "call", "ok" if attempt.ok else "failed", attempt.model, what, str(attempt.route), attempt=attempt))

    def _write_config(self) -> None:
        """The watchlist, the consent to read the played client, and feeds and APIs that all point here: providers the script does not have get no feed."""
        folder = self._home / "config"
        providers = folder / "providers"
        providers.mkdir(parents=True)
        routes = json.dumps([str(route) for route in self.routes])
        upstreams = json.dumps([f"{party.id}={self.api}" for party in self._script.providers if party.api])
        (folder / "config.toml").write_text(f"[watch]\nroutes = {routes}\n[gateway]\nupstreams = {upstreams}\n")
        save_consent(folder / "sources.toml", {party.record: True for party in self._script.providers if party.record})
        for entry in read_built_in([]):
            party = self._script.provider(entry.id)
            (providers / f"{entry.id}.toml").write_text(_provider_file(party, self.pages) if party else f'id = "{entry.id}"\nfeed = []\n')


def _posted(post: Post, incident: ScriptIncident) -> Event:
    return Event(post.at, "page", post.stage.value, incident.title, post.body, incident=incident.id)


def _provider_file(party: ScriptProvider, pages: Mapping[str, str]) -> str:
    """A provider file that lays loopback feeds over the shipped ones (TOML's basic strings are JSON's)."""
    lines = [f"id = {json.dumps(party.id)}"]
    for feed in party.feeds:
        lines += ["", "[[feed]]", *([f"name = {json.dumps(feed.name)}"] if feed.name else [])]
        lines += [f"format = {json.dumps(feed.format)}", f"url = {json.dumps(pages[party.id] + feed.path)}", 'source = "simulated"']
    return "\n".join(lines) + "\n"
