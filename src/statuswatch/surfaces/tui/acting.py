"""What can be done about the chosen line, wherever it is chosen: wait, mute, acknowledge, open its page, copy its address."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from statuswatch.core.observation import CommandKind
from statuswatch.core.snapshot import IncidentView, RouteView, Snapshot
from statuswatch.surfaces.present import find_route
from statuswatch.surfaces.present_hushed import kept_as, unmuted_words
from statuswatch.surfaces.present_text import Link, clean, safe_link
from statuswatch.surfaces.tui.scenery import Viewing
from statuswatch.surfaces.tui.screens import Ask, open_lines

if TYPE_CHECKING:
    from statuswatch.surfaces.tui.app import Dashboard

MUTE_HOURS = 1
NOTHING_CHOSEN = "No line is chosen: none is shown."


@dataclass(frozen=True, slots=True)
class Aim:
    """What the chosen line is about: a route, an incident, or a route's incident."""

    route: RouteView | None = None
    incident: IncidentView | None = None

    @property
    def name(self) -> str:
        """For a person; an incident's title is the page's."""
        if self.route is not None:
            return clean(self.route.title, 60)
        return f'"{clean(self.incident.title, 60)}"' if self.incident else ""

    @property
    def target(self) -> str:
        """For the engine."""
        if self.route is not None:
            return self.route.verdict.route.canonical
        return self.incident.key if self.incident else ""


class Acting(Viewing):
    """A screen with a chosen line."""

    app: "Dashboard"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "wait", "tell me when back"),
        Binding("m", "mute", "mute"),
        Binding("M", "unmute", "unmute"),
        Binding("a", "acknowledge", "I know"),
        Binding("o", "open", "open"),
        Binding("l", "copy_link", "copy link"),
    ]

    def aim(self) -> Aim | None:
        """What the chosen line is about; None where it is nothing that can be acted upon."""
        raise NotImplementedError

    def aim_or_told(self) -> Aim | None:
        """The same, and a word to the person where there is none."""
        aim = self.aim()
        if aim is None:
            self.app.tell(NOTHING_CHOSEN)
        return aim

    def action_wait(self) -> None:
        """Be told when the route is back."""
        aim = self.aim_or_told()
        if aim is None:
            return
        route = aim.route or _troubled_by(aim.incident, self.view.snapshot)
        if route is None or not route.verdict.trouble:
            self.app.tell(f"{aim.name} is in no trouble that is known, so there is nothing to wait for." if aim.route else "Nothing of yours waits for that.")
            return
        self.app.ask(CommandKind.WAIT, route.verdict.route.canonical, f"You will be told when {clean(route.title, 60)} is back.")

    def action_mute(self) -> None:
        """No notices about it for an hour."""
        aim, scene = self.aim_or_told(), self.view.scene(self.size.width)
        if aim is not None and scene is not None:
            until = scene.now + timedelta(hours=MUTE_HOURS)  # the picture's own time where that is simulated: the engine counts in it
            self.app.ask(CommandKind.MUTE, aim.target, f"No notices about {aim.name} until {scene.clock(until)}. M undoes it.", until)

    def action_unmute(self) -> None:
        """Notices about it again."""
        aim, scene = self.aim_or_told(), self.view.scene(self.size.width)
        if aim is not None and scene is not None:
            target = kept_as(aim.target, scene.snapshot)
            self.app.ask(CommandKind.UNMUTE, target, unmuted_words(target, aim.name, scene))

    def action_acknowledge(self) -> None:
        """The person knows of it: it leads no more, and its posts are no news."""
        aim = self.aim_or_told()
        if aim is None:
            return
        if aim.incident is not None:
            self.app.has_seen(aim.incident)
        if aim.route is not None and not aim.route.verdict.trouble:
            self.app.tell(f"{aim.name} is in no trouble that is known.")
            return
        self.app.ask(CommandKind.ACKNOWLEDGE, aim.target, f"{aim.name} does not lead any more; what is new does.")

    def action_open(self) -> None:
        """Ask whether to open its page."""
        link = self._link_or_told()
        if link is None:
            return
        opener = self.view.place.opener

        def answered(yes: bool | None) -> None:
            if yes and opener is not None:
                opener(link.url)
            elif yes:
                self.app.copy_to_clipboard(link.url)

        self.app.push_screen(Ask(open_lines(link, can_open=opener is not None), "open" if opener else "copy it", "stay here"), answered)

    def action_copy_link(self) -> None:
        """Put its address into the terminal's clipboard (OSC 52)."""
        link = self._link_or_told()
        if link is not None:
            self.app.copy_to_clipboard(link.url)
            self.app.tell(f"Copied, where this terminal allows it: {link.url}")

    def _link_or_told(self) -> Link | None:
        aim = self.aim()
        items = [aim.incident] if aim and aim.incident else [item for item in self.view.snapshot.incidents if item.concerns] if self.view.snapshot else []
        link = next((found for item in items if (found := safe_link(item.url))), None)
        if link is None:
            self.app.tell("There is no page to open: no incident with a usable address is known.")
        return link


def incident_of(route: RouteView, snapshot: Snapshot) -> IncidentView | None:
    """The incident that a route's verdict names, else the first that concerns the route."""
    for item in snapshot.incidents:
        if item.key == route.verdict.incident:
            return item
    names = {route.route, route.verdict.route.canonical}
    return next((item for item in snapshot.incidents if any(view.route in names and view.relevance != "unaffected" for view in item.relevance)), None)


def _troubled_by(item: IncidentView | None, snapshot: Snapshot | None) -> RouteView | None:
    if item is None or snapshot is None:
        return None
    routes = (find_route(snapshot, view.route) for view in item.relevance if view.relevance != "unaffected")
    return next((route for route in routes if route is not None and route.verdict.trouble), None)
