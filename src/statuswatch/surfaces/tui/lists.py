"""The lists over the dashboard: calls, incidents, feeds, sources, history. One line is chosen, Enter shows all of it, / narrows the list down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from statuswatch.core.history import History
from statuswatch.core.snapshot import CallView, IncidentView
from statuswatch.surfaces.asking import Subject, told_lines
from statuswatch.surfaces.present import Reading, Scene, feed_lines, feeds, find_route, incidents, sources
from statuswatch.surfaces.present_calls import Wish, call_table, wanted_calls
from statuswatch.surfaces.present_feeds import in_order
from statuswatch.surfaces.present_history import gap_lines, history_lines, legend, name_of, past_table
from statuswatch.surfaces.present_text import EMPTY, Line, Tone, apart, clean, say, wrap
from statuswatch.surfaces.present_timeline import whole_lines
from statuswatch.surfaces.tui.acting import Acting, Aim, incident_of
from statuswatch.surfaces.tui.keybar import Key, KeyBar
from statuswatch.surfaces.tui.lines import Lines, Rows
from statuswatch.surfaces.tui.scenery import View
from statuswatch.surfaces.tui.screens import Page

_ACTIONS = (Key("w", "when back", "wait", 2), Key("m", "mute", "mute", 3), Key("a", "I know", "acknowledge", 3), Key("o", "open", "open", 3))
_COMMON = (Key("/", "filter", "filter", 5), Key("Esc", "back", "back", 9))


@dataclass(frozen=True, slots=True)
class Shown:
    """What a list shows: a heading, a key and a line for each row, and words below; those say why there is no row where they stand `alone`."""

    heading: Line = EMPTY
    keys: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    note: tuple[Line, ...] = ()
    total: int = 0
    alone: bool = False


class Listing(Acting):
    """A list with a chosen row."""

    TITLE_WORDS = ""
    EMPTY_WORDS = ""
    KEYS: ClassVar[Sequence[Key]] = (Key("Enter", "more", "more", 8), *_COMMON)

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back"),
        Binding("q", "back", "back"),
        Binding("slash", "filter", "filter"),
    ]

    def __init__(self, view: View) -> None:
        self._wanted = ""
        super().__init__(view)

    def compose(self) -> ComposeResult:
        """A title, the rows, the filter, words, the keys."""
        yield Lines(id="title")
        yield Lines(id="heading")
        yield Rows(id="rows")
        yield Input(placeholder="show only what contains…", id="filter", compact=True)
        yield Lines(id="note")
        yield KeyBar(self.KEYS)

    def on_mount(self) -> None:
        """Keys go to the rows first."""
        self.rows.focus()

    @property
    def rows(self) -> Rows:
        """The rows."""
        return self.query_one("#rows", Rows)

    def draw(self) -> None:
        """Make the rows for the present width."""
        width = self.size.width - 3
        scene = self.view.scene(width)
        shown = self.shown(scene, self._wanted) if scene else Shown()
        counted = f"{len(shown.keys)} of {shown.total}" if len(shown.keys) != shown.total else str(shown.total or "")
        self.query_one("#title", Lines).show([apart(say(self.TITLE_WORDS, Tone.STRONG), say(counted, Tone.DIM), max(20, width))])
        self.query_one("#heading", Lines).show([shown.heading] if shown.heading else [])
        self.rows.show_rows(shown.keys, shown.lines)
        none = f"None contains {self._wanted!r} (Esc shows all)." if self._wanted else self.EMPTY_WORDS if scene else "There is no picture yet."
        note = shown.note if shown.keys or shown.alone else (*wrap(say(none, Tone.DIM), max(20, width)), *(shown.note if scene and not self._wanted else ()))
        self.query_one("#note", Lines).show(note)
        self.query_one(KeyBar).fit(width)

    def shown(self, scene: Scene, wanted: str) -> Shown:
        """The rows that contain `wanted`; subclasses make them."""
        raise NotImplementedError

    def page(self, key: str) -> Page | None:
        """All about the row with this key; subclasses that know more make one."""
        raise NotImplementedError

    def aim(self) -> Aim | None:
        """Nothing to act upon, unless a subclass says so."""
        return None

    @on(Rows.Chosen)
    def action_more(self) -> None:
        """Show all about the chosen row."""
        page = self.page(self.rows.chosen) if self.rows.chosen is not None else None
        if page is not None:
            self.app.push_screen(page)

    def action_filter(self) -> None:
        """Type what to show."""
        box = self.query_one("#filter", Input)
        box.display = True
        self.set_focus(box)

    def action_back(self) -> None:
        """Show all again where the list was narrowed down, else return."""
        box = self.query_one("#filter", Input)
        if box.display:
            box.value = ""
            self.set_focus(self.rows)
            box.display = False
            return
        self.dismiss(False)

    @on(Input.Changed, "#filter")
    def _narrow_down(self, event: Input.Changed) -> None:
        self._wanted = event.value
        self.draw()

    @on(Input.Submitted, "#filter")
    def _done_typing(self) -> None:
        self.rows.focus()


class CallsList(Listing):
    """The person's own calls, newest first, each with whose fault it was and why."""

    TITLE_WORDS = "Your calls of the last hour"
    EMPTY_WORDS = "No call of yours was seen in the last hour."
    KEYS = (Key("Enter", "evidence", "more", 8), *_ACTIONS, *_COMMON)

    def shown(self, scene: Scene, wanted: str) -> Shown:
        """A row a call."""
        needle = wanted.casefold().strip()
        numbered = wanted_calls(scene.snapshot, Wish())
        kept = [pair for pair in numbered if needle in _said(pair[1]).casefold()]
        laid = call_table(kept, scene)
        return Shown(laid.heading, tuple(_key(call) for _, call in kept), laid.rows, (), len(numbered))

    def _call(self) -> CallView | None:
        snapshot, chosen = self.view.snapshot, self.rows.chosen
        return next((call for call in snapshot.calls if _key(call) == chosen), None) if snapshot and chosen else None

    def page(self, key: str) -> Page | None:
        """The evidence."""

        def draw(_view: View, scene: Scene) -> tuple[Line, ...]:
            call = next((call for call in scene.snapshot.calls if _key(call) == key), None)
            if call is None:
                return (say("This call is older than an hour, and not kept in the picture any more.", Tone.DIM),)
            because = wrap(say(f"Because: {clean(call.reason, 300)}."), scene.look.width, 11) if call.reason else ()
            about = Subject(find_route(scene.snapshot, call.route), call)
            told = told_lines(scene.snapshot, about, self.view.place.now(), scene.look)
            return (*because, EMPTY, *told) if because else told

        return Page(self.view, "Your call", draw)

    def aim(self) -> Aim | None:
        """The route of the chosen call, where it is watched."""
        call, snapshot = self._call(), self.view.snapshot
        route = find_route(snapshot, call.route) if call and snapshot else None
        return Aim(route, incident_of(route, snapshot)) if route and snapshot else None


