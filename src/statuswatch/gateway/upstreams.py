"""Where calls may be passed on to: the API hosts that the catalogue names, and what the person configured. Nothing that a request says leads elsewhere."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from statuswatch.core.knowledge import Knowledge

OWN = "own-"
"""What the names of addresses begin with that programs were told to call and nobody else knows."""

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?)+")
_PORTS = {"https": 443, "http": 80}
_LOCALHOST = ".localhost"
_KEPT = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """A server: `host` without brackets, and whether it is spoken to over TLS. Each is itself: connections are kept for one, not for its likes."""

    host: str
    port: int
    tls: bool

    @property
    def authority(self) -> str:
        """As `Host` names it: with the port where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS["https" if self.tls else "http"] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Upstream:
    """One API. `base` is put before every path; `provider` is whose it is, None where the catalogue does not know."""

    name: str
    origin: Origin
    base: bytes = b""
    provider: str | None = None

    @property
    def url(self) -> str:
        """Its address, as a direct caller would have it."""
        return f"{'https' if self.origin.tls else 'http'}://{self.origin.authority}{self.base.decode('latin-1')}"


class Upstreams:
    """All of them, by a word in the path (a provider's id, an API's host, or a name of the person's own) and by host."""

    def __init__(self, knowledge: Knowledge, configured: Mapping[str, str] | None = None) -> None:
        self._knowledge = knowledge
        self._known: dict[str, Upstream] = {}
        for facts in knowledge.providers.values():
            host = next((host for host in facts.api_hosts if _HOST.fullmatch(host)), None)
            if host is not None:
                self._known[facts.id] = Upstream(facts.id, Origin(host, _PORTS["https"], tls=True), provider=facts.id)
        for name, url in (configured or {}).items():
            self._known[name.lower()] = self._configured(name.lower(), url)

    @property
    def names(self) -> tuple[str, ...]:
        """The words that a path may begin with, besides hosts."""
        return tuple(self._known)

    def find(self, word: str) -> Upstream | None:
        """The upstream that a word of a path names; None where there is none."""
        found = self._known.get(word)
        if found is None and _HOST.fullmatch(word := word.lower()):
            provider = self._knowledge.provider_of_host(word)
            if provider is not None:
                found = Upstream(word, Origin(word, _PORTS["https"], tls=True), provider=provider)
                if len(self._known) < _KEPT:
                    self._known[word] = found
        return found

    def at_host(self, host: str) -> Upstream | None:
        """The upstream that is meant by a request's `Host`, without its port: an API's own host, or NAME.localhost."""
        return self.find(host.removesuffix(_LOCALHOST))

    def add(self, url: str, like: str = "") -> Upstream:
        """The upstream at an address that a program of this user was told to call: one that is known there, `like` before others, else a new one.

        The address is a checked one. Raises ValueError where there are too many.
        """
        made = self._own(url)
        there = [self._known[like]] if like in self._known else []
        known = next((one for one in (*there, *self._known.values()) if one.url == made.url), None)
        if known is None and len(self._known) >= _KEPT:
            raise ValueError("there are too many addresses already")
        return known or self._known.setdefault(made.name, made)

    def restore(self, url: str) -> None:
        """Have the name that `add` once gave to an address, whatever else is known of it by now. The address is a checked one."""
        made = self._own(url)
        if len(self._known) < _KEPT:
            self._known.setdefault(made.name, made)

    def _own(self, url: str) -> Upstream:
        return self._configured(f"{OWN}{sha256(url.rstrip('/').encode()).hexdigest()[:12]}", url)

    def _configured(self, name: str, url: str) -> Upstream:
        parts = urlsplit(url)
        tls = parts.scheme == "https"
        host = parts.hostname or ""
        provider = self._knowledge.provider_of_host(host) or (name if name in self._knowledge.providers else None)
        base = parts.path.rstrip("/").encode("ascii", "ignore")
        return Upstream(name, Origin(host, parts.port or _PORTS["https" if tls else "http"], tls), base, provider)
