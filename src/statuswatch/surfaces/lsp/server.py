"""The server's side of LSP 3.17 (microsoft.github.io/language-server-protocol): messages with actions, progress while there is trouble, and commands.

It looks at no document and offers nothing about code. What it says it has from the engine, by the same protocol as every editor.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from statuswatch import __version__
from statuswatch.surfaces.asking import NO_PICTURE, OUT_OF_DATE
from statuswatch.surfaces.lsp.words import inert, notice_words
from statuswatch.surfaces.relay import Peer

TROUBLE = frozenset({"failing", "down", "recovering", "yours"})
_ACTIONS = ("open", "wait", "mute")
_GOOD = frozenset({"resolved", "recovering"})
_WHY_WIDTH = 100
_HUSH_SECONDS = 3600


class Server(LanguageServer):
    """One editor's server."""

    def __init__(self) -> None:
        super().__init__("statuswatch", __version__, text_document_sync_kind=types.TextDocumentSyncKind.None_)
        self.peer = Peer(self._hear)
        self.picture: Mapping[str, Any] = {}
        self.stale = False
        self.attends = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._progress = _Progress(self)
        self._shown: set[str] = set()

    # --- life

    def begin(self, options: object) -> None:
        """The editor is ready. `options`: its initializationOptions; `attend` true: messages here come before the desktop's pop-ups."""
        self.attends = isinstance(options, Mapping) and options.get("attend") is True
        self.start(self.peer.run())

    def start(self, work: Any) -> None:
        """Run a coroutine until it ends, or the server does."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def end(self) -> None:
        """The editor leaves."""
        for task in tuple(self._tasks):
            task.cancel()

    # --- what the engine says

    def _hear(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "hello", "engine": True} if self.attends:
                self.start(self._attend())
            case {"type": "snapshot" | "changes", "snapshot": dict(picture)}:
                self.picture, self.stale = picture, message.get("stale") is True
                self.start(self._progress.follow("" if self.stale else _level(picture), _headline(picture)))
            case {"type": "hello", "engine": False}:
                self.stale = True
                self.start(self._progress.follow("", ""))
            case {"type": "notice", "notice": dict(notice)} if notice.get("kind") != "amended":
                self.start(self._tell(notice, message.get("actions")))

    async def _attend(self) -> None:
        await self.peer.ask("attend", on=True)

    async def _tell(self, notice: Mapping[str, Any], actions: object) -> None:
        """Show a notice if it is this window's to show, and do what is pressed."""
        name = str(notice.get("id"))
        if name in self._shown or not (await self.peer.ask("claim", name)).get("ok"):
            return
        self._shown.add(name)
        offered = {inert(item["title"], 40): item for item in actions if _offered(item)} if isinstance(actions, list) else {}
        kind = types.MessageType.Info if notice.get("kind") in _GOOD else types.MessageType.Warning
        asked = types.ShowMessageRequestParams(kind, notice_words(notice), [types.MessageActionItem(title) for title in offered])
        try:
            pressed = await self.window_show_message_request_async(asked)
        except Exception:  # noqa: BLE001 - an editor that cannot ask answers with whatever error it has; the notice is this window's by now, so nobody else shows it
            self.say(notice_words(notice), kind)
            return
        action = offered.get(getattr(pressed, "title", ""))
        if action is not None:
            await self._press_told(action)

    async def _press_told(self, action: Mapping[str, Any]) -> None:
        """Carry out what was pressed; nothing that fails on the way is kept from who pressed it."""
        try:
            await self.press(action)
        except Exception as error:  # noqa: BLE001 - what an editor answers to a request may be any error
            self.say(f"Not done: the editor answered with an error ({type(error).__name__})", types.MessageType.Error)

    async def press(self, action: Mapping[str, Any]) -> str:
        """Carry out an action that was offered; the sentence that says what came of it, which is shown too."""
        more = {"for_s": action["for_s"]} if action.get("for_s") else {}
        done = await self.peer.ask(str(action["command"]), str(action["target"]), **more)
        if not done.get("ok"):
            return self.say(f"Not done: {done.get('error', 'the engine refused')}", types.MessageType.Error)
        if action["command"] == "open":
            return await self.open(str(done.get("url", "")), str(done.get("host", "")))
        return self.say({"wait": "You will be told when it is back.", "mute": "Muted for an hour."}.get(str(action["command"]), "Done."))

    async def open(self, url: str, host: str) -> str:
        """Have the editor open a page, where it can; else say which."""
        window = self.client_capabilities.window
        if not url.startswith("https://"):
            return self.say("There is no page to open.")
        if window and window.show_document and window.show_document.support:
            shown = await self.window_show_document_async(types.ShowDocumentParams(url, external=True))
            if shown.success:
                return f"Opened {host}."
        self.window_show_message(types.ShowMessageParams(types.MessageType.Info, f"Open in your browser: {url}"))
        return f"Open in your browser: {url}"

    def dated(self, sentence: str) -> str:
        """A sentence of the picture, with what must stand before it where the picture is old; without any picture that alone."""
        return f"{OUT_OF_DATE}{sentence}" if self.picture and self.stale else sentence if self.picture else NO_PICTURE

    def say(self, sentence: str, kind: types.MessageType = types.MessageType.Info) -> str:
        """Show one sentence."""
        self.window_show_message(types.ShowMessageParams(kind, inert(sentence)))
        return inert(sentence)

    def log(self, lines: list[str]) -> None:
        """Put lines where the editor keeps what its servers say."""
        self.window_log_message(types.LogMessageParams(types.MessageType.Info, "\n".join(inert(line) for line in lines)))


