"""The settings: what `config.toml` may hold. Frozen; each default is what most people want. `config.load` holds a file against them."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field
from typing import Any, Literal

from statuswatch.catalog.schema import id_fault, url_fault
from statuswatch.core.errors import DataError, RouteError
from statuswatch.core.ids import Route, parse_route
from statuswatch.core.notice import NoticeKind
from statuswatch.core.quiethours import QuietHours, parse_quiet_hours

LONGEST_TEXT = 200
"""Characters of an item of a list of texts."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value may be, and what it is for.

    `kind`: `flag`, `number` (seconds and the like), `whole` (an integer), `text`, or `texts` (a list of strings). Numbers lie between `least` and `most`;
    a text is one of `words` where there are any; `fault` says what is wrong with a text or an item, None where nothing is. `needed`: at least one item.
    """

    kind: str
    meaning: str
    least: float = 0
    most: float = 0
    words: tuple[str, ...] = ()
    fault: Callable[[str], str | None] | None = None
    needed: str = ""


def _setting(default: Any, kind: str, meaning: str, **rules: Any) -> Any:
    return field(default=default, metadata={"rule": Rule(kind, meaning, **rules)})


def _route_fault(text: str) -> str | None:
    try:
        parse_route(text)
    except RouteError as error:
        return str(error)
    return None


def _text_fault(text: str) -> str | None:
    if not text:
        return "expected a string that is not empty, got a string"
    return None if len(text) <= LONGEST_TEXT else "expected a shorter string, got a string"


def _web_fault(text: str) -> str | None:
    return url_fault(text) if text else None


def _hours_fault(text: str) -> str | None:
    try:
        parse_quiet_hours(text)
    except DataError as error:
        return str(error)
    return None


def _kind_fault(text: str) -> str | None:
    kinds = tuple(kind.value for kind in NoticeKind if kind is not NoticeKind.AMENDED)
    return None if text in kinds else f"expected one of {', '.join(kinds)}, got {text[:40]!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is watched besides what is found on the machine."""

    routes: tuple[str, ...] = _setting(
        (), "texts", "Routes to watch besides those found on this machine, as provider[/surface]:model[@region].", fault=_route_fault
    )

    @property
    def parsed(self) -> tuple[Route, ...]:
        """The routes as values."""
        return tuple(parse_route(text) for text in self.routes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """How often feeds are fetched, in seconds."""

    interval_s: float = _setting(60.0, "number", "Seconds between two fetches of a feed while somebody looks.", least=15, most=3600)
    fast_interval_s: float = _setting(20.0, "number", "Seconds between two fetches while there is trouble on a route of yours.", least=10, most=600)
    slow_interval_s: float = _setting(300.0, "number", "Seconds between two fetches while nobody looks.", least=60, most=86400)

    @property
    def fault(self) -> str | None:
        """What is wrong with the values together."""
        ordered = self.fast_interval_s <= self.interval_s <= self.slow_interval_s
        return None if ordered else "expected fast_interval_s <= interval_s <= slow_interval_s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """What is told, and where."""

    desktop: bool = _setting(True, "flag", "Show notices as desktop pop-ups.")
    terminal: bool = _setting(True, "flag", "Where no desktop shows them, show notices in the terminals of tmux and of the dashboard.")
    sound: bool = _setting(False, "flag", "Let the desktop play its sound for a notice; quiet hours stay quiet.")
    mute: tuple[str, ...] = _setting((), "texts", "Routes, providers or incident keys about which nothing is told.", fault=_text_fault)
    mute_kinds: tuple[str, ...] = _setting((), "texts", "Kinds of notices that are never told, for example grew or maintenance.", fault=_kind_fault)
    quiet_hours: tuple[str, ...] = _setting(
        (),
        "texts",
        "Hours of your own clock in which nothing new is told, as 22:00-07:00 or sat,sun 00:00-24:00; what lasts is told at their end.",
        fault=_hours_fault,
    )

    command: tuple[str, ...] = _setting(
        (), "texts", "A program of yours and its arguments, run for each notice; the notice is in its STATUSWATCH_ variables.", fault=_text_fault
    )
    command_kinds: tuple[str, ...] = _setting((), "texts", "The kinds of notices that it is run for; all where empty.", fault=_kind_fault)
    webhook: str = _setting(
        "", "text", "An address that gets each notice as signed JSON; the key stands in $STATUSWATCH_WEBHOOK_SECRET or the keyring.", fault=_web_fault
    )
    push: bool = _setting(False, "flag", "Send notices to the Apprise addresses in $STATUSWATCH_PUSH_URLS or the keyring; needs the extra push.")

    @property
    def quiet(self) -> tuple[QuietHours, ...]:
        """The quiet hours as values."""
        return tuple(parse_quiet_hours(text) for text in self.quiet_hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderOverride:
    """What is different about one provider."""

    urls: tuple[str, ...] = _setting(
        MISSING, "texts", "Addresses of the status feed, tried in order, in place of the shipped ones.", fault=url_fault, needed="expected at least one address"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Otlp:
    """The receiver for what clients export of their own calls; it is on only after `statuswatch sources on otlp`."""

    port: int = _setting(
        14318,
        "whole",
        "Port of 127.0.0.1 at which exports are received, once that is switched on.",
        least=1024,
        most=65535,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What may be looked at to say what else could be used."""

    local_models: bool = _setting(True, "flag", "While there is trouble, look on 127.0.0.1 for a model server of yours, such as Ollama, to name it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """How it looks."""

    ascii: bool = _setting(False, "flag", "Use no symbols beyond ASCII.")
    theme: str = _setting("auto", "text", "Name of the dashboard's theme; auto follows the terminal.", fault=id_fault)
    colour: Literal["auto", "always", "never"] = _setting("auto", "text", "When command output is coloured.", words=("auto", "always", "never"))


def _upstream_fault(text: str) -> str | None:
    name, mark, url = text.partition("=")
    if not mark or id_fault(name):
        return f"expected NAME=URL, for example anthropic=https://llm.example.com/api, got {text[:60]!r}"
    return url_fault(url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """The gateway for calls to model APIs: off unless it is switched on here, or asked for at the engine's socket."""

    enabled: bool = _setting(False, "flag", "Listen from the engine's start on, for programs whose settings hold its address.")
    port: int = _setting(14319, "whole", "Port of 127.0.0.1 at which it listens.", least=1024, most=65535)
    annotate: bool = _setting(False, "flag", "Put one plain sentence into the provider's own error message: whose fault it is, the incident, what works now.")
    upstreams: tuple[str, ...] = _setting(
        (),
        "texts",
        "APIs besides those that the catalogue knows, or in their place, as NAME=URL; plain http is for servers of your own.",
        fault=_upstream_fault,
    )

    @property
    def addresses(self) -> Mapping[str, str]:
        """The addresses of `upstreams` by name."""
        return {name: url for name, _, url in (text.partition("=") for text in self.upstreams)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All of the settings."""

    watch: Watch = field(default_factory=Watch)
    poll: Poll = field(default_factory=Poll)
    notices: Notices = field(default_factory=Notices)
    providers: Mapping[str, ProviderOverride] = field(default_factory=dict)
    advice: Advice = field(default_factory=Advice)
    display: Display = field(default_factory=Display)
    otlp: Otlp = field(default_factory=Otlp)
    gateway: Gateway = field(default_factory=Gateway)
