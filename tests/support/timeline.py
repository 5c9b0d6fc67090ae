"""Runs a timeline, which is data, through advance, judge and decide.

At these times the feed says and calls end so; between those times want these notices and no other. A file holds `day`, `using` (routes), `end`,
optional `tick_s`, `quiet` (from, until) and `muted_kinds`, and tables: `[[post]]` (an update of an incident, read from the feed at the next read;
`posted`: when it appeared, where that is later; `edits`: it rewrites the last one in place),
`[[call]]` (with `every_s` and `until` for many), `[[feed]]` (a provider's feed fails with `state` until `until`), `[[ask]]` (a person's `command` about
`target`, until `until`), `[[sleep]]` (the machine sleeps until `until`), `[[jump]]` (its clock is set `seconds` off from then on), `[[restart]]` (the
engine ends and goes on from what it stored), `[[part]]` (the page shows a component in a `health` until `until`), `[[unpost]]` (the page does not list the
incident `id` until `until`), `[[want]]` (a notice) and `[[see]]` (a health). `lists_open`: the page lists only what is open, so what is missing is over.
Times are true time; a set clock shows in what core is given.
"""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from statuswatch.core.alerting import decide
from statuswatch.core.codec import decode, encode
from statuswatch.core.health import Confidence, Fault, FeedState, Health
from statuswatch.core.ids import Surface, parse_route
from statuswatch.core.incident import Component, ComponentRef, Impact, Incident, Kind, Page, Stage, Update
from statuswatch.core.judge import Judgement, judge
from statuswatch.core.knowledge import ComponentFacts, Knowledge, ProviderFacts
from statuswatch.core.moment import Moment, parse_time
from statuswatch.core.notice import Notice, NoticeKind, Policy, Suppressed, Told
from statuswatch.core.observation import Call, CallSeen, ClockJumped, Command, CommandKind, Diagnosis, FeedFailed, Observation, Outcome, PageRead
from statuswatch.core.watchlist import Watch, Watchlist, WatchSource
from statuswatch.core.world import World, advance

_CODE = ComponentFacts("code", ("Claude Code",), frozenset({Surface.CODE}))
_API = ComponentFacts("api", ("Claude API",), frozenset({Surface.API}))
_CHAT = ComponentFacts("chat", ("claude.ai",), frozenset({Surface.CHAT}))
KNOWLEDGE = Knowledge(
    {
        "anthropic": ProviderFacts(
            "anthropic",
            "Anthropic",
            families=("claude",),
            components=(_CODE, _API, _CHAT),
            page_url="https://status.example/anthropic",
            runs_on=("cloudflare",),
        ),
        "cloudflare": ProviderFacts("cloudflare", "Cloudflare", page_url="https://status.example/cloudflare"),
        "openai": ProviderFacts("openai", "OpenAI", families=("gpt",), page_url="https://status.example/openai", runs_on=("cloudflare",)),
        "github": ProviderFacts("github", "GitHub", page_url="https://status.example/github"),
        "mistral": ProviderFacts("mistral", "Mistral", families=("mistral",), page_url="https://status.example/mistral", runs_on=("cloudflare",)),
        "groq": ProviderFacts("groq", "Groq", page_url="https://status.example/groq", runs_on=("cloudflare",)),
        "cohere": ProviderFacts("cohere", "Cohere", families=("command",), page_url="https://status.example/cohere", runs_on=("cloudflare",)),
        "openrouter": ProviderFacts("openrouter", "OpenRouter", serves=("anthropic", "openai"), page_url="https://status.example/openrouter"),
    },
    models=("claude-opus-4.5", "claude-opus-4.6", "claude-sonnet-4", "claude-sonnet-4.5", "claude-haiku-4.5", "gpt-5.5"),
)
_DIAGNOSES = {
    "overloaded": Diagnosis(Fault.PROVIDER, Confidence.MEDIUM, "overload code", 529, "overloaded_error", explicit=True),
    "server": Diagnosis(Fault.PROVIDER, Confidence.LOW, "server error", 500, "api_error"),
    "auth": Diagnosis(Fault.AUTH, Confidence.HIGH, "key refused", 401, "authentication_error", explicit=True),
    "quota": Diagnosis(Fault.QUOTA, Confidence.HIGH, "limit reached", 429, "rate_limit_error", retry_after_s=21.0, explicit=True),
    "billing": Diagnosis(Fault.BILLING, Confidence.HIGH, "no credit", 402, "billing_error", explicit=True),
    "network": Diagnosis(Fault.NETWORK, Confidence.MEDIUM, "name not found", None, "ENOTFOUND"),
    "unclear": Diagnosis(Fault.UNKNOWN, Confidence.LOW, "not recognised", 418),
}


