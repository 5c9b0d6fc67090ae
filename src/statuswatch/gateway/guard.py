"""Who may use the gateway: programs of this user that were given its address, and no page in a browser.

Loopback is open to every user of the machine, so the path begins with a word that only this user can read, and on Linux the other end has to be a process of
this user besides. Browsers are refused by their own headers, and by `Host` where a name of a stranger was pointed at this machine.
"""

import hmac
import re
from typing import NamedTuple

from statuswatch.gateway.heads import HeadError, RequestHead
from statuswatch.gateway.upstreams import Upstream, Upstreams

_LOOPBACK = frozenset({b"127.0.0.1", b"localhost", b"[::1]"})
_KEPT = 1000
_CLIENT = re.compile(r"[a-z][a-z0-9-]{0,30}")


class Way(NamedTuple):
    """Where a request goes: to `upstream`, which is called `host` there, at `target` of it.

    `annotate` and `client` are as the address says: `NAME;annotate;client=codex`.
    """

    upstream: Upstream
    host: bytes
    target: bytes
    annotate: bool = False
    client: str = ""


class Guard:
    """Admits requests for addresses `http://127.0.0.1:PORT/TOKEN/NAME/...`."""

    def __init__(self, token: str, upstreams: Upstreams) -> None:
        self._token = token.encode("ascii")
        self._prefix = b"/" + self._token + b"/"
        self._upstreams = upstreams
        self._words: dict[bytes, Way] = {}
        self._port = 0
        self._usual = b""

    @property
    def port(self) -> int:
        """Where the gateway listens; 0 while it does not."""
        return self._port

    @port.setter
    def port(self, port: int) -> None:
        self._port = port
        self._usual = b"127.0.0.1:%d" % port

    def admit(self, head: RequestHead) -> Way:
        """Where the request goes. Raises HeadError where it may not."""
        fields, target = head.fields, head.target
        host = fields[b"host"]
        if host != self._usual:
            self._check_host(host)
        if b"origin" in fields or b"sec-fetch-site" in fields:
            raise HeadError(403, "not for web pages")
        if not target.startswith(b"/"):
            raise HeadError(400, "expected a path; this is no proxy for other hosts")
        given, _, rest = target[1:].partition(b"/")
        if not hmac.compare_digest(given, self._token):
            raise HeadError(404, "nothing is here: the address holds a word that the engine gives to its own user")
        if host != self._usual and (name := self._name(host)) not in _LOOPBACK:
            upstream = self._upstreams.at_host(name.decode("ascii", "replace"))
            found = _way(upstream) if upstream is not None else None
            path = b"/" + rest
        else:
            word, slash, path = rest.partition(b"/")
            word, mark, query = word.partition(b"?")
            found = self._words.get(word) or self._word(word)
            path = (slash or b"/") + path if not mark else b"/?" + query + slash + path
        if found is None:
            raise HeadError(404, "no API of that name is known; add it to [gateway.upstreams] in config.toml")
        upstream, there, _, annotate, client = found
        return Way(upstream, there, upstream.base + path, annotate, client)

    def _word(self, word: bytes) -> Way | None:
        """What the first word of a path says, without a target."""
        name, *parameters = word.decode("ascii", "replace").lower().split(";")
        upstream = self._upstreams.find(name)
        if upstream is None:
            return None
        client = next((one.removeprefix("client=") for one in parameters if one.startswith("client=")), "")
        found = _way(upstream, "annotate" in parameters, client if _CLIENT.fullmatch(client) else "")
        if len(self._words) < _KEPT:
            self._words[word] = found
        return found

    def _check_host(self, host: bytes) -> None:
        name, port = self._name(host), host[len(self._name(host)) + 1 :]
        known = name in _LOOPBACK or name.endswith(b".localhost") or self._upstreams.at_host(name.decode("ascii", "replace")) is not None
        if not known or (port and name in _LOOPBACK and port != b"%d" % self.port):
            raise HeadError(403, "only for programs on this machine, at the address that statuswatch gave")

    @staticmethod
    def _name(host: bytes) -> bytes:
        host = host.lower()
        return host if host.endswith(b"]") else host.rpartition(b":")[0] or host


def _way(upstream: Upstream, annotate: bool = False, client: str = "") -> Way:
    return Way(upstream, upstream.origin.authority.encode("ascii"), b"", annotate, client)
