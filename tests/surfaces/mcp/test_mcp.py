"""The tools as an agent calls them: the program as a process, through the protocol's own client."""

import asyncio
import contextlib
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from statuswatch.surfaces.mcp.server import make
from support import snapshots
from support.published import Engine, publish

WITHIN = 60
KEPT = ("PATH", "HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "STATUSWATCH_HOME", "TZ", "LC_ALL", "PYTHONPATH")


@contextlib.asynccontextmanager
async def agent():
    """The tools without a process between; the program itself is `spoken` with."""
    async with asyncio.timeout(WITHIN * 2), Client(make()) as one:
        yield one


@contextlib.asynccontextmanager
async def spoken():
    env = {name: os.environ[name] for name in KEPT if name in os.environ}
    async with (
        asyncio.timeout(WITHIN * 2),
        Client(stdio_client(StdioServerParameters(command=sys.executable, args=["-m", "statuswatch", "mcp"], env=env))) as one,
    ):
        yield one


async def call(one, tool, **arguments):
    done = await one.call_tool(tool, arguments)
    assert not done.is_error, done.content
    return done.structured_content


def well():
    """Opus works again."""
    return snapshots.snapshot(routes=(snapshots.route_view(snapshots.OPUS, title="Claude Opus 4.5"),))


@pytest.fixture
def engine():
    with Engine() as one:
        one.show(snapshots.trouble())
        yield one


async def test_there_are_four_tools_that_only_read_with_typed_answers():
    async with spoken() as one:
        tools, instructions = (await one.list_tools()).tools, one.instructions

    assert [tool.name for tool in tools] == ["status", "why", "incidents", "wait"]
    assert all(tool.annotations.read_only_hint and tool.output_schema and tool.description for tool in tools)
    assert "never instructions" in instructions
    assert "before you retry" in instructions


@pytest.mark.usefixtures("engine")
async def test_status_tells_of_each_route_whose_trouble_it_is():
    async with agent() as one:
        said = await call(one, "status")

    states = {row["route"]: (row["health"], row["whose"]) for row in said["routes"]}
    assert states[snapshots.OPUS] == ("degraded", "theirs")
    assert states[snapshots.HAIKU] == ("ok", "nobody")
    assert states[snapshots.GEMINI] == ("unknown", "undecided")
    assert (said["level"], said["out_of_date"]) == ("failing", False)


@pytest.mark.parametrize("subject", ["", snapshots.OPUS, "opus", "anthropic", "claude"])
@pytest.mark.usefixtures("engine")
async def test_why_names_the_side_and_says_that_waiting_may_help(subject):
    async with agent() as one:
        said = await call(one, "why", subject=subject)

    assert (said["known"], said["route"], said["whose"], said["fault"], said["confidence"]) == (True, snapshots.OPUS, "theirs", "provider", "high")
    assert said["waiting_may_help"] is True
    assert any("7 of your last 9" in line for line in said["evidence"])
    assert said["advice"]


@pytest.mark.usefixtures("engine")
async def test_words_of_a_page_stand_in_fields_of_their_own_and_nowhere_else():
    async with agent() as one:
        why = await call(one, "why", subject=snapshots.OPUS)
        found = await call(one, "incidents")

    title = "Several models answer with errors"
    assert [quote["untrusted_text"] for quote in why["quotes"]] == [title]
    assert title not in str({name: value for name, value in why.items() if name != "quotes"})
    (incident,) = found["incidents"]
    assert incident["title"] == {"source": "status page of Anthropic", "untrusted_text": title, "at": None}
    assert len(incident["updates"]) == 2
    assert incident["url"] == "https://status.example/incidents/9g6qpr72ttbr"


@pytest.mark.usefixtures("engine")
async def test_incidents_that_concern_nobody_here_are_given_where_asked_for():
    async with agent() as one:
        few, every = await call(one, "incidents"), await call(one, "incidents", every=True)

    assert len(few["incidents"]) == 1
    assert len(every["incidents"]) > 1
    assert every["incidents"][0]["concerns_this_person"]


@pytest.mark.usefixtures("engine")
async def test_what_is_not_watched_is_not_known_and_never_called_fine():
    async with agent() as one:
        said = await call(one, "why", subject="acme/api:big-1")

    assert (said["known"], said["whose"], said["waiting_may_help"]) == (False, "undecided", False)
    assert "not watched" in said["message"]


async def test_trouble_on_ones_own_side_is_not_waited_for(engine):
    engine.show(snapshots.yours())
    route = next(view for view in snapshots.yours().routes if view.verdict.side.value == "yours")
    async with agent() as one:
        why = await call(one, "why", subject=route.route)

    assert (why["whose"], why["health"]) == ("yours", route.verdict.health.value)


async def test_a_picture_that_nobody_renews_says_so():
    publish(snapshots.trouble(), seconds=-60)
    async with agent() as one:
        said = [await call(one, tool) for tool in ("status", "why", "incidents")]

    assert [one["out_of_date"] for one in said] == [True] * 3


@pytest.mark.parametrize("made", [snapshots.calm, snapshots.trouble])
@pytest.mark.parametrize("named", [True, False])
async def test_of_an_old_picture_nobody_is_told_that_all_is_well_or_that_waiting_helps(made, named):
    old = publish(made(), seconds=-60)
    async with agent() as one:
        status, why = await call(one, "status"), await call(one, "why", subject=old.routes[0].route if named else "")

    assert (status["level"], {row["health"] for row in status["routes"]}, {row["whose"] for row in status["routes"]}) == ("unknown", {"unknown"}, {"undecided"})
    assert (why["whose"], why["waiting_may_help"]) == ("undecided", False)
    assert why["health"] in {None, "unknown"}
    assert all(said.startswith("No engine renews this picture") for said in (status["headline"], why["message"]))


async def test_where_there_is_no_picture_nothing_is_said_to_be_fine():
    async with agent() as one:
        status, why, found = await call(one, "status"), await call(one, "why"), await call(one, "incidents")
        waited = await call(one, "wait", subject="opus", timeout_s=20)

    assert (status["level"], status["routes"], status["out_of_date"]) == ("unknown", [], True)
    assert (why["known"], why["whose"]) == (False, "undecided")
    assert (found["incidents"], found["out_of_date"]) == ([], True)
    assert waited["outcome"] == "cannot_tell"


async def test_wait_returns_when_it_is_back_and_tells_of_its_progress(engine):
    told = []

    async def heard(progress, total, message):
        told.append((progress, total, message))
        engine.show(well())

    async with spoken() as one:
        done = await one.call_tool("wait", {"subject": snapshots.OPUS, "timeout_s": 60}, progress_callback=heard)
        said = done.structured_content

    assert (said["outcome"], said["message"], said["health"]) == ("back", "Claude Opus 4.5 is back.", "ok")
    assert told[0][1:] == (60, "Claude Opus 4.5 is degraded")
    assert [command.kind.value for command in engine.commands] == ["wait"]


async def test_what_was_only_unknown_turns_out_to_be_fine_and_is_not_called_back(engine):
    unheard = snapshots.route_view(snapshots.OPUS, health=snapshots.Health.UNKNOWN)
    engine.show(snapshots.snapshot(routes=(unheard,)))

    async def heard(*_):
        engine.show(well())

    async with spoken() as one:
        done = await one.call_tool("wait", {"subject": snapshots.OPUS, "timeout_s": 60}, progress_callback=heard)

    assert (done.structured_content["outcome"], done.structured_content["message"]) == ("fine_already", "Claude Opus 4.5 is fine.")


async def test_wait_for_what_is_fine_for_what_times_out_and_for_what_only_a_person_can_mend(engine):
    async with agent() as one:
        fine = await call(one, "wait", subject=snapshots.HAIKU)
        late = await call(one, "wait", subject="anthropic", timeout_s=4)
        held = snapshots.trouble()
        yours = snapshots.verdict(snapshots.OPUS, snapshots.Health.DOWN, fault=snapshots.Fault.BILLING)
        engine.show(replace(held, routes=(snapshots.route_view(snapshots.OPUS, verdict=yours),)))
        hopeless = await call(one, "wait", subject=snapshots.OPUS)
        unknown = await call(one, "wait", subject="acme/api:x", timeout_s=20)

    assert (fine["outcome"], fine["health"]) == ("fine_already", "ok")
    assert (late["outcome"], late["route"], late["message"]) == ("timed_out", snapshots.OPUS, "Claude Opus 4.5 is still degraded.")
    assert (hopeless["outcome"], "billing" in hopeless["message"]) == ("needs_a_person", True)
    assert (unknown["outcome"], "not watched" in unknown["message"]) == ("cannot_tell", True)


async def test_an_engine_that_restarts_is_waited_through():
    engines = [Engine().__enter__()]
    engines[0].show(snapshots.trouble())

    async def restart(*_):
        if len(engines) == 1:
            engines[0].stop()
            engines.append(Engine().__enter__())
            engines[1].show(well())

    async with agent() as one:
        done = await one.call_tool("wait", {"subject": snapshots.OPUS, "timeout_s": 60}, progress_callback=restart)
    engines[1].stop()

    assert done.structured_content["outcome"] == "back"


async def test_an_engine_that_stays_away_ends_the_wait():
    engine = Engine().__enter__()
    engine.show(snapshots.trouble())

    async def stop(*_):
        engine.__exit__()

    async with agent() as one:
        done = await one.call_tool("wait", {"subject": snapshots.OPUS, "timeout_s": 60}, progress_callback=stop)

    assert done.structured_content["outcome"] == "cannot_tell"
    assert "when it was last heard of" in done.structured_content["message"]


@pytest.mark.usefixtures("engine")
async def test_an_agent_that_cancels_ends_its_wait_and_can_go_on():
    async with spoken() as one:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                await one.call_tool("wait", {"subject": snapshots.OPUS, "timeout_s": 60})
        assert (await call(one, "status"))["level"] == "failing"


@pytest.mark.parametrize("arguments", [{"timeout_s": 0, "subject": "x"}, {"timeout_s": 1e9, "subject": "x"}, {"subject": "x" * 1000}, {}])
@pytest.mark.usefixtures("engine")
async def test_arguments_that_make_no_sense_are_an_error_of_the_tool(arguments):
    async with agent() as one:
        assert (await one.call_tool("wait", arguments)).is_error


async def test_hostile_texts_reach_the_agent_inert_and_marked(engine):
    engine.show(snapshots.hostile())
    async with agent() as one:
        said = [await call(one, "status"), await call(one, "why", subject=snapshots.OPUS), await call(one, "incidents", every=True)]

    def texts(value, marked=False):
        if isinstance(value, dict):
            for name, item in value.items():
                yield from texts(item, marked or name == "untrusted_text")
        elif isinstance(value, list):
            for item in value:
                yield from texts(item, marked)
        elif isinstance(value, str):
            yield value, marked

    found = [pair for answer in said for pair in texts(answer)]
    assert all(text.isprintable() for text, _ in found)
    assert any("touch pwned" in text for text, marked in found if marked)
    assert not [text for text, marked in found if not marked and "touch pwned" in text]


def test_without_the_library_one_sentence_says_what_to_install():
    code = "import sys; sys.modules['mcp'] = None; from statuswatch.cli import main; sys.exit(main(['mcp']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=WITHIN, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install -e '.[mcp]'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("argument", "status"), [("--help", 0), ("--port", 2)])
def test_an_argument_is_usage(argument, status):
    done = subprocess.run([sys.executable, "-m", "statuswatch", "mcp", argument], capture_output=True, text=True, timeout=WITHIN, check=False)

    assert done.returncode == status
    assert "usage: statuswatch mcp" in (done.stdout or done.stderr)


def test_an_agent_that_is_gone_ends_it():
    done = subprocess.run([sys.executable, "-m", "statuswatch", "mcp"], input=b"", capture_output=True, timeout=WITHIN, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
