"""The dashboard in a browser, through textual-serve: on loopback only, for whoever has the word in the address, from no other page, with no other host.

textual-serve lets everybody in. What stands before it here: the name in `Host` (a site may point its own name at 127.0.0.1), `Origin` and `Sec-Fetch-Site`
(a page of another site may open a WebSocket to loopback), and a word drawn at each start. The first visit brings it in the address and gets it as a cookie
that no script can read and that no other site's request carries (RFC 6265bis, SameSite=Strict); then the address is without it.
"""

import hmac
import logging
import secrets
import shlex
import socket
import sys

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from textual_serve.server import Server

HOST = "127.0.0.1"
FINE, USAGE = 0, 2
_COOKIE = "statuswatch"
_FONT = b"fonts.googleapis.com"
_WORD_BYTES = 18
# Everything comes from this server. The styles and the two functions that the page holds in itself are textual-serve's.
_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; "
    "connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Guarded(Server):
    """textual-serve behind a door. `command` is what shows the dashboard; `word` is what the address holds."""

    def __init__(self, command: str, port: int, word: str) -> None:
        super().__init__(command, host=HOST, port=port, title="statuswatch")
        self.word = word

    @property
    def address(self) -> str:
        """What to open."""
        return f"http://{HOST}:{self.port}/?token={self.word}"

    def initialize_logging(self) -> None:
        """What goes wrong, and nothing else: textual-serve's own log writes every address, with the word, and in a traceback every local."""
        logging.basicConfig(level="WARNING", format="%(message)s")

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._door())
        return app

    async def on_startup(self, app: web.Application) -> None:
        """Say where it is; textual-serve's own words would name an address without the word."""
        del app
        sys.stdout.write(f"The dashboard: {self.address}\nOnly on this machine, and only with this address. Ctrl-C ends it.\n")
        sys.stdout.flush()

    def _door(self) -> Middleware:
        """Who may come in, before anything else is done."""

        @web.middleware
        async def door(request: web.Request, handler: Handler) -> web.StreamResponse:
            told = refusal(request, f"{HOST}:{self.port}")
            if told:
                return web.Response(status=403, text=told + "\n")
            given = request.query.get("token", "")
            if request.path == "/" and _same(given, self.word):
                return self._welcome(request)
            if not _same(request.cookies.get(self._cookie, ""), self.word):
                return web.Response(status=401, text="Open the address that `statuswatch dashboard --serve` printed: it holds a word.\n")
            answer = await handler(request)
            return self._at_home(answer) if request.path == "/" and isinstance(answer, web.Response) else answer

        return door

    @property
    def _cookie(self) -> str:
        return f"{_COOKIE}-{self.port}"  # cookies know no ports: another dashboard of this machine would overwrite it

    def _welcome(self, request: web.Request) -> web.Response:
        """The word moves from the address, which browsers keep and show, into a cookie."""
        del request
        answer = web.Response(status=303, headers={"Location": "/", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"})
        answer.set_cookie(self._cookie, self.word, httponly=True, samesite="Strict", path="/")
        return answer

    def _at_home(self, answer: web.Response) -> web.Response:
        """The page without the font that it would fetch from elsewhere; nothing else may be fetched from elsewhere either."""
        body = answer.body if isinstance(answer.body, bytes) else b""
        answer.body = _without_font(body)
        answer.headers["Content-Security-Policy"] = _POLICY.format(host=f"{HOST}:{self.port}")
        answer.headers["Referrer-Policy"] = "no-referrer"
        answer.headers["Cache-Control"] = "no-store"
        return answer


def refusal(request: web.Request, host: str) -> str:
    """Why a request is not answered, whatever word it brings; empty where nothing speaks against it."""
    if request.headers.getall("Host", []) != [host]:
        return f"Only at http://{host}."
    origins = request.headers.getall("Origin", [])
    if origins and origins != [f"http://{host}"]:
        return "Not for other web pages."
    site = request.headers.get("Sec-Fetch-Site", "none")
    if site not in {"none", "same-origin"} and not (request.path == "/" and request.headers.get("Sec-Fetch-Mode") == "navigate"):
        return "Not for other web pages."
    if request.path == "/ws" and not origins:
        return "A WebSocket has to say which page opened it."
    return ""


def _same(given: str, word: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), word.encode())


def _without_font(page: bytes) -> bytes:
    """The page without its `<link>` to a host of fonts; the style names others that every system has."""
    at = page.find(_FONT)
    if at < 0:
        return page
    start, end = page.rfind(b"<link", 0, at), page.find(b">", at)
    return page[:start] + page[end + 1 :] if 0 <= start < end else page


def free_port() -> int:
    """A port of loopback that nobody has now."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


def serve(port: int = 0) -> int:
    """Serve the dashboard at `port` (0: any) until it is interrupted; returns the exit status."""
    command = shlex.join([sys.executable, "-m", "statuswatch", "dashboard"])
    server = Guarded(command, port or free_port(), secrets.token_urlsafe(_WORD_BYTES))
    try:
        server.serve()
    except OSError as error:
        sys.stderr.write(f"statuswatch dashboard --serve: port {server.port} cannot be had: {error.strerror or error}; name another: --port N\n")
        return USAGE
    return FINE
