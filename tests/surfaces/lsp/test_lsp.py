"""The language server as an editor runs it: a process, spoken with through the library's own client."""

import asyncio
import subprocess
import sys
from dataclasses import replace

import pytest
from lsprotocol import types
from pygls.lsp.client import LanguageClient

from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.surfaces.lsp.words import MESSAGE_MAX, inert
from support import snapshots
from support.published import Engine, publish

WITHIN = 60
INCIDENT = "anthropic:9g6qpr72ttbr"
NOTICE = Notice(
    "n1",
    "t1",
    NoticeKind.OPENED,
    snapshots.NOW,
    NoticeReason.OWN_FAILURES,
    (snapshots.OPUS,),
    "Anthropic is failing for Claude Opus 4.5",
    "7 of 9 calls got 529.",
    "anthropic",
    INCIDENT,
    "https://status.example/incidents/9g6qpr72ttbr",
)


class Editor:
    """An editor that writes down all that its server says, and presses the button that a test names."""

    def __init__(self, *, press=None, options=None, progress=True, opens=True, refuses=False):
        self.client = LanguageClient("editor", "1")
        self.press = press
        self.refuses = refuses
        self.said = asyncio.Queue()
        self.heard = []
        self._options = options
        self._window = types.WindowClientCapabilities(
            work_done_progress=progress, show_document=types.ShowDocumentClientCapabilities(support=True) if opens else None
        )
        for name, answer in (
            (types.WINDOW_SHOW_MESSAGE_REQUEST, self._asked),
            (types.WINDOW_SHOW_MESSAGE, self._told),
            (types.WINDOW_LOG_MESSAGE, self._logged),
            (types.WINDOW_SHOW_DOCUMENT, self._document),
            (types.WINDOW_WORK_DONE_PROGRESS_CREATE, self._created),
            (types.PROGRESS, self._progress),
        ):
            self.client.feature(name)(_function(answer))

    def _asked(self, params):
        self._note("asked", params.message, [action.title for action in params.actions or ()], params.type)
        if self.refuses and self.press is None:
            raise ValueError("not here")
        return next((action for action in params.actions or () if action.title == self.press), None)

    def _told(self, params):
        self._note("told", params.message, params.type)

    def _logged(self, params):
        self._note("logged", params.message)

    def _document(self, params):
        self._note("document", params.uri, params.external)
        if self.refuses:
            raise ValueError("not here")
        return types.ShowDocumentResult(success=True)

    def _created(self, params):
        self._note("created", params.token)

    def _progress(self, params):
        value = params.value
        kind = value["kind"] if isinstance(value, dict) else value.kind
        message = value.get("message") if isinstance(value, dict) else value.message
        self._note(kind, message)

    def _note(self, *what):
        self.heard.append(what)
        self.said.put_nowait(what)

    async def __aenter__(self):
        await self.client.start_io(sys.executable, "-m", "statuswatch", "lsp")
        given = types.InitializeParams(capabilities=types.ClientCapabilities(window=self._window), initialization_options=self._options)
        self.capabilities = (await asyncio.wait_for(self.client.initialize_async(given), WITHIN)).capabilities
        self.client.initialized(types.InitializedParams())
        return self

    async def __aexit__(self, *_):
        await asyncio.wait_for(self.client.shutdown_async(None), WITHIN)
        self.client.exit(None)
        await asyncio.wait_for(self.client._server.wait(), WITHIN)
        self.status = self.client._server.returncode
        await self.client.stop()

    async def until(self, kind, holds=lambda *_: True):
        async with asyncio.timeout(WITHIN):
            while True:
                what = await self.said.get()
                if what[0] == kind and holds(*what[1:]):
                    return what[1:]

    async def run(self, command, *arguments):
        asked = types.ExecuteCommandParams(f"statuswatch.{command}", list(arguments))
        return await asyncio.wait_for(self.client.workspace_execute_command_async(asked), WITHIN)


def _function(method):
    """The library notes its own things on what it is given, which only functions allow."""

    def heard(params):
        return method(params)

    return heard


async def soon(holds):
    """Wait until `holds`, which may be asynchronous."""
    for _ in range(WITHIN * 20):
        found = holds()
        if await found if asyncio.iscoroutine(found) else found:
            return
        await asyncio.sleep(0.05)
    pytest.fail("waited in vain")


async def connected(engine, editor):
    """Wait until the server hears the engine."""

    async def hears():
        return (await editor.run("status"))["routes"]

    await soon(hears)
    return engine


@pytest.fixture
def engine():
    with Engine() as one:
        one.show(snapshots.calm())
        yield one


