"""What is known about providers, as a value: the catalogue's data in the form that decisions use. Nothing here is read from disk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from statuswatch.core.ids import Surface

if TYPE_CHECKING:  # rules load the lexicon, and who only shows a picture needs neither
    from statuswatch.core.rules import Rule


@dataclass(frozen=True, slots=True)
class ComponentFacts:
    """What a page's component stands for. `names` are every name it has had; `models` canonical names or families (empty: not about models)."""

    id: str | None
    names: tuple[str, ...]
    surfaces: frozenset[Surface] = frozenset()
    models: tuple[str, ...] = ()
    inference: bool = True


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """One provider as the catalogue knows it.

    `families`: name stems of the models it makes (`claude`, `gpt`); `serves`: providers whose models it resells or fronts;
    `runs_on`: providers below it (cloud, CDN); `page_url`: the human status page; `usual_surface`: where a route without one is meant;
    `feeds_of`: providers whose feed also speaks for this one.
    """

    id: str
    name: str
    families: tuple[str, ...] = ()
    components: tuple[ComponentFacts, ...] = ()
    api_hosts: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()
    runs_on: tuple[str, ...] = ()
    page_url: str | None = None
    usual_surface: Surface = Surface.API
    feeds_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All providers by id; `models` are the canonical names of the model catalogue; `rules` the built-in and the user's rules of relevance."""

    providers: Mapping[str, ProviderFacts] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    rules: "tuple[Rule, ...]" = ()

    def name_of(self, provider: str) -> str:
        """The provider's name for a person; its id where the catalogue has none."""
        facts = self.providers.get(provider)
        return facts.name if facts else provider

    def provider_of_host(self, host: str) -> str | None:
        """The provider whose API answers at `host`: exact name, a name below one that starts with a dot, or one with a `*` for a region in it."""
        host = host.lower().rstrip(".")
        for facts in self.providers.values():
            for known in facts.api_hosts:
                before, star, after = known.partition("*")
                if host == known or (known.startswith(".") and host.endswith(known)) or (star and host.startswith(before) and host.endswith(after)):
                    return facts.id
        return None
