"""Who may come in by the web door: programs of this user that know the word, and pages of the origins that this user named. Nobody else, pages least of all.

A page of any site can make a browser call loopback. What keeps it out: the name in `Host` (a site may point its own name here: DNS rebinding), `Origin` and
`Sec-Fetch-Site` (Fetch standard, section 3; Fetch Metadata), a JSON body that no form can send, and the word, which no page can read.
"""

import hmac
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

HOSTS = ("127.0.0.1", "localhost", "[::1]")
PATHS = {"/v1/snapshot": "GET", "/v1/events": "GET", "/v1/command": "POST"}

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::\d{1,5})?|https?://\[::1\](?::\d{1,5})?")
_WORDS_MOST = 8
_OWN = frozenset({"same-origin", "none"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered: a status and a sentence."""

    status: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a request decides: method, path, the words of its query, headers by lower-case name."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]

    @classmethod
    def of(cls, method: bytes, target: bytes, headers: list[tuple[bytes, bytes]]) -> "Asked":
        """The request with that line and those headers. A header that is there twice counts for nothing, and so does an address that is none."""
        try:
            parts = urlsplit(target.decode("latin-1"))
            words = parse_qs(parts.query, max_num_fields=_WORDS_MOST)
        except ValueError:  # half a bracket, or more words than any request of ours has
            parts, words = urlsplit(""), {}
        given: dict[str, str] = {}
        for name, value in headers:
            key = name.decode("latin-1").lower()
            given[key] = "" if key in given else value.decode("latin-1").strip()
        query = {key: values[0] for key, values in words.items() if len(values) == 1}
        return cls(method.decode("latin-1"), parts.path, query, given)


@dataclass(frozen=True, slots=True)
class Door:
    """The rules at one port. `origins`: the origins of the pages that the person lets in."""

    port: int
    token: str
    origins: frozenset[str] = frozenset()

    def refusal(self, asked: Asked) -> Refusal | None:
        """Why `asked` is not answered; None where it is."""
        if asked.headers.get("host", "").lower() not in {f"{host}:{self.port}" for host in HOSTS}:
            return Refusal(403, "only at the address that statuswatch printed")
        if not self._page_may(asked):
            return Refusal(403, "not for this web page; name its origin when the door is opened: --origin URL")
        if asked.path not in PATHS:
            return Refusal(404, f"expected {', '.join(PATHS)}")
        if asked.method == "OPTIONS" and asked.headers.get("origin"):
            return None
        if asked.method != PATHS[asked.path]:
            return Refusal(405, f"expected {PATHS[asked.path]}")
        if not hmac.compare_digest(_word(asked).encode("latin-1", "replace"), self.token.encode()):
            return Refusal(401, "the word is missing or wrong: Authorization: Bearer WORD, or ?token=WORD")
        if asked.method == "POST" and asked.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return Refusal(415, "expected application/json")
        return None

    def origin(self, asked: Asked) -> str | None:
        """The origin of the page that may read the answer; None where no other page asks."""
        given = asked.headers.get("origin")
        return given if given is not None and given in self.origins else None

    def _page_may(self, asked: Asked) -> bool:
        given = asked.headers.get("origin")
        if given is not None:
            return given in self.origins or given in {f"http://{host}:{self.port}" for host in HOSTS}
        return asked.headers.get("sec-fetch-site", "none") in _OWN


def _word(asked: Asked) -> str:
    scheme, _, word = asked.headers.get("authorization", "").partition(" ")
    return word.strip() if scheme.lower() == "bearer" else asked.query.get("token", "")


def is_origin(text: str) -> bool:
    """Whether `text` is one origin as browsers write it; no wildcard, and not `null`."""
    return _ORIGIN.fullmatch(text) is not None


def other_user(here: tuple[str, int], there: tuple[str, int], table: Path = Path("/proc/net/tcp")) -> bool:
    """Whether the program at the other end of a loopback connection is known to be another user's. Where the system does not say, the word protects."""
    if sys.platform != "linux":
        return False
    wanted = (_hex(there), _hex(here))
    try:
        with table.open(encoding="ascii") as rows:
            for row in rows:
                fields = row.split()
                if (fields[1], fields[2]) == wanted:
                    return fields[7] != str(os.getuid())
    except (OSError, ValueError, IndexError):
        return False
    return False


def _hex(place: tuple[str, int]) -> str:
    """An IPv4 address and port as /proc/net/tcp writes them: the address's bytes in the machine's order (proc_net_tcp in the kernel's documentation)."""
    packed = bytes(int(part) for part in place[0].split("."))
    return f"{int.from_bytes(packed, sys.byteorder):08X}:{place[1]:04X}"
