"""Reads an outage's file. Strict: an unknown key, a wrong type or a time out of order is an error that names file, line and key; all are reported at once."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from statuswatch.catalog.located import Document, Problem, nearest, read_bytes
from statuswatch.catalog.schema import Table, kind_of
from statuswatch.core.errors import RouteError, StatuswatchError
from statuswatch.core.ids import Route, parse_route
from statuswatch.core.incident import Impact, Stage
from statuswatch.simulate.answers import PATHS
from statuswatch.simulate.script import OPERATIONAL, Habit, Post, Script, ScriptComponent, ScriptFault, ScriptFeed, ScriptIncident, ScriptProvider

_OUTAGES = Path(__file__).parent / "outages"
_HEALTHS = (OPERATIONAL, "degraded_performance", "partial_outage", "major_outage", "under_maintenance")
_RECORDS = ("claude-code",)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOWEST_FAULT, _HIGHEST_FAULT = 400, 599


class ScriptError(StatuswatchError):
    """An outage's file cannot be used; the text has one line per problem, `file:line: key: message`."""


def outages() -> tuple[str, ...]:
    """The names of the outages that come with the program."""
    return tuple(sorted(path.stem for path in _OUTAGES.glob("*.toml")))


def load(name: str) -> Script:
    """The outage of that name, or of that file where the name ends in `.toml`. Raises ScriptError."""
    path = Path(name) if name.endswith(".toml") else _OUTAGES / f"{name}.toml"
    if not name.endswith(".toml") and name not in outages():
        meant = nearest(name, outages())
        hint = f"did you mean {meant!r}" if meant else f"there is {', '.join(outages())}"
        raise ScriptError(f"no outage is called {name[:80]!r}; {hint}; a file of your own is given by its path, ending in .toml")
    try:
        document = read_bytes(str(path), path.read_bytes())
    except OSError as error:
        raise ScriptError(f"{path}: {error.strerror or error}") from error
    if isinstance(document, Problem):
        raise ScriptError(str(document))
    problems: list[Problem] = []
    script = _Reader(document, problems).script(path.stem)
    if problems:
        raise ScriptError("\n".join(str(problem) for problem in sorted(problems, key=lambda problem: problem.line)))
    return script


