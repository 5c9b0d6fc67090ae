"""Incidents at one provider, routes at another."""

from dataclasses import replace

import pytest

from statuswatch.core.ids import Surface
from statuswatch.core.incident import Impact
from statuswatch.core.knowledge import ComponentFacts, ProviderFacts
from support.incidents import ACME, incident, small, told

SHOP = ProviderFacts("shop", "Shop", serves=("acme",), usual_surface=Surface.CODE)
CLOUD = ProviderFacts("cloud", "Nimbus", components=(ComponentFacts(None, ("Nimbus Disks",), inference=False),))
KNOWLEDGE = small(acme=replace(ACME, runs_on=("cloud",)), shop=SHOP, cloud=CLOUD)
NOBODY, UPSTREAM, PLATFORM = ("unaffected", "other_provider"), ("possible", "upstream"), ("possible", "platform")
OPAL, AT_SHOP = "acme/api:lyra-opal-4.5", "shop/code:lyra-opal-4.5"


@pytest.mark.parametrize(
    ("texts", "route", "expected"),
    [
        (["Errors on Lyra Opal 4.5"], AT_SHOP, UPSTREAM),
        (["Errors on Lyra Jade 5"], AT_SHOP, ("unaffected", "other_models")),
        (["Errors across many models"], AT_SHOP, UPSTREAM),
        (["Elevated errors on the API"], AT_SHOP, UPSTREAM),
        (["Elevated errors on the API"], "shop/code:*", UPSTREAM),
        (["Elevated errors on the API"], "shop/code:zeta-4o", NOBODY),
        (["Elevated errors on acme.example"], AT_SHOP, NOBODY),
        (["Elevated errors", "The API is unaffected"], AT_SHOP, NOBODY),
        (["Errors when logging in"], AT_SHOP, NOBODY),
        (["All is well"], AT_SHOP, NOBODY),
        (["Errors on Lyra Opal 4.5"], "stranger/api:lyra-opal-4.5", NOBODY),
    ],
)
def test_who_resells_a_maker_hears_of_its_models(texts: list[str], route: str, expected: tuple[str, str]) -> None:
    assert told(incident(*texts, provider="acme"), route, KNOWLEDGE) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Errors on Lyra Opal 4.5", "This is due to an upstream model provider"], UPSTREAM),
        (["Errors on Lyra Opal 4.5", "Acme reports trouble"], UPSTREAM),
        (["Errors on Lyra Opal 4.5"], NOBODY),
        (["Elevated errors", "This is due to an upstream model provider"], NOBODY),
    ],
)
def test_a_maker_hears_from_its_reseller_only_where_the_words_blame_it(texts: list[str], expected: tuple[str, str]) -> None:
    assert told(incident(*texts, provider="shop"), OPAL, KNOWLEDGE) == expected


@pytest.mark.parametrize(
    ("title", "impact", "components", "expected"),
    [
        ("Errors for Acme", Impact.MINOR, (), PLATFORM),
        ("Acme is unaffected by errors elsewhere", Impact.MINOR, (), NOBODY),
        ("Network outage", Impact.CRITICAL, (), PLATFORM),
        ("Network outage", Impact.MAJOR, (), PLATFORM),
        ("Network outage", Impact.MINOR, (), NOBODY),
        ("Disk outage", Impact.MAJOR, ("Nimbus Disks",), NOBODY),
        ("Disk outage", Impact.CRITICAL, ("Nimbus Disks",), PLATFORM),
        ("Disk outage in us-east-1", Impact.CRITICAL, ("Nimbus Disks",), NOBODY),
    ],
)
def test_the_platform_below_matters_where_it_names_us_or_is_down_as_a_whole(
    title: str, impact: Impact, components: tuple[str, ...], expected: tuple[str, str]
) -> None:
    assert told(incident(title, provider="cloud", impact=impact, components=components), OPAL, KNOWLEDGE) == expected


def test_strangers_do_not_concern_each_other() -> None:
    assert told(incident("Errors on Lyra Opal 4.5", provider="cloud"), AT_SHOP, KNOWLEDGE) == NOBODY
    assert told(incident("Errors on Lyra Opal 4.5", provider="nobody"), OPAL, KNOWLEDGE) == NOBODY