class IncidentsList(Listing):
    """Every incident: those that concern the person, then the others with the reason."""

    TITLE_WORDS = "Incidents at your providers"
    EMPTY_WORDS = "No incident is open at your providers."
    KEYS = (Key("Enter", "all posts", "more", 8), *_ACTIONS, Key("l", "copy link", "copy_link"), *_COMMON)

    def shown(self, scene: Scene, wanted: str) -> Shown:
        """A row an incident."""
        found = incidents(scene, reading=Reading(unfolded=True, wanted=wanted, looked=self.view.looked))
        everything = incidents(scene)
        keys = (*(block.key for block in found.yours), *found.other_keys)
        return Shown(EMPTY, keys, (*(block.lines[0] for block in found.yours), *found.others), (), len(everything.yours) + len(everything.others))

    def page(self, key: str) -> Page | None:
        """All posts."""

        def draw(_view: View, scene: Scene) -> tuple[Line, ...]:
            item = next((item for item in scene.snapshot.incidents if item.key == key), None)
            return whole_lines(item, scene) if item else (say("The page does not list this incident any more.", Tone.DIM),)

        return Page(self.view, "Incident", draw)

    def aim(self) -> Aim | None:
        """The chosen incident."""
        item = self._incident()
        return Aim(None, item) if item else None

    def _incident(self) -> IncidentView | None:
        snapshot, chosen = self.view.snapshot, self.rows.chosen
        return next((item for item in snapshot.incidents if item.key == chosen), None) if snapshot and chosen else None


class FeedsList(Listing):
    """Every feed, with its freshness."""

    TITLE_WORDS = "Feeds"
    EMPTY_WORDS = "No feed is watched."
    KEYS = (Key("Enter", "how it is read", "more", 8), Key("r", "refresh", "refresh", 4), *_COMMON)
    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "refresh", "refresh")]

    def shown(self, scene: Scene, wanted: str) -> Shown:
        """A row a feed."""
        laid = feeds(scene, wanted)
        return Shown(laid.heading, tuple(feed.name for feed in in_order(scene, wanted)), laid.rows, (), len(scene.snapshot.feeds))

    def page(self, key: str) -> Page | None:
        """All that is known of it."""

        def draw(_view: View, scene: Scene) -> tuple[Line, ...]:
            feed = next((feed for feed in scene.snapshot.feeds if feed.name == key), None)
            return feed_lines(feed, scene) if feed else (say("This feed is not watched any more.", Tone.DIM),)

        return Page(self.view, f"Feed {clean(key, 60)}", draw)

    def action_refresh(self) -> None:
        """Read every feed now."""
        self.app.look_at_feeds()


