"""The simulated person's client: calls the loopback API on each route, tries again as Claude Code does, and leaves the record that the engine reads."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

import httpx

from statuswatch.core.ids import Route, Surface
from statuswatch.core.observation import Call, Diagnosis, Outcome
from statuswatch.simulate.answers import PATHS, USUAL_API
from statuswatch.simulate.script import Script, calls, model_id
from statuswatch.simulate.server import PROVIDER_HEADER, SimulationClock
from statuswatch.simulate.transcript import Failure, Transcript
from statuswatch.sources.response import Response

_PROGRAM = "program"  # what the record calls a client that is no coding client
_FIRST_CALL_S = 20.0
_BETWEEN_ROUTES_S = 17.0
# Real seconds; the answer itself may be delayed by simulated ones.
_TIMEOUT = httpx.Timeout(60.0)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of one call, as the client saw it.

    `recorded`: the engine finds it in the transcript. Otherwise there is no client whose record could tell it (a program using an SDK), and whoever
    runs the simulation hands it to the engine: status, headers and body are what `sources.response.Response` takes.
    """

    at: datetime
    route: Route
    model: str
    status: int
    headers: Mapping[str, str]
    body: str
    elapsed_ms: float
    attempt: int
    attempts: int
    turn: str
    recorded: bool

    @property
    def ok(self) -> bool:
        """Whether it was answered."""
        return self.status == HTTPStatus.OK

    @property
    def final(self) -> bool:
        """Whether the client stopped here: it has an answer, or gave up."""
        return self.ok or self.attempt == self.attempts

    @property
    def request_id(self) -> str | None:
        """The provider's id of the request."""
        return self.headers.get("request-id") or self.headers.get("x-request-id")

    @property
    def code(self) -> str | None:
        """The error's type in the body, None where it was answered."""
        return None if self.ok else Failure(self.status, None, self.body).type

    @property
    def response(self) -> Response:
        """The answer as the classifier of errors takes it. Without the address: it is this machine's, which would read as a gateway of the person's own."""
        return Response(self.status, self.headers, self.body, provider=self.route.provider, elapsed_ms=self.elapsed_ms)

    def call(self, diagnosis: Diagnosis | None) -> Call:
        """The attempt as an observation; `diagnosis` is what the classifier says of `response`, None where it was answered."""
        return Call(
            key=f"simulated:{self.turn}:{self.attempt}",
            at=self.at,
            client=_PROGRAM,
            provider=self.route.provider,
            model=self.model,
            outcome=Outcome.OK if self.ok else Outcome.FAILED,
            surface=self.route.surface,
            diagnosis=diagnosis,
            final=self.final,
            turn=self.turn,
            request_id=self.request_id,
            latency_ms=self.elapsed_ms,
        )


OnCall = Callable[[Attempt], None]


class Caller:
    """One client. Its records come below `folder`, in a folder of the client's name.

    `quiet_after`: no call begins at or after that time, as with a person who went away in the middle of the outage.
    """

    def __init__(
        self, script: Script, clock: SimulationClock, api: str, folder: Path, routes: tuple[Route, ...], on_call: OnCall, quiet_after: datetime | None = None
    ) -> None:
        self._script = script
        self._clock = clock
        self._api = api
        self._folder = folder
        self._routes = tuple(route for route in routes if calls(route))
        self._on_call = on_call
        self._until = min(script.end, quiet_after or script.end)

    async def run(self) -> None:
        """Call until the script ends; returns then. Raises httpx.HTTPError where the loopback API is gone."""
        # Only this machine is called, without TLS; a context of its own spares httpx the quarter of a second it takes to read the system's authorities.
        nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        async with httpx.AsyncClient(base_url=self._api, timeout=_TIMEOUT, trust_env=False, verify=nobody) as client, asyncio.TaskGroup() as group:
            for index, route in enumerate(self._routes):
                group.create_task(self._work(client, route, index))

    async def _work(self, client: httpx.AsyncClient, route: Route, index: int) -> None:
        """One route's calls, one after the other."""
        client_name = recorder(self._script, route)
        transcript = Transcript(self._folder / client_name, route.canonical, f"project-{index + 1}") if client_name else None
        await self._clock.sleep(_FIRST_CALL_S + index * _BETWEEN_ROUTES_S)
        turn = 0
        while self._clock.now().at < self._until:
            await self._turn(client, route, f"{route.canonical}#{turn}", transcript)
            await self._clock.sleep(self._script.habit.gap_s(turn))
            turn += 1

    async def _turn(self, client: httpx.AsyncClient, route: Route, turn: str, transcript: Transcript | None) -> None:
        """One call with its attempts."""
        model = model_id(self._script, route)
        habit = self._script.habit
        if transcript:
            transcript.asked(self._clock.now().at, model)
        for number in range(1, habit.attempts + 1):
            attempt, message = await self._attempt(client, route, model, number, turn)
            if transcript:
                self._record(transcript, attempt, message)
            self._on_call(attempt)
            if attempt.final:
                return
            await self._clock.sleep(habit.retry_s[number - 1])

    async def _attempt(self, client: httpx.AsyncClient, route: Route, model: str, number: int, turn: str) -> tuple[Attempt, httpx.Response]:
        party = self._script.provider(route.provider)
        path = PATHS[party.api if party else USUAL_API]
        began = self._clock.now()
        asked = {"model": model, "max_tokens": 16, "messages": [{"role": "user", "content": "simulated"}]}
        response = await client.post(path, json=asked, headers={PROVIDER_HEADER: route.provider})
        ended = self._clock.now()
        headers = {name.lower(): value for name, value in response.headers.items()}
        elapsed = (ended.mono - began.mono) * 1000
        attempts = self._script.habit.attempts
        seen = recorder(self._script, route) is not None
        return Attempt(ended.at, route, model, response.status_code, headers, response.text, elapsed, number, attempts, turn, seen), response

    def _record(self, transcript: Transcript, attempt: Attempt, response: httpx.Response) -> None:
        if attempt.ok:
            transcript.answered(attempt.at, attempt.request_id or "", response.json())
            return
        failure = Failure(attempt.status, attempt.request_id, attempt.body)
        if attempt.final:
            transcript.gave_up(attempt.at, failure)
        else:
            waits = self._script.habit.retry_s
            transcript.retried(attempt.at, failure, attempt.attempt, len(waits), waits[attempt.attempt - 1])


def recorder(script: Script, route: Route) -> str | None:
    """The coding client in whose record the route's calls are found, None where there is none: it tells of one provider and of the coding surface only."""
    party = script.provider(route.provider)
    return party.record if party is not None and route.surface in (None, Surface.CODE) else None
