"""What a page calls its owner."""

import json

import pytest

from statuswatch.sources.body import Body
from statuswatch.sources.naming import name_in
from support.hostile import WHOLESALE
from support.payloads import CASES, sample


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Acme", "Acme"),
        ("Acme Status", "Acme"),
        ("Acme API Status", "Acme"),
        ("Acme - Incident History", "Acme"),
        ("Status Page | Acme AI", "Acme AI"),
        ("Acme: system status - updates", "Acme"),
        ("Status", ""),
        ("  \n", ""),
        ("x" * 61, ""),
        ("Ac\x1b[2Jme\u202e", "Ac [2Jme"),
        ("Statusly", "Statusly"),
    ],
)
def test_the_name_is_told_without_what_pages_add_to_it(said: str, name: str) -> None:
    assert name_in(Body(json.dumps({"page": {"name": said}}).encode(), "x")) == name


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b'{"data":{"attributes":{"company_name":"Acme"}}}', "Acme"),
        (b'{"summary":{"name":"Acme"}}', "Acme"),
        (b'{"page":{"name":"Status"},"name":"Acme"}', "Acme"),
        (b'<rss version="2.0"><channel><title>Acme Status Feed</title></channel></rss>', "Acme"),
        (b"<!doctype html><html><head><title>Acme &amp; Sons - Status</title></head></html>", "Acme & Sons"),
        (b'{"page":{"name":7}}', ""),
        (b'{"page":', ""),
        (b"[1]", ""),
        (b"", ""),
    ],
)
def test_it_stands_where_products_keep_it(data: bytes, name: str) -> None:
    assert name_in(Body(data, "x")) == name


@pytest.mark.parametrize("what", WHOLESALE)
def test_nothing_hostile_makes_it_raise_or_gives_a_name_that_is_none(what: str) -> None:
    name = name_in(Body(WHOLESALE[what], "x"))
    assert name.isprintable()
    assert len(name) <= 60


@pytest.mark.parametrize(("form", "name"), CASES)
def test_every_payload_is_looked_at_without_an_exception(form: str, name: str) -> None:
    assert name_in(sample(name)).isprintable(), form
