"""Pieces of random stories: what feeds say, hostile text included, and what calls end with, at random times of one day.

The pieces are drawn once, by a seeded generator, and Hypothesis chooses among them: it finds and shrinks a bad order of events, which is what core can
get wrong, in the time that it would else take to draw one page.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from statuswatch.core.health import Confidence, Fault, FeedState, Health
from statuswatch.core.ids import Surface
from statuswatch.core.incident import Component, ComponentChange, ComponentRef, Impact, Incident, Kind, Page, Stage, Update
from statuswatch.core.observation import Call, CallSeen, ClockJumped, Command, CommandKind, Diagnosis, FeedFailed, Observation, Outcome, PageRead, PageUnchanged
from support.facts import GPT, HAIKU, OPUS, at

T = TypeVar("T")

ROUTES = (OPUS, HAIKU, "anthropic/code:claude-opus-4.5", "anthropic:claude-opus", GPT, "github:*")
EVIL = (
    "\x1b]0;owned\x07",
    "\x1b]8;;http://evil.example/\x1b\\click\x1b]8;;\x1b\\",
    "\x1b[2J\x1b[31m",
    "\x9b31m",
    "$(touch x)`id`%F{red}${PS1}",
    "<b>bold</b><a href='http://evil.example/'>x</a>&amp;",
    "[link](http://evil.example/) http://evil.example/a?b=c",
    "\u202eright to left\u202c",
    "zero\u200bwidth\ufeff",
    "line one\nline two\r\nline three\x85four\u2028five",
    "tab\tbell\x07back\x08null\x00del\x7f",
    "\ue000\U000e0041",
    "[bold red]markup[/]",
    "x" * 100_000,
)
_PLAIN = (
    "Elevated errors on Claude Opus 4.5",
    "All models are affected.",
    "Claude Haiku 4.5 is not affected.",
    "Requests to the API fail with authentication errors.",
    "A fix has been rolled out.",
    "claude.ai is down.",
    "",
)
_PROVIDERS = ("anthropic", "openai", "github", "cloudflare")


class Drawn:
    """Draws pieces; the same seed draws the same ones."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def one(self, choices: Sequence[T]) -> T:
        return self._random.choice(choices)

    def maybe(self, value: T) -> T | None:
        return value if self._random.random() < 0.6 else None

    def text(self) -> str:
        words = [self.one(_PLAIN), *(self.one(EVIL[:-1]) for _ in range(self._random.randrange(2)))]
        return " ".join(words)

    def time(self) -> datetime:
        if self._random.random() < 0.03:
            return at("00:00") + self.one((-1, 1)) * timedelta(days=4000)
        return at("08:00") + timedelta(seconds=self._random.randrange(8 * 3600))

    def update(self) -> Update:
        moves = tuple(
            ComponentChange(self.text(), self.maybe(self.one(list(Health))), self.maybe(self.one(list(Health)))) for _ in range(self._random.randrange(2))
        )
        return Update(self.time(), self.one(list(Stage)), self.text(), self.text(), self.maybe(self.time()), None, moves)

    def incident(self, provider: str) -> Incident:
        updates = tuple(sorted((self.update() for _ in range(self._random.randrange(4))), key=lambda update: update.at))
        made = Incident(provider, self.one(("i1", "i2", "i3\x1b[0m")), self.text(), self.one(list(Impact)), self.text(), self.one(list(Kind)))
        return replace(
            made,
            stage=updates[-1].stage if updates and self._random.random() < 0.8 else self.one(list(Stage)),
            raw_stage=self.text(),
            started_at=self.maybe(self.time()),
            posted_at=self.maybe(self.time()),
            resolved_at=self.maybe(self.time()),
            components=tuple(ComponentRef(self.one(("Claude API", "Claude Code", self.text()))) for _ in range(self._random.randrange(3))),
            updates=updates,
            url=self.maybe(self.one(("https://status.example/i1", "javascript:alert(1)", self.text()))),
        )

    def page(self) -> PageRead:
        provider = self.one(_PROVIDERS)
        found = {item.id: item for item in (self.incident(provider) for _ in range(self._random.randrange(4)))}.values()
        page = Page(
            provider,
            "statuspage-summary",
            self.one(list(Health)),
            self.text(),
            self.maybe(self.time()),
            tuple(Component(None, self.text(), self.one(list(Health)), self.text()) for _ in range(self._random.randrange(2))),
            tuple(item for item in found if item.kind is Kind.INCIDENT),
            tuple(item for item in found if item.kind is Kind.MAINTENANCE),
            self._random.random() < 0.5,
        )
        return PageRead(self.time(), self.one((provider, f"{provider}-second")), provider, page)

    def diagnosis(self) -> Diagnosis:
        code = self.maybe(self.one(("overloaded_error", "ENOTFOUND", "\x1b[31mcode")))
        return Diagnosis(
            self.one(list(Fault)),
            self.one(list(Confidence)),
            self.text(),
            self.maybe(self.one((429, 500, 529))),
            code,
            retry_after_s=self.maybe(self._random.random() * 999),
            explicit=self._random.random() < 0.5,
        )

    def call(self, number: int) -> CallSeen:
        when, failed = self.time(), self.maybe(self.diagnosis())
        made = Call(
            key=f"k{number}",
            at=when,
            client=self.one(("claude-code", "sdk", "other\x1b[0m")),
            provider=self.one(_PROVIDERS[:3]),
            model=self.one(("claude-opus-4.5", "claude-opus-4.5", "claude-haiku-4.5", "gpt-5.5", "", "odd model\n%n")),
            outcome=Outcome.FAILED if failed else Outcome.OK,
            surface=self.maybe(self.one(list(Surface)[:2])),
            diagnosis=failed,
            final=self._random.random() < 0.5,
            turn=self.maybe(self.one(("t1", "t2"))),
            project=self.maybe(self.text()),
            latency_ms=self.maybe(self._random.random() * 9999),
        )
        return CallSeen(when, made)

    def other(self) -> Observation:
        feed = self.one(_PROVIDERS)
        return self.one(
            (
                FeedFailed(self.time(), feed, feed, self.one(list(FeedState)[1:]), self.text(), self._random.random() < 0.5),
                PageUnchanged(self.time(), feed, feed, self.maybe(self.time())),
                ClockJumped(self.time(), self.one((-86400.0, -3600.0, 3600.0))),
                Command(self.time(), self.one(list(CommandKind)), self.one((*ROUTES, "*", "anthropic", "anthropic:i1")), self.maybe(self.time())),
            )
        )


def pieces(seed: int = 20251214, count: int = 600) -> tuple[Observation, ...]:
    """So many observations: two in five calls, two in five pages, the rest anything else that may come in."""
    drawn = Drawn(seed)
    return tuple((drawn.call(number), drawn.page(), drawn.call(-number), drawn.page(), drawn.other())[number % 5] for number in range(count))
