"""The Textual application: takes events in, keeps the newest picture, hands it to the screens. Everything to see is made by the presenters."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import Monochrome, NoColor
from textual.screen import Screen

from statuswatch.core.notice import Notice, NoticeKind
from statuswatch.core.observation import Command, CommandKind
from statuswatch.core.snapshot import IncidentView, Snapshot
from statuswatch.surfaces.present_routes import BARS_FROM
from statuswatch.surfaces.present_text import clean
from statuswatch.surfaces.tui.board import Board
from statuswatch.surfaces.tui.looked import Looked, newest_posts, read_looked, write_looked
from statuswatch.surfaces.tui.messages import LinkChanged, NoticeArrived, PastArrived, PictureArrived
from statuswatch.surfaces.tui.scenery import Place, Recall, View, Viewing
from statuswatch.surfaces.tui.screens import Ask, first_run_lines
from statuswatch.surfaces.tui.source import Connection, Linked, Source
from statuswatch.surfaces.tui.theme import DARK, LIGHT, THEMES

AGES_SECONDS = 10.0
CALLED_FOR = timedelta(minutes=1)
"""How long after a notice this terminal still calls for the person, while the engine tries to show it."""
_LOG_PATH = re.compile(r"; log: [^)]*\)")  # a path is for standard error; here it would hide half of the screen

HISTORY_FRESH = timedelta(minutes=5)
"""How long the past that was read may be shown before it is read again."""

_COMMANDS = (
    ("Why", "The evidence for the chosen line", "why"),
    ("Tell me when it is back", "One notice when the chosen line works again", "wait"),
    ("Mute for an hour", "No notices about the chosen line", "mute"),
    ("Unmute", "Notices about the chosen line again", "unmute"),
    ("I know", "The chosen line leads no more, its posts are no news", "acknowledge"),
    ("Open incident", "The page of the incident, in your browser", "open"),
    ("Copy link", "The address of the incident's page", "copy_link"),
    ("Not yours", "Show or fold incidents that do not concern you", "fold"),
    ("Incidents", "All incidents at your providers", "page('incidents')"),
    ("Calls", "Your calls, with whose fault and why", "page('calls')"),
    ("History", "The last 90 days of what you use", "page('history')"),
    ("Feeds", "The feeds, and which of them can be believed", "page('feeds')"),
    ("Sources", "What is read on this machine", "page('sources')"),
    ("Filter", "Show only what contains some text", "filter"),
    ("Look again", "Read every feed now", "refresh"),
    ("Light or dark", "The other of the two themes", "app.turn_theme"),
    ("Help", "Keys and symbols", "help"),
)


class Dashboard(App[int]):
    """The dashboard. `source` brings the pictures and takes the commands; `place` says where it runs; `notes` are told at the start."""

    TITLE = "statuswatch"
    CSS_PATH = Path(__file__).with_name("dashboard.tcss")
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,ctrl+q", "quit", "quit", show=False, priority=True),
        Binding("t", "turn_theme", "light or dark", show=False),
    ]

    def __init__(self, source: Source, place: Place, notes: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._source = source
        self._notes = notes
        self._answered = False
        self._unheard: list[tuple[datetime, Notice]] = []
        self._left: Looked | None = None
        self._looking_back = False
        self.view = View(place, looked=read_looked(place.looked) if place.looked else None)
        if self.no_color:  # greys are colours too: https://no-color.org asks for none
            self._filters = [NoColor() if isinstance(kept, Monochrome) else kept for kept in self._filters]
        for theme in THEMES:
            self.register_theme(theme)
        known = place.chosen in self.available_themes
        self.theme = place.chosen if known else place.theme
        if place.chosen and not known:
            self._notes = (*notes, f"[display] theme in config.toml: none is called {clean(place.chosen, 40)}; Ctrl+P lists them")

    def get_default_screen(self) -> Screen[bool]:
        """The board itself: no empty screen is laid out below it first."""
        return Board(self.view)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The colours of the tones, for themes of Textual's own too."""
        return dict((DARK if self.current_theme.dark else LIGHT).variables)

    def on_mount(self) -> None:
        """Listen, and look at the clock every ten seconds: ages change slowly."""
        for note in self._notes:
            self.tell(_LOG_PATH.sub(")", note))
        self.set_interval(AGES_SECONDS, self._draw)
        self._listen()

    @work(exclusive=True, group="events")
    async def _listen(self) -> None:
        """Turn the source's events into messages; nothing is touched here."""
        async for event in self._source.events():
            match event:
                case Snapshot():
                    self.post_message(PictureArrived(event))
                case Notice():
                    self.post_message(NoticeArrived(event))
                case Linked():
                    self.post_message(LinkChanged(event))

    @on(PictureArrived)
    def _take_picture(self, message: PictureArrived) -> None:
        first = self.view.snapshot is None
        self.view = replace(self.view, snapshot=message.snapshot)
        self._draw()
        if first and self.size.width >= BARS_FROM:
            self.look_back()
        self._call()
        self._ask_first()

    @on(LinkChanged)
    def _take_link(self, message: LinkChanged) -> None:
        # While connecting for the first time nothing is known to be wrong; a picture that comes then is judged by its own expiry.
        self.view = replace(self.view, connected=message.linked.state is not Connection.GONE, detail=clean(message.linked.detail, 200))
        self._draw()

    @on(NoticeArrived)
    def _take_notice(self, message: NoticeArrived) -> None:
        notice = message.notice
        if notice.kind is NoticeKind.AMENDED:
            return
        calm = notice.kind in {NoticeKind.RESOLVED, NoticeKind.RECOVERING, NoticeKind.MAINTENANCE}
        self.notify(clean(notice.body, 300), title=clean(notice.title, 120), severity="information" if calm else "warning", timeout=12, markup=False)
        self._unheard.append((self.view.place.now(), notice))
        self._call()

    def _call(self) -> None:
        """Have the terminal call for a person who looks elsewhere. Whether the engine could show a notice is known only from a later picture."""
        now, alert, snapshot = self.view.place.now(), self.view.place.alert, self.view.snapshot
        self._unheard = [(at, notice) for at, notice in self._unheard if alert and now - at <= CALLED_FOR]
        for entry in list(self._unheard):
            said = alert(entry[1], snapshot) if alert and snapshot else ""
            if said and self._driver is not None:
                self._driver.write(said)
                self._unheard.remove(entry)

    def _draw(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, Viewing):
                screen.look_again(self.view)

    def _ask_first(self) -> None:
        snapshot, consent = self.view.snapshot, self.view.place.consent
        if snapshot is None or consent is None or self._answered or all(source.asked for source in snapshot.sources):
            return
        self._answered = True

        def answered(yes: bool | None) -> None:
            if yes is not None:
                self._store_consent(yes)

        self.push_screen(Ask(first_run_lines(snapshot, self.view.look(self.size.width)), "agree", "status pages only"), answered)

    @work(group="consent", exit_on_error=False)
    async def _store_consent(self, yes: bool) -> None:
        consent = self.view.place.consent
        if consent is None:
            return
        try:
            await asyncio.to_thread(consent, yes)
        except OSError as error:
            self.tell(f"Your answer could not be stored: {error}", wrong=True)
            return
        self.tell("Your calls are read from now on. s shows what is read." if yes else "Status pages only. s shows what could be read.")

    def look_back(self, *, again: bool = False) -> None:
        """Have the last 90 days read, on a thread, unless what was read is fresh; `again`: also where they could not be read just now."""
        recall, snapshot, past = self.view.place.recall, self.view.snapshot, self.view.history
        if recall is None or snapshot is None or self._looking_back:
            return
        now = snapshot.at if snapshot.engine.simulated is not None else self.view.place.now()
        routes = tuple(view.route for view in snapshot.routes)
        tried = past is not None and not (again and past.unread)
        if past is not None and tried and now - past.at < HISTORY_FRESH and {route.route for route in past.routes} == set(routes):
            return
        self._looking_back = True
        self._recall(recall, routes, now)

    @work(group="history", exit_on_error=False)
    async def _recall(self, recall: Recall, routes: tuple[str, ...], now: datetime) -> None:
        from statuswatch.core.history import DAYS

        try:
            self.post_message(PastArrived(await asyncio.to_thread(recall, routes, now, DAYS)))
        finally:
            self._looking_back = False

    @on(PastArrived)
    def _take_past(self, message: PastArrived) -> None:
        self.view = replace(self.view, history=message.history)
        self._draw()

    def has_seen(self, item: IncidentView) -> None:
        """The posts of `item` are no news any more."""
        if self.view.looked is not None:
            self.view = replace(self.view, looked=newest_posts([item], self.view.looked))
            self._draw()

    def on_app_blur(self) -> None:
        """The person looks elsewhere: what comes from now on is new to them."""
        self._left = self.leave()

    def on_app_focus(self) -> None:
        """The person is back."""
        if self._left is not None:
            self.view = replace(self.view, looked=self._left)
            self._left = None
            self._draw()

    def leave(self) -> Looked | None:
        """Keep which posts were on the screen, for the next look. A simulation's are not kept."""
        snapshot, file = self.view.snapshot, self.view.place.looked
        if snapshot is None or file is None or snapshot.engine.simulated is not None:
            return self.view.looked
        seen = newest_posts(snapshot.incidents, self.view.looked)
        write_looked(file, seen)
        return seen

    def look_at_feeds(self) -> None:
        """Ask the engine to read every feed now."""
        self.ask(CommandKind.REFRESH, "*", "Looking again at every feed.")

    def action_turn_theme(self) -> None:
        """Light where it is dark, dark where it is light."""
        self.theme = THEMES[1].name if self.current_theme.dark else THEMES[0].name

    def ask(self, kind: CommandKind, target: str, done: str, until: datetime | None = None) -> None:
        """Send a command to the engine, and say `done` once it was taken in."""
        self._send(Command(self.view.place.now(), kind, target, until), done)

    @work(group="commands", exit_on_error=False)
    async def _send(self, command: Command, done: str) -> None:
        reply = await self._source.send(command)
        self.tell(done if reply.ok else f"Not done: {reply.detail or 'the engine refused'}.", wrong=not reply.ok)

    def tell(self, text: str, *, wrong: bool = False) -> None:
        """A short word at the edge of the screen."""
        self.notify(clean(text, 300), severity="warning" if wrong else "information", timeout=6, markup=False)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every key's action by name, then Textual's own (themes, quit)."""
        if isinstance(screen, Board):
            for title, what, action in _COMMANDS:
                yield SystemCommand(title, what, self._runner(screen, action))
        for command in super().get_system_commands(screen):
            if command.title not in {"Keys", "Maximize", "Minimize", "Screenshot"}:
                yield command

    def _runner(self, screen: Board, action: str) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            await self.run_action(action, screen)

        return run

    @property
    def exit_status(self) -> int:
        """What `statuswatch status` would end with now."""
        return self.view.snapshot.summary.exit_status if self.view.snapshot else 4