class _Progress:
    """Progress while there is trouble: begun once, brought up to date, ended when it is over. Only for editors that can show it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._token: str | None = None
        self._said = ""
        self._count = 0
        self._turn = asyncio.Lock()

    async def follow(self, level: str, headline: str) -> None:
        """Show `headline` where `level` is one of trouble, else nothing."""
        window = self._server.client_capabilities.window
        if not (window and window.work_done_progress):
            return
        async with self._turn:
            if level not in TROUBLE:
                self._end()
            elif self._token is None:
                await self._begin(headline)
            elif headline != self._said:
                self._said = headline
                self._server.work_done_progress.report(self._token, types.WorkDoneProgressReport(message=headline))

    async def _begin(self, headline: str) -> None:
        self._count += 1
        token = f"statuswatch/{self._count}"
        try:
            async with asyncio.timeout(10):
                await self._server.work_done_progress.create_async(token)
        except Exception:  # noqa: BLE001 - whatever the editor answers, it shows no progress then
            return
        self._token, self._said = token, headline
        self._server.work_done_progress.begin(token, types.WorkDoneProgressBegin(title="statuswatch", message=headline, cancellable=False))

    def _end(self) -> None:
        if self._token is not None:
            self._server.work_done_progress.end(self._token, types.WorkDoneProgressEnd(message="over"))
            self._server.work_done_progress.tokens.pop(self._token, None)
            self._token = None


def make() -> Server:
    """A server with its handlers."""
    server = Server()
    options: list[object] = []

    @server.feature(types.INITIALIZE)
    def _initialize(params: types.InitializeParams) -> None:
        options.append(params.initialization_options)

    @server.feature(types.INITIALIZED)
    def _initialized(_params: types.InitializedParams) -> None:
        server.begin(options[-1] if options else None)

    @server.feature(types.SHUTDOWN)
    def _shutdown(*_params: object) -> None:
        server.end()

    for name, answer in (("status", _status), ("why", _why), ("incidents", _incidents), ("refresh", _refresh), ("mute", _mute), ("open", _open)):
        _register(server, f"statuswatch.{name}", answer)
    return server


_Answer = Callable[[Server, str], Awaitable[Any]]


def _register(server: Server, name: str, answer: _Answer) -> None:
    @server.command(name)
    async def _run(*given: object) -> Any:
        words: Sequence[object] = given[0] if len(given) == 1 and isinstance(given[0], list) else given
        target = next((word for word in words if isinstance(word, str) and word), "*")
        return await answer(server, target)


async def _status(server: Server, _target: str) -> dict[str, Any]:
    routes = [
        {
            "route": inert(view.get("route", "")),
            "title": inert(view.get("title", "")),
            "health": "unknown" if server.stale else inert(_at(view, "verdict", "health")),
        }
        for view in server.picture.get("routes", [])
        if isinstance(view, dict)
    ]
    headline = server.dated(_headline(server.picture))
    server.say(headline)
    server.log([headline, *(f"{view['health']:<12} {view['title']} ({view['route']})" for view in routes)])
    level, label = ("unknown", "") if server.stale else (inert(_level(server.picture)), inert(_at(server.picture, "summary", "label")))
    return {"headline": headline, "level": level, "label": label, "routes": routes}


async def _why(server: Server, target: str) -> dict[str, Any]:
    done = await server.peer.ask("why", target, width=_WHY_WIDTH)
    if not done.get("ok"):
        return {"ok": False, "error": server.say(str(done.get("error", "no answer")), types.MessageType.Error)}
    lines = [inert(line) for line in done.get("lines", [])]
    server.log(lines)
    headline = str(_at(done, "why", "headline"))
    if done.get("stale") is True and _at(done, "why", "out_of_date") is not True:  # then it says so itself
        headline = OUT_OF_DATE + headline
    return {"ok": True, "headline": server.say(headline), "lines": lines, "exit_status": _at(done, "why", "exit_status")}


async def _incidents(server: Server, _target: str) -> list[dict[str, Any]]:
    found = [
        {name: inert(item.get(name) or "") for name in ("key", "provider_name", "title", "stage", "impact")}
        for item in server.picture.get("incidents", [])
        if isinstance(item, dict) and item.get("concerns") and not item.get("resolved_at")
    ]
    server.say(server.dated(f"{len(found)} open that concern you" + "".join(f"; {item['provider_name']}: {item['title']}" for item in found[:3])))
    server.log([f"{item['provider_name']}: {item['title']} ({item['stage']})" for item in found])
    return found


async def _refresh(server: Server, _target: str) -> str:
    return await server.press({"command": "refresh", "target": "*"})


async def _mute(server: Server, target: str) -> str:
    return await server.press({"command": "mute", "target": target, "for_s": _HUSH_SECONDS})


async def _open(server: Server, target: str) -> str:
    return await server.press({"command": "open", "target": target})


def _offered(item: object) -> bool:
    return isinstance(item, dict) and item.get("command") in _ACTIONS and isinstance(item.get("title"), str) and isinstance(item.get("target"), str)


def _at(value: Mapping[str, Any], *names: str) -> Any:
    """What lies there in a message; an empty text where nothing does."""
    found: Any = value
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return "" if found is None else found


def _level(picture: Mapping[str, Any]) -> str:
    return str(_at(picture, "summary", "level"))


def _headline(picture: Mapping[str, Any]) -> str:
    return inert(_at(picture, "summary", "headline"))
