"""Finding the feed of a page by its address: the address itself, the usual ones below its host, and those that the page names."""

from collections.abc import Callable
from dataclasses import dataclass

from statuswatch.core.health import FeedState
from statuswatch.core.incident import Page
from statuswatch.sources.addresses import named_in, usual
from statuswatch.sources.body import Body
from statuswatch.sources.detect import GENERIC, candidates, parse_detected, what_came

Fetch = Callable[[str], tuple[bytes, str]]
"""Gets an address: its body and its content type. Raises OSError where nothing came, of it ConnectionError or TimeoutError where nobody answered, and
RefusedError where somebody did."""

# A web page that carries its data is read where nothing smaller is there.
_LAST_RESORTS = ("incidentio-page", GENERIC)


class RefusedError(OSError):
    """Somebody answered, and it was no feed; `state` is what a feed is that answers so."""

    def __init__(self, sentence: str, state: FeedState) -> None:
        super().__init__(sentence)
        self.state = state


def state_of(error: OSError) -> FeedState:
    """What a feed is of which reading ended so."""
    return error.state if isinstance(error, RefusedError) else FeedState.UNREACHABLE


@dataclass(frozen=True, slots=True)
class Tried:
    """One address that was asked, what came of it in words of ours, whether it was a body, and what the feed is where it was none."""

    url: str
    came: str
    body: bool
    state: FeedState = FeedState.UNREADABLE


@dataclass(frozen=True, slots=True)
class Found:
    """A feed: where it lies, what it holds, and what in it told its format."""

    url: str
    body: Body
    page: Page
    reason: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found, and all that was asked on the way."""

    found: Found | None
    tried: tuple[Tried, ...]


def look(url: str, fetch: Fetch, provider: str) -> Looked:
    """Ask for `url`, and while that is no feed of a known product, for the usual addresses. Stops where nobody answers at `url`."""
    tried: list[Tried] = []
    resorts: list[Found] = []
    waiting, known = [url], {url}
    while waiting:
        address = waiting.pop(0)
        body, came, error = _asked(address, fetch, provider)
        found = found_in(body) if body else None
        tried.append(Tried(address, found.page.format if found else came, body is not None, state_of(error) if error else FeedState.UNREADABLE))
        if found is not None and found.page.format not in _LAST_RESORTS:
            return Looked(found, tuple(tried))
        if found is not None:
            resorts.append(found)
        if address == url and not isinstance(error, ConnectionError | TimeoutError):
            further = (*usual(url), *(named_in(body) if body else ()))
            waiting += [other for other in dict.fromkeys(further) if other not in known]
    best = min(resorts, key=lambda found: _LAST_RESORTS.index(found.page.format), default=None)
    return Looked(best, tuple(tried))


def _asked(address: str, fetch: Fetch, provider: str) -> tuple[Body | None, str, OSError | None]:
    """The body at an address, what came in words of ours, and why there is no body."""
    try:
        data, content_type = fetch(address)
    except OSError as error:
        return None, str(error), error
    body = Body(data, provider, address, content_type)
    return body, f"{what_came(body)}, in no form that is known", None


def found_in(body: Body) -> Found | None:
    """The feed in one body; None where there is none, or where the body does not tell of which product it is."""
    told = [item for item in candidates(body) if item.format != GENERIC]
    read = parse_detected(body) if len(told) <= 1 else None
    if not isinstance(read, Page):
        return None
    reason = next((item.reason for item in told if item.format == read.format), "the entries of RSS or Atom")
    return Found(body.url, body, read, reason)
