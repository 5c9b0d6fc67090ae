"""A program, the SDK in it and a real engine: what fails in the program is a verdict, and what was asked is nowhere in the engine."""

import asyncio
import json
import sys
from typing import Any

import pytest

from support.modelapi import ModelApi, model_api
from support.planting import MARK
from support.tapped import Tapped, tapped

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("taps")]

ROUTE = "anthropic/api:claude-opus-4.5"
# The address is the vendor's own, and a proxy on this machine answers for it: nothing leaves the machine, and the call is to a host that the engine knows.
PROGRAM = """
import anthropic, statuswatch.client
client = statuswatch.client.watch(anthropic.DefaultHttpxClient())
sdk = anthropic.Anthropic(api_key="sk-ant-api03-PLANTED0PLANTED", base_url="http://api.anthropic.com", http_client=client)
asked = [{"role": "user", "content": "please PLANTED refactor the payroll"}]
for _ in range(%d):
    try:
        sdk.messages.create(model="claude-opus-4-5", max_tokens=9, messages=asked)
    except anthropic.APIStatusError as error:
        print(error.status_code)
"""


async def run(home: Tapped, api: ModelApi, times: int = 1) -> str:
    """Run the program to its end; what it printed."""
    env = {**home.env, "HTTP_PROXY": api.url, "NO_PROXY": ""}
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM % times, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await asyncio.wait_for(program.communicate(), 120)
    assert program.returncode == 0, said
    return said.decode()


def view(home: Tapped) -> dict[str, Any]:
    return next((each for each in home.snapshot().get("routes", []) if each["route"] == ROUTE), {})


async def test_the_calls_of_a_program_become_a_verdict_and_its_words_do_not() -> None:
    with model_api() as api:
        api.server.handlers["http://api.anthropic.com/v1/messages"] = api.handle
        async with tapped("x", consent=()) as home:
            await run(home, api)
            await home.until(lambda: home.calls(ROUTE) == 1, "an answer counts")
            api.failure = "overloaded"
            assert await run(home, api, 2) == "529\n529\n"
            await home.until(
                lambda: any(said["attempts"] == 6 for said in view(home)["verdict"]["evidence"]), "three attempts of each of two requests are seen"
            )
            found = view(home)
            assert (found["calls"]["ok"], found["calls"]["failed"]) == (1, 2)
            assert (found["verdict"]["fault"], found["verdict"]["confidence"]) == ("provider", "high")
            assert MARK not in json.dumps(home.snapshot())
            kept = [path for folder in ("state", "run") for path in (home.home / folder).rglob("*") if path.is_file()]
            assert [str(path) for path in [*kept, home.home / "log"] if MARK.encode() in path.read_bytes()] == []
            api.failure = None
            await run(home, api)
            await home.until(lambda: view(home)["calls"]["ok"] == 2, "the answer after it counts")


async def test_without_an_engine_the_program_runs_as_it_is() -> None:
    with model_api() as api:
        api.server.handlers["http://api.anthropic.com/v1/messages"] = api.handle
        async with tapped("y", consent=()) as home:
            await home.stop()
            api.failure = "overloaded"
            assert await run(home, api) == "529\n"
            assert len(api.seen) == 3