async def test_it_offers_commands_and_nothing_about_documents():
    async with Editor() as editor:
        found = editor.capabilities

    assert set(found.execute_command_provider.commands) == {f"statuswatch.{name}" for name in ("status", "why", "incidents", "refresh", "mute", "open")}
    assert found.text_document_sync.open_close is not True or found.text_document_sync.change == types.TextDocumentSyncKind.None_
    given = {name for name in dir(found) if name.endswith("_provider") and getattr(found, name)}
    assert given == {"execute_command_provider"}
    assert editor.status == 0


async def test_a_notice_is_a_message_with_actions_and_what_is_pressed_is_done(engine):
    async with Editor(press="Tell me when back") as editor:
        await connected(engine, editor)
        engine.tell(NOTICE)
        message, actions, kind = await editor.until("asked")
        assert await editor.until("told", lambda text, _kind: "You will be told" in text)

    assert message == "Anthropic is failing for Claude Opus 4.5. 7 of 9 calls got 529."
    assert actions == ["Open incident", "Tell me when back", "Mute 1 h"]
    assert kind is types.MessageType.Warning
    assert [(command.kind.value, command.target) for command in engine.commands] == [("wait", snapshots.OPUS)]


async def test_open_has_the_editor_open_the_page_and_where_it_cannot_says_which(engine):
    async with Editor(press="Open incident") as editor:
        await connected(engine, editor)
        engine.tell(NOTICE)
        assert await editor.until("document") == ("https://status.example/incidents/9g6qpr72ttbr", True)
    async with Editor(press="Open incident", opens=False) as editor:
        await connected(engine, editor)
        engine.tell(replace(NOTICE, id="n2"))
        assert (await editor.until("told", lambda text, _kind: "https://" in text))[0] == f"Open in your browser: {NOTICE.url}"


async def test_mute_holds_for_an_hour(engine):
    async with Editor(press="Mute 1 h") as editor:
        await connected(engine, editor)
        engine.tell(NOTICE)
        await editor.until("told", lambda text, _kind: text == "Muted for an hour.")

    (command,) = engine.commands
    assert (command.kind.value, command.target, round((command.until - command.at).total_seconds())) == ("mute", INCIDENT, 3600)


async def test_two_editors_and_one_message(engine):
    async with Editor() as one, Editor() as two:
        await connected(engine, one)
        await connected(engine, two)
        for number in range(3):
            engine.tell(replace(NOTICE, id=f"m{number}", title=f"Notice {number}"))
        engine.tell(replace(NOTICE, id="last", kind=NoticeKind.RESOLVED, title="Over"))
        await soon(lambda: sum(what[0] == "asked" for editor in (one, two) for what in editor.heard) >= 4)
        await one.run("refresh")
        await two.run("refresh")
        asked = [what[1] for editor in (one, two) for what in editor.heard if what[0] == "asked"]

    assert sorted(text.partition(".")[0] for text in asked) == ["Notice 0", "Notice 1", "Notice 2", "Over"]


async def test_progress_is_shown_while_there_is_trouble_and_ends_with_it(engine):
    async with Editor() as editor:
        await connected(engine, editor)
        engine.show(snapshots.trouble())
        begun = await editor.until("begin")
        engine.show(snapshots.recovering())
        moved = await editor.until("report")
        engine.show(snapshots.calm())
        await editor.until("end")
        engine.show(snapshots.trouble())
        await editor.until("begin")

    assert begun[0].startswith("It's them") or "Anthropic" in begun[0]
    assert moved[0] != begun[0]
    assert [what for what in editor.heard if what[0] == "created"] == [("created", "statuswatch/1"), ("created", "statuswatch/2")]


async def test_an_editor_without_progress_gets_none(engine):
    async with Editor(progress=False) as editor:
        await connected(engine, editor)
        engine.show(snapshots.trouble())

        async def failing():
            return (await editor.run("status"))["level"] == "failing"

        await soon(failing)

    assert not [what for what in editor.heard if what[0] in {"created", "begin", "report", "end"}]


async def test_why_answers_with_the_page_and_shows_its_first_line(engine):
    engine.show(snapshots.trouble())
    async with Editor() as editor:
        await connected(engine, editor)
        about = await editor.run("why", snapshots.OPUS)
        unknown = await editor.run("why", "nobody/api:x")
        found = await editor.run("incidents")

    assert about["headline"].startswith("It's them: Anthropic, Claude Opus 4.5")
    assert about["headline"] in about["lines"]
    assert (unknown["ok"], "is not watched" in unknown["error"]) == (False, True)
    assert [item["key"] for item in found] == [INCIDENT]


