"""When a rule applies: words that a text has or lacks, and facts about the incident and the route. Values without a way to loop, recurse or backtrack."""

from collections.abc import Iterable
from dataclasses import dataclass

from statuswatch.core.ids import Route, Surface
from statuswatch.core.incident import Impact, Incident, Stage
from statuswatch.core.modelnames import parse_model
from statuswatch.core.sentences import clauses


def phrase(text: str) -> str:
    """`text` in the form that is looked for: lower-case words between spaces; a `*` at the end leaves the last word open."""
    words = " ".join(text.lower().split())
    return f" {words.removesuffix('*')}" if words.endswith("*") else f" {words} "


def said(phrases: Iterable[str], text: str) -> str | None:
    """The first of `phrases` (from `phrase`) that stands in `text` (words between single spaces, one at each end)."""
    return next((each for each in phrases if each in text), None)


@dataclass(frozen=True, slots=True)
class Condition:
    """All that is given must hold; of a list, one item is enough, of `lacks` none may stand.

    `says` and `lacks` look at title and updates, `title` at the title alone; all three hold phrases in the form of `phrase`.
    `providers`, `components`, `impacts` and `stages` are the incident's; `routes_to`, `surfaces` and `models` the route's.
    """

    says: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    impacts: tuple[Impact, ...] = ()
    stages: tuple[Stage, ...] = ()
    routes_to: tuple[str, ...] = ()
    surfaces: tuple[Surface, ...] = ()
    models: tuple[str, ...] = ()

    def fits_text(self, title: str, text: str) -> bool:
        """Whether the words fit; `text` is everything that was said, both in the form of `said`."""
        return (
            (not self.says or said(self.says, text) is not None) and (not self.title or said(self.title, title) is not None) and said(self.lacks, text) is None
        )

    def fits_incident(self, incident: Incident) -> bool:
        """Whether provider, components, impact and stage fit."""
        names = {part.lower() for component in incident.components for part in (component.name, component.id or "")}
        return (
            (not self.providers or incident.provider in self.providers)
            and (not self.components or any(component.lower() in names for component in self.components))
            and (not self.impacts or incident.impact in self.impacts)
            and (not self.stages or incident.stage in self.stages)
        )

    def fits_route(self, route: Route) -> bool:
        """Whether the route is one that the rule speaks of."""
        return (
            (not self.routes_to or route.provider in self.routes_to)
            and (not self.surfaces or route.surface in self.surfaces)
            and (not self.models or any(parse_model(model).words <= route.name.words and _version_fits(model, route) for model in self.models))
        )

    def fits(self, incident: Incident, route: Route) -> bool:
        """Whether everything fits. The incident's text is read at each call: for a few rules of a user, not for the built-in ones."""
        if not (self.fits_route(route) and self.fits_incident(incident)):
            return False
        title = spoken(incident.title)
        return self.fits_text(title, title + "".join(spoken(update.body) for update in incident.updates))


def _version_fits(model: str, route: Route) -> bool:
    number = parse_model(model).number
    return not number or number == route.name.number


def spoken(text: str) -> str:
    """A text as words between single spaces, for looking up phrases."""
    return "".join(clause.joined for clause in clauses(text))
