"""The specification's own text, run; and what it says, read by the reader that statuswatch has."""

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from http_sf import parse

from statuswatch.outage_header import OutageHeader
from statuswatch.sources.headers import status_link

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "outage-header.md").read_text(encoding="utf-8")


async def answered(status: int, incident: str | None = None, kind: str = "http") -> list[dict[str, Any]]:
    """What a server would send: an application that answers with a status, driven by hand as ASGI servers do."""
    sent: list[dict[str, Any]] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": f"{kind}.response.start", "status": status, "headers": [(b"retry-after", b"5")]})
        await send({"type": f"{kind}.response.body", "body": b"{}"})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    await OutageHeader(app, "https://status.example.com/", lambda: incident)({"type": kind}, receive, send)
    return sent


def test_the_page_shows_the_class_as_it_is() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)

    assert code == inspect.getsource(OutageHeader)
    assert len([line for line in code.splitlines() if line.strip()]) <= 20


@pytest.mark.parametrize("incident", [None, "https://status.example.com/incidents/abc"])
@pytest.mark.parametrize("status", [500, 503, 529])
async def test_failing_answers_say_where_the_status_is(status: int, incident: str | None) -> None:
    start, body = await answered(status, incident)
    fields = {name.decode(): value.decode() for name, value in start["headers"]}

    assert status_link(fields, "https://api.example.com/") == (incident or "https://status.example.com/")
    assert fields["link"] == f'<{incident or "https://status.example.com/"}>; rel="status"'
    assert fields["retry-after"] == "5"
    assert body["body"] == b"{}"


@pytest.mark.parametrize(("status", "kind"), [(200, "http"), (404, "http"), (429, "http"), (503, "websocket")])
async def test_other_answers_stay_as_they_were(status: int, kind: str) -> None:
    start, _ = await answered(status, kind=kind)

    assert start["headers"] == [(b"retry-after", b"5")]


def test_the_examples_of_the_page_parse() -> None:
    (verdict,) = re.findall(r"^    Statuswatch-Verdict: (.*)$", PAGE, re.MULTILINE)
    fault, parameters = parse(verdict.encode(), tltype="item")
    (link,) = re.findall(r"^    Link: (.*)$", PAGE, re.MULTILINE)

    assert str(fault) == "provider"
    assert sorted(parameters) == ["confidence", "health", "incident", "since"]
    assert status_link({"link": link}) == "https://status.example.com/incidents/abc"