class SourcesList(Listing):
    """What may be read on this machine."""

    TITLE_WORDS = "Read on this machine"
    EMPTY_WORDS = "Nothing on this machine is read."
    KEYS = (Key("Enter", "more", "more", 2), *_COMMON)

    def shown(self, scene: Scene, wanted: str) -> Shown:
        """A row a source."""
        laid = sources(scene, wanted)
        needle = wanted.casefold().strip()
        kept = [item for item in scene.snapshot.sources if needle in f"{item.name} {item.what} {item.path} {item.note}".casefold()]
        words = "Change it with `statuswatch sources on|off NAME`. Prompts, replies and keys are never stored, sent or shown."
        note = (EMPTY, *wrap(say(words, Tone.DIM), scene.look.width)) if scene.snapshot.sources else ()
        return Shown(laid.heading, tuple(f"{item.name} {item.path}" for item in kept), laid.rows, note, len(scene.snapshot.sources))

    def page(self, key: str) -> Page | None:
        """The whole of a line that did not fit."""

        def draw(_view: View, scene: Scene) -> tuple[Line, ...]:
            item = next((item for item in scene.snapshot.sources if f"{item.name} {item.path}" == key), None)
            if item is None:
                return (say("This is not here any more.", Tone.DIM),)
            state = "not asked yet" if not item.asked else "read" if item.enabled else "not read"
            rows = (item.name, state, item.what, item.path, item.note)
            return tuple(line for text in rows if text for line in wrap(say(clean(text, 300)), scene.look.width, 2))

        return Page(self.view, "Read on this machine", draw)


class HistoryList(Listing):
    """Ninety days of every route."""

    TITLE_WORDS = "The last 90 days"
    EMPTY_WORDS = "Nothing is kept yet."
    KEYS = (Key("Enter", "troubles", "more", 8), *_COMMON)

    def on_mount(self) -> None:
        """Have the past read, and again where it could not be."""
        super().on_mount()
        self.app.look_back(again=True)

    def shown(self, scene: Scene, wanted: str) -> Shown:
        """A row a route."""
        past = self.view.history
        if past is None:
            words = "Reading what was kept." if self.view.place.recall else "The past cannot be read here."
            return Shown(note=tuple(wrap(say(words, Tone.DIM), scene.look.width)), alone=True)
        missing = gap_lines(past, scene.look.width)
        if past.unread:
            return Shown(note=missing, alone=True)
        needle = wanted.casefold().strip()
        kept = tuple(route for route in past.routes if needle in f"{name_of(route.route, scene.names)} {route.route}".casefold())
        laid = past_table(History(past.at, kept), scene.names, scene.look)
        note = (EMPTY, *wrap(say(legend(scene.look), Tone.DIM), scene.look.width), *((EMPTY, *missing) if missing else ()))
        return Shown(laid.heading, tuple(route.route for route in kept), laid.rows, note, len(past.routes))

    def page(self, key: str) -> Page | None:
        """The troubles, one by one."""

        def draw(view: View, scene: Scene) -> tuple[Line, ...]:
            past = view.history or History(scene.now)
            kept = tuple(route for route in past.routes if route.route == key)
            return history_lines(replace(past, routes=kept), scene.names, scene.look, scene.zone)

        return Page(self.view, "The last 90 days", draw)

    def aim(self) -> Aim | None:
        """The chosen route."""
        snapshot, chosen = self.view.snapshot, self.rows.chosen
        route = find_route(snapshot, chosen) if snapshot and chosen else None
        return Aim(route, incident_of(route, snapshot)) if route and snapshot else None


LISTS: dict[str, type[Listing]] = {"calls": CallsList, "incidents": IncidentsList, "feeds": FeedsList, "sources": SourcesList, "history": HistoryList}
"""The lists by the name that keys and commands give them."""


def _key(call: CallView) -> str:
    return f"{call.at.timestamp()} {call.route} {call.request_id or ''} {call.client}"


def _said(call: CallView) -> str:
    parts = (call.status, call.code, call.model, call.route, call.client, call.project, call.fault, call.request_id, call.reason)
    return " ".join(str(part) for part in parts if part)