class _Reader:
    """Collects problems while it reads; what it returns is used only when there were none."""

    def __init__(self, document: Document, problems: list[Problem]) -> None:
        self.top = Table(document, document.data, (), problems)
        self.problems = problems

    def script(self, name: str) -> Script:
        top = self.top
        title, start, end = self.text(top, "title"), self.time(top, "start"), self.time(top, "end")
        if end <= start:
            top.say("end", "expected a time after start")
        routes = tuple(route for index, text in enumerate(top.texts("routes")) if (route := self.route(text, index)))
        habit = self.habit()
        providers = tuple(self.provider(table) for table in top.tables("provider"))
        incidents = tuple(self.incident(table, providers) for table in top.tables("incident"))
        faults = tuple(self.fault(table, providers) for table in top.tables("fault"))
        top.close()
        return Script(name, title, start, end, routes, habit, providers, incidents, faults)

    def text(self, table: Table, key: str) -> str:
        return table.text(key, required=True) or ""

    def time(self, table: Table, key: str) -> datetime:
        """A TOML date-time with an offset, in UTC."""
        value: datetime | None = table.take(key, datetime, "a time such as 2025-12-14T21:25:00Z")
        if value is None:
            self.miss(table, key)
            return _EPOCH
        if value.tzinfo is None:
            table.refuse(key, "expected a time with an offset, such as 2025-12-14T21:25:00Z")
            return _EPOCH
        return value.astimezone(UTC)

    def word(self, table: Table, key: str, known: tuple[str, ...]) -> str:
        value = self.text(table, key)
        if value and value not in known:
            table.refuse(key, f"expected one of {', '.join(known)}, got {value[:60]!r}")
        return value

    def miss(self, table: Table, key: str) -> None:
        if key not in table.data:
            table.problems.append(table.document.problem(table.where, f"missing key {key!r}"))

    def number(self, table: Table, key: str) -> float:
        value: float | None = table.take(key, float, "a number of seconds with a decimal point")
        if value is None:
            self.miss(table, key)
        elif not 0 <= value <= 86400:  # noqa: PLR2004 - a day
            table.refuse(key, f"expected seconds between 0 and 86400, got {value}")
        return value or 0.0

    def numbers(self, table: Table, key: str) -> tuple[float, ...]:
        items: list[Any] = table.take(key, list, "a list of seconds") or []
        self.miss(table, key)
        for index, item in enumerate(items):
            if not isinstance(item, float) or not 0 <= item <= 86400:  # noqa: PLR2004 - a day
                table.say(key, f"expected seconds with a decimal point, got {kind_of(item)}", index)
        return tuple(item for item in items if isinstance(item, float))

    def route(self, text: str, index: int) -> Route | None:
        try:
            return parse_route(text)
        except RouteError as error:
            self.top.say("routes", str(error), index)
            return None

    def habit(self) -> Habit:
        data = self.top.take("habit", dict, "a table")
        if data is None:
            self.miss(self.top, "habit")
            return Habit((60.0, 90.0), (), 0.0, 0.0)
        table = Table(self.top.document, data, ("habit",), self.problems)
        every = self.numbers(table, "every_s")
        if len(every) != 2 or every[0] > every[1] or every[0] <= 0:  # noqa: PLR2004 - shortest and longest
            table.say("every_s", "expected the shortest and the longest pause, both above 0")
            every = (60.0, 90.0)
        habit = Habit((every[0], every[1]), self.numbers(table, "retry_s"), self.number(table, "answer_s"), self.number(table, "refusal_s"))
        table.close()
        return habit

    def provider(self, table: Table) -> ScriptProvider:
        texts = {key: self.text(table, key) for key in ("id", "page_id", "page_name", "page_url")}
        api, models = self.word(table, "api", tuple(PATHS)), table.texts("models")
        record = self.word(table, "record", _RECORDS) if "record" in table.data else None
        table.taken.add("record")
        feeds = []
        for below in table.tables("feed"):
            feeds.append(ScriptFeed(below.text("name") or "", self.text(below, "format"), self.text(below, "path")))
            below.close()
        components = []
        for below in table.tables("component"):
            components.append(ScriptComponent(self.text(below, "id"), self.text(below, "name"), self.time(below, "since")))
            below.close()
        table.close()
        return ScriptProvider(**texts, api=api, record=record, models=models, feeds=tuple(feeds), components=tuple(components))

    def incident(self, table: Table, providers: tuple[ScriptProvider, ...]) -> ScriptIncident:
        provider = self.word(table, "provider", tuple(party.id for party in providers))
        known = {component.id for party in providers if party.id == provider for component in party.components}
        components = table.texts("components")
        for index, component in enumerate(components):
            if component not in known:
                table.say("components", f"{component[:60]!r} is no component of {provider!r}", index)
        incident, title = self.text(table, "id"), self.text(table, "title")
        impact = table.choice("impact", Impact, Impact.UNKNOWN)
        tables = table.tables("post")
        posts = tuple(self.post(below) for below in tables)
        if not posts:
            table.problems.append(table.document.problem(table.where, "expected at least one [[incident.post]]"))
        for below, (earlier, later) in zip(tables[1:], pairwise(posts), strict=True):
            if later.at <= earlier.at:
                below.say("at", "expected a time after the post before it")
        table.close()
        return ScriptIncident(provider, incident, title, impact, components, posts)

    def post(self, table: Table) -> Post:
        stage = table.choice("stage", Stage, Stage.UNKNOWN)
        self.miss(table, "stage")
        post = Post(self.text(table, "id"), self.time(table, "at"), stage, self.word(table, "health", _HEALTHS), self.text(table, "body"))
        table.close()
        return post

    def fault(self, table: Table, providers: tuple[ScriptProvider, ...]) -> ScriptFault:
        provider = self.word(table, "provider", tuple(party.id for party in providers))
        models, start, until = table.texts("models"), self.time(table, "from"), self.time(table, "until")
        if until <= start:
            table.say("until", "expected a time after from")
        status: int | None = table.take("status", int, "an HTTP status")
        self.miss(table, "status")
        if status is not None and not _LOWEST_FAULT <= status <= _HIGHEST_FAULT:
            table.say("status", f"expected an HTTP status of a failure (400 to 599), got {status}")
        fault = ScriptFault(provider, models, start, until, status or 500, self.text(table, "type"), self.text(table, "message"))
        table.close()
        return fault