@dataclass
class Played:
    """What a timeline gave; `told` pairs each notice with the true time."""

    told: list[tuple[datetime, Notice]] = field(default_factory=list)
    amended: list[Notice] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)
    seen: list[tuple[datetime, Judgement]] = field(default_factory=list)

    def at(self, when: datetime) -> Judgement:
        """The judgement that stood at `when`."""
        return [judgement for at, judgement in self.seen if at <= when][-1]


@dataclass(frozen=True)
class Timeline:
    """One scenario."""

    name: str
    data: dict[str, Any]

    def time(self, text: str) -> datetime:
        return parse_time(text if "T" in text else f"{self.data['day']}T{text}Z")

    @property
    def watchlist(self) -> Watchlist:
        return Watchlist(tuple(Watch(parse_route(text), WatchSource.CONFIGURED) for text in self.data["using"]))

    def play(self) -> Played:
        played, world, told = Played(), World(), Told()
        start = self.time(self.data["start"])
        restarts = sorted(self.time(restart["at"]) for restart in self.data.get("restart", []))
        for at, observation in self._steps(start):
            if restarts and restarts[0] <= at:
                restarts.pop(0)
                world, told = (decode(kind, json.loads(json.dumps(encode(value)))) for kind, value in ((World, world), (Told, told)))
            now = Moment(self.wall(at), (at - start).total_seconds())
            if observation is not None:
                world, _ = advance(world, observation, now)
            judgement = judge(world, self.watchlist, KNOWLEDGE, now)
            decision = decide(judgement, world, told, self.policy(now.at), KNOWLEDGE, now)
            told = decision.told
            played.told += [(at, notice) for notice in decision.notices if notice.kind is not NoticeKind.AMENDED]
            played.amended += [notice for notice in decision.notices if notice.kind is NoticeKind.AMENDED]
            played.suppressed += decision.suppressed
            played.seen.append((at, judgement))
        return played

    def policy(self, now: datetime) -> Policy:
        """What the person wants to be told at `now`."""
        quiet = [self.time(text) for text in self.data.get("quiet", [])]
        kinds = frozenset(NoticeKind(kind) for kind in self.data.get("muted_kinds", []))
        return Policy(muted_kinds=kinds, quiet_until=quiet[1] if quiet and quiet[0] <= now < quiet[1] else None)

    def wall(self, at: datetime) -> datetime:
        """What the machine's clock shows at the true time `at`."""
        return at + sum((timedelta(seconds=jump["seconds"]) for jump in self.data.get("jump", []) if self.time(jump["at"]) <= at), timedelta())

    def _steps(self, start: datetime) -> Iterator[tuple[datetime, Observation | None]]:
        """Every feed read and call in order; a feed is read once a tick and at the very time of a post. Nothing happens while the machine sleeps."""
        end, tick = self.time(self.data["end"]), timedelta(seconds=self.data.get("tick_s", 30))
        steps: list[tuple[datetime, int, Observation | None]] = []
        reads = {start + n * tick for n in range(int((end - start) / tick) + 1)}
        if self.data.get("read_at_posts", True):
            shown = [self.time(post.get("posted", post["at"])) for post in self.data.get("post", [])]
            reads |= {at for at in shown if start <= at <= end}
        for at in reads:
            steps += [(at, 1, observation) for observation in self._reads(at)] + [(at, 3, None)]
        for number, call in enumerate(self.data.get("call", [])):
            steps += [(made, 2, seen) for made, seen in self._calls(number, call)]
        for ask in self.data.get("ask", []):
            asked = self.time(ask["at"])
            until = self.time(ask["until"]) if "until" in ask else None
            steps.append((asked, 2, Command(asked, CommandKind(ask["command"]), ask["target"], until)))
        for jump in self.data.get("jump", []):
            steps.append((self.time(jump["at"]), 0, ClockJumped(self.wall(self.time(jump["at"])), jump["seconds"])))
        for nap in self.data.get("sleep", []):
            asleep, awake = self.time(nap["at"]), self.time(nap["until"])
            steps = [step for step in steps if not asleep < step[0] < awake]
            steps.append((awake, 0, ClockJumped(self.wall(awake), (awake - asleep).total_seconds())))
        return ((at, observation) for at, _, observation in sorted(steps, key=lambda step: (step[0], step[1])))

    def _reads(self, at: datetime) -> Iterator[Observation]:
        for provider in self.data.get("feeds", ["anthropic"]):
            broken = next((f for f in self.data.get("feed", []) if f["provider"] == provider and self.time(f["at"]) <= at < self.time(f["until"])), None)
            if broken:
                state = FeedState(broken["state"])
                yield FeedFailed(at, provider, provider, state, "made to fail", transport=state is FeedState.UNREACHABLE)
            else:
                yield PageRead(at, provider, provider, self.page(provider, at))

    def page(self, provider: str, at: datetime) -> Page:
        """What the feed says at `at`: all posts up to then, grouped into incidents."""
        incidents: dict[str, Incident] = {}
        for post in self.data.get("post", []):
            when = self.time(post["at"])
            shown = self.time(post["posted"]) if "posted" in post else when
            if post.get("provider", "anthropic") == provider and shown <= at and not self._unposted(post["id"], at):
                incidents[post["id"]] = _with_post(incidents.get(post["id"]), post, provider, when, shown)
        planned = tuple(item for item in incidents.values() if item.kind is Kind.MAINTENANCE)
        broken = tuple(item for item in incidents.values() if item.kind is Kind.INCIDENT)
        lists_open = self.data.get("lists_open", False)
        return Page(provider, "statuspage-incidents", components=self._parts(provider, at), incidents=broken, maintenances=planned, lists_open=lists_open)

    def _unposted(self, incident: str, at: datetime) -> bool:
        gone = [
            (self.time(item["at"]), self.time(item["until"]) if "until" in item else None) for item in self.data.get("unpost", []) if item["id"] == incident
        ]
        return any(begin <= at and (end is None or at < end) for begin, end in gone)

    def _parts(self, provider: str, at: datetime) -> tuple[Component, ...]:
        shown = [part for part in self.data.get("part", []) if part["provider"] == provider]
        return tuple(
            Component(None, part["name"], Health(part["health"]) if self.time(part["at"]) <= at < self.time(part["until"]) else Health.OK) for part in shown
        )

    def _calls(self, number: int, call: dict[str, Any]) -> Iterator[tuple[datetime, CallSeen]]:
        route = parse_route(call["route"])
        at, until = self.time(call["at"]), self.time(call.get("until", call["at"]))
        index = 0
        while at <= until:
            for attempt in range(call.get("attempts", 1)):
                word = call["ends"]
                outcome = Outcome.OK if word == "ok" else Outcome.FAILED
                final = attempt == call.get("attempts", 1) - 1
                key = f"{number}-{index}-{attempt}"
                shown = self.wall(at)
                made = Call(key, shown, call.get("client", "claude-code"), route.provider, route.model, outcome, route.surface, _DIAGNOSES.get(word), final)
                yield at, CallSeen(shown, replace(made, turn=f"{number}-{index}", project=call.get("project")))
            index += 1
            at += timedelta(seconds=call.get("every_s", 60))


def _with_post(known: Incident | None, post: dict[str, Any], provider: str, when: datetime, shown: datetime) -> Incident:
    stage = Stage(post["stage"])
    if known is None:
        kind = Kind(post.get("kind", "incident"))
        known = Incident(provider, post["id"], post["title"], kind=kind, started_at=when, posted_at=shown, url=f"https://status.example/{post['id']}")
    if "components" in post:
        known = replace(known, components=tuple(ComponentRef(name, name) for name in post["components"]))
    if post.get("edits"):
        return replace(known, updates=(*known.updates[:-1], replace(known.updates[-1], body=post["body"])))
    return replace(
        known,
        title=post.get("title", known.title),
        impact=Impact(post.get("impact", known.impact.value)),
        stage=stage,
        resolved_at=when if stage is Stage.RESOLVED else known.resolved_at if stage is Stage.POSTMORTEM else None,
        updates=(*known.updates, Update(when, stage, post.get("body", ""), stage.value, shown)),
    )


def load(path: Path) -> Timeline:
    """Read one scenario file."""
    return Timeline(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