async def test_without_an_engine_it_says_so_and_keeps_quiet():
    publish(snapshots.trouble())
    async with Editor() as editor:
        done = await editor.run("mute")
        assert "no engine answers" in done
        assert (await editor.run("why", snapshots.OPUS))["ok"]

    assert not [what for what in editor.heard if what[0] in {"asked", "begin"}]


async def test_of_an_old_picture_nothing_is_said_to_be_fine():
    publish(snapshots.calm())
    async with Editor() as editor:

        async def stale():
            return (await editor.run("status"))["routes"]

        await soon(stale)
        editor.heard.clear()  # before the picture was read, that none was read was said, and rightly
        said = await editor.run("status")
        await editor.run("incidents")
        about = await editor.run("why")

    assert (said["level"], said["label"]) == ("unknown", "")
    assert {row["health"] for row in said["routes"]} == {"unknown"}
    assert said["headline"].startswith("No engine renews this picture")
    assert about["headline"].startswith("No engine renews this picture")
    assert all(what[1].startswith("No engine renews this picture") for what in editor.heard if what[0] == "told")


async def test_without_any_picture_no_incident_is_not_said_to_be_none():
    async with Editor() as editor:
        await editor.run("incidents")

    assert next(what[1] for what in editor.heard if what[0] == "told").startswith("Cannot tell")


async def test_a_picture_is_no_evidence_once_its_engine_has_gone(engine):
    async with Editor() as editor:
        await connected(engine, editor)
        engine.stop()

        async def unknown():
            return (await editor.run("status"))["level"] == "unknown"

        await soon(unknown)


@pytest.mark.parametrize("press", ["Open incident", None])
async def test_an_editor_that_answers_with_errors_still_shows_the_notice_and_what_failed(engine, press):
    async with Editor(press=press, refuses=True) as editor:
        await connected(engine, editor)
        engine.tell(NOTICE)
        wanted = "Not done" if press else "Anthropic is failing"
        message, kind = await editor.until("told", lambda text, _kind: text.startswith(wanted))

    assert kind is (types.MessageType.Error if press else types.MessageType.Warning)
    assert message


async def test_attending_is_said_where_the_settings_ask_for_it(engine):
    async with Editor(options={"attend": True}) as editor:
        await connected(engine, editor)
        await soon(lambda: engine._server.claims._attending)


async def test_hostile_texts_arrive_as_plain_ones(engine):
    title = "Opus [page](command:workbench.x) $(zap) <img src=x> https://evil.example/a?b \x1b]0;T\x07\u202egnp.exe %{system('x')} `id`"
    async with Editor() as editor:
        await connected(engine, editor)
        engine.tell(replace(NOTICE, title=title, body=title, simulated=True))
        message, _, _ = await editor.until("asked")
        engine.show(snapshots.hostile())
        progress = await editor.until("begin")
        found = await editor.run("incidents")
        why = await editor.run("why", "last")

    assert message.startswith("(simulated) Opus (page)(command:workbench.x) $ (zap)")
    for text in (message, *progress, *(value for item in found for value in item.values()), *why["lines"]):
        assert text.isprintable()
        assert not any(bad in text for bad in ("](", "$(", "%{", "<", ">", "`", "://", "\u202e", "\x1b")), text


@pytest.mark.parametrize("text", ["x" * 100_000, "https://" * 5000, "[" * 5000, "", "\n\r\t", "%" * 1000])
def test_no_text_is_too_long_or_too_odd(text):
    line = inert(text)

    assert len(line) <= MESSAGE_MAX + 1
    assert line.isprintable()


def test_of_an_address_only_the_host_is_left():
    assert inert("see https://user:pw@evil.example:8/a?b=c and file:///etc/passwd or http://?x") == "see evil.example:8 and etc or (link)"


def test_without_the_library_one_sentence_says_what_to_install():
    code = "import sys; sys.modules['pygls.lsp.server'] = None; sys.modules['pygls'] = None; from statuswatch.cli import main; sys.exit(main(['lsp']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=WITHIN, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install -e '.[lsp]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_editor_that_is_gone_ends_it():
    process = subprocess.Popen([sys.executable, "-m", "statuswatch", "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    _, said = process.communicate(b"", timeout=WITHIN)

    assert (process.returncode, said) == (0, b"")


@pytest.mark.parametrize(("argument", "status"), [("--help", 0), ("--port", 2)])
def test_an_argument_is_usage(argument, status):
    done = subprocess.run([sys.executable, "-m", "statuswatch", "lsp", argument], capture_output=True, text=True, timeout=WITHIN, check=False)

    assert done.returncode == status
    assert "usage: statuswatch lsp" in (done.stdout or done.stderr)
