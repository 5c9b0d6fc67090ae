"""Names of things: surfaces, models and routes, and how any spelling becomes the canonical one."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from statuswatch.core.errors import RouteError
from statuswatch.core.modelnames import ModelName, parse_model


class Surface(StrEnum):
    """The way a provider is used."""

    API = "api"
    CODE = "code"
    CHAT = "chat"
    CONSOLE = "console"
    CLOUD = "cloud"


_ROUTE = re.compile(
    r"(?P<provider>[a-z0-9][a-z0-9.-]{0,39})(?:/(?P<surface>[a-z]+))?"
    r":(?P<model>[^\s@:][^\s@]{0,119}(?:@(?:20\d{6}|latest|default))?|\*)"  # a date after @ is Vertex's way to pin a model, no region
    r"(?:@(?P<region>[a-z0-9-]{1,40}))?",
    re.IGNORECASE,
)
_FORM = "expected provider[/surface]:model[@region], for example anthropic/code:claude-opus-4.5"


@dataclass(frozen=True, slots=True)
class Route:
    """Provider + surface + model as this person uses it. Two spellings of one route are equal.

    `model` is canonical (`claude-opus-4.5`), a family (`claude-opus`) or `*`; `text` is the spelling that was given.
    """

    provider: str
    surface: Surface | None
    model: str
    region: str | None = None
    text: str = field(default="", compare=False)

    @property
    def canonical(self) -> str:
        """The one spelling that is stored and compared."""
        surface = f"/{self.surface}" if self.surface else ""
        region = f"@{self.region}" if self.region else ""
        return f"{self.provider}{surface}:{self.model}{region}"

    @property
    def name(self) -> ModelName:
        """The model's name in parts."""
        return parse_model(self.model)

    def __str__(self) -> str:
        return self.text or self.canonical


def parse_route(text: str) -> Route:
    """Read `provider[/surface]:model[@region]`; raises RouteError with the form expected."""
    match = _ROUTE.fullmatch(text.strip())
    if match is None:
        msg = f"not a route: {text[:80]!r}; {_FORM}"
        raise RouteError(msg)
    surface: Surface | None = None
    if match["surface"]:
        try:
            surface = Surface(match["surface"].lower())
        except ValueError as error:
            msg = f"unknown surface {match['surface']!r} in {text[:80]!r}; one of {', '.join(Surface)}"
            raise RouteError(msg) from error
    model = match["model"] if match["model"] == "*" else parse_model(match["model"]).canonical
    region = match["region"].lower() if match["region"] else None
    return Route(match["provider"].lower(), surface, model, region, text.strip())
