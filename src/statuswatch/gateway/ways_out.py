"""Which way leads to a server: straight, or through the person's own proxy as the usual variables say (HTTPS_PROXY, ALL_PROXY, NO_PROXY).

No standard describes them; what curl, Go and Python's requests agree on holds here: lower case before upper case, a host in NO_PROXY means what is below it
too, `*` means all, addresses may be given as networks. Servers on this machine are always reached straight.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from urllib.parse import unquote, urlsplit

from statuswatch.gateway.upstreams import Origin
from statuswatch.sources.hosts import is_loopback

_PROXY_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy that is asked to CONNECT. `tls`: it is itself spoken to over TLS; `credentials`: the value of Proxy-Authorization, never printed."""

    host: str
    port: int
    tls: bool = False
    credentials: str | None = None

    def __repr__(self) -> str:
        return f"Proxy({self.host!r}, {self.port})"


class WayOut:
    """Decides by variables that were read once. `problem` says what of them cannot be followed, for a person."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        asked = next((environ[name] for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY") if environ.get(name)), "")
        self.problem = ""
        self._proxy = self._read(asked) if asked else None
        excepted = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
        self._excepted = tuple(word.strip().lower() for word in excepted.split(",") if word.strip())

    def proxy_for(self, origin: Origin) -> Proxy | None:
        """The proxy that leads to `origin`; None where the way is straight. Servers without TLS are of the person's own network: straight."""
        if self._proxy is None or not origin.tls or is_loopback(origin.host) or any(_covers(word, origin) for word in self._excepted):
            return None
        return self._proxy

    def _read(self, url: str) -> Proxy | None:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        try:
            port = parts.port or _PROXY_PORTS.get(parts.scheme, 0)
        except ValueError:
            port = 0
        if parts.scheme not in _PROXY_PORTS or not parts.hostname or not port:
            self.problem = f"the proxy of kind {parts.scheme[:12]!r} in HTTPS_PROXY or ALL_PROXY cannot be used; expected http:// or https://"
            return None
        credentials = None
        if parts.username is not None:
            words = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
            credentials = "Basic " + base64.b64encode(words).decode("ascii")
        return Proxy(parts.hostname, port, parts.scheme == "https", credentials)


def _covers(word: str, origin: Origin) -> bool:
    """Whether one word of NO_PROXY means `origin`."""
    if word == "*":
        return True
    name, _, port = word.rpartition(":")
    if name and port.isdecimal() and (":" not in name or name.endswith("]")):
        if int(port) != origin.port:
            return False
        word = name
    word = word.strip("[]")
    try:
        return ip_address(origin.host) in ip_network(word, strict=False)
    except ValueError:
        bare = word.removeprefix("*").removeprefix(".")
        return origin.host == bare or origin.host.endswith(f".{bare}")
