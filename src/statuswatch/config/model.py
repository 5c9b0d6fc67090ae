"""The settings: what `config.toml` may hold. Strict, frozen, nothing extra; each default is what most people want."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from statuswatch.catalog.schema import id_fault, url_fault
from statuswatch.core.errors import DataError, RouteError
from statuswatch.core.ids import Route, parse_route
from statuswatch.core.notice import NoticeKind
from statuswatch.core.quiethours import QuietHours, parse_quiet_hours


def _route(text: str) -> str:
    try:
        parse_route(text)
    except RouteError as error:
        raise ValueError(str(error)) from error
    return text


def _address(text: str) -> str:
    fault = url_fault(text)
    if fault:
        raise ValueError(fault)
    return text


def _some(urls: tuple[str, ...]) -> tuple[str, ...]:
    if not urls:
        raise ValueError("expected at least one address")
    return urls


def _theme(text: str) -> str:
    fault = id_fault(text)
    if fault:
        raise ValueError(fault)
    return text


def _web_address(text: str) -> str:
    return _address(text) if text else text


def _hours(text: str) -> str:
    try:
        parse_quiet_hours(text)
    except DataError as error:
        raise ValueError(str(error)) from error
    return text


def _kind(text: str) -> str:
    kinds = tuple(kind.value for kind in NoticeKind if kind is not NoticeKind.AMENDED)
    if text not in kinds:
        raise ValueError(f"expected one of {', '.join(kinds)}, got {text[:40]!r}")
    return text


# TOML knows lists only, so a tuple is not asked for strictly; its items are.
RouteList = Annotated[tuple[Annotated[str, AfterValidator(_route)], ...], Field(strict=False)]
AddressList = Annotated[tuple[Annotated[str, AfterValidator(_address)], ...], Field(strict=False), AfterValidator(_some)]
TextList = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], Field(strict=False)]

WebAddress = Annotated[str, AfterValidator(_web_address)]
HoursList = Annotated[tuple[Annotated[str, AfterValidator(_hours)], ...], Field(strict=False)]
KindList = Annotated[tuple[Annotated[str, AfterValidator(_kind)], ...], Field(strict=False)]


class _Section(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class Watch(_Section):
    """What is watched besides what is found on the machine."""

    routes: RouteList = Field(default=(), description="Routes to watch besides those found on this machine, as provider[/surface]:model[@region].")

    @property
    def parsed(self) -> tuple[Route, ...]:
        """The routes as values."""
        return tuple(parse_route(text) for text in self.routes)


class Poll(_Section):
    """How often feeds are fetched, in seconds."""

    interval_s: float = Field(default=60.0, ge=15, le=3600, description="Seconds between two fetches of a feed while somebody looks.")
    fast_interval_s: float = Field(default=20.0, ge=10, le=600, description="Seconds between two fetches while there is trouble on a route of yours.")
    slow_interval_s: float = Field(default=300.0, ge=60, le=86400, description="Seconds between two fetches while nobody looks.")

    @model_validator(mode="after")
    def _ordered(self) -> "Poll":
        if not self.fast_interval_s <= self.interval_s <= self.slow_interval_s:
            raise ValueError("expected fast_interval_s <= interval_s <= slow_interval_s")
        return self


class Notices(_Section):
    """What is told, and where."""

    desktop: bool = Field(default=True, description="Show notices as desktop pop-ups.")
    terminal: bool = Field(default=True, description="Where no desktop shows them, show notices in the terminals of tmux and of the dashboard.")
    sound: bool = Field(default=False, description="Let the desktop play its sound for a notice; quiet hours stay quiet.")
    mute: TextList = Field(default=(), description="Routes, providers or incident keys about which nothing is told.")
    mute_kinds: KindList = Field(default=(), description="Kinds of notices that are never told, for example grew or maintenance.")
    quiet_hours: HoursList = Field(
        default=(), description="Hours of your own clock in which nothing new is told, as 22:00-07:00 or sat,sun 00:00-24:00; what lasts is told at their end."
    )

    command: TextList = Field(default=(), description="A program of yours and its arguments, run for each notice; the notice is in its STATUSWATCH_ variables.")
    command_kinds: KindList = Field(default=(), description="The kinds of notices that it is run for; all where empty.")
    webhook: WebAddress = Field(
        default="", description="An address that gets each notice as signed JSON; the key stands in $STATUSWATCH_WEBHOOK_SECRET or the keyring."
    )
    push: bool = Field(default=False, description="Send notices to the Apprise addresses in $STATUSWATCH_PUSH_URLS or the keyring; needs the extra push.")

    @property
    def quiet(self) -> tuple[QuietHours, ...]:
        """The quiet hours as values."""
        return tuple(parse_quiet_hours(text) for text in self.quiet_hours)


class ProviderOverride(_Section):
    """What is different about one provider."""

    urls: AddressList = Field(description="Addresses of the status feed, tried in order, in place of the shipped ones.")


class Otlp(_Section):
    """The receiver for what clients export of their own calls; it is on only after `statuswatch sources on otlp`."""

    port: int = Field(default=14318, ge=1024, le=65535, description="Port of 127.0.0.1 at which exports are received, once that is switched on.")


class Advice(_Section):
    """What may be looked at to say what else could be used."""

    local_models: bool = Field(default=True, description="While there is trouble, look on 127.0.0.1 for a model server of yours, such as Ollama, to name it.")


class Display(_Section):
    """How it looks."""

    ascii: bool = Field(default=False, description="Use no symbols beyond ASCII.")
    theme: Annotated[str, AfterValidator(_theme)] = Field(default="auto", description="Name of the dashboard's theme; auto follows the terminal.")
    colour: Literal["auto", "always", "never"] = Field(default="auto", description="When command output is coloured.")


class Config(_Section):
    """All of the settings."""

    watch: Watch = Watch()
    poll: Poll = Poll()
    notices: Notices = Notices()
    providers: dict[str, ProviderOverride] = {}
    advice: Advice = Advice()
    display: Display = Display()
    otlp: Otlp = Otlp()
