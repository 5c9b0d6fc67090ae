"""Why nothing is known about a route, in the words of what was really tried: calls that were made are never said not to have been."""

import pytest

from statuswatch.core.health import Confidence, Fault, FeedState, Health
from statuswatch.core.snapshot import CallWindow
from statuswatch.core.verdict import Reason
from statuswatch.surfaces.present import Look
from statuswatch.surfaces.present_words import scene, unknown_words
from support import snapshots
from support.snapshots import GEMINI, route_view, verdict

_NONE, _FAILED, _WORKED = CallWindow(), CallWindow(failed=3), CallWindow(ok=2)


@pytest.mark.parametrize(
    ("reason", "calls", "page", "words"),
    [
        (Reason.NOTHING_KNOWN, _NONE, FeedState.FRESH, "no calls of yours yet"),
        (Reason.NOTHING_KNOWN, _NONE, FeedState.UNREACHABLE, "no calls of yours yet, page out of reach"),
        (Reason.NOTHING_KNOWN, _FAILED, FeedState.UNREACHABLE, "no calls of yours lately, page out of reach"),
        (Reason.NOTHING_KNOWN, _WORKED, FeedState.FRESH, "no calls of yours lately"),
        (Reason.OWN_NETWORK, _FAILED, FeedState.UNREACHABLE, "nothing outside answers this machine"),
        (Reason.CAPTIVE_PORTAL, _FAILED, FeedState.UNREADABLE, "a login page answers in its place"),
        (Reason.FEED_UNREADABLE, _NONE, FeedState.UNREADABLE, "page unreadable"),
    ],
)
def test_what_is_unknown_is_said_for_the_reason_that_holds(reason: Reason, calls: CallWindow, page: FeedState, words: str) -> None:
    fault = Fault.NETWORK if reason in {Reason.OWN_NETWORK, Reason.CAPTIVE_PORTAL} else Fault.UNKNOWN
    judged = verdict(GEMINI, Health.UNKNOWN, fault=fault, confidence=Confidence.LOW, reason=reason, as_of=None)
    picture = snapshots.calm()

    assert unknown_words(route_view(GEMINI, title="Gemini", verdict=judged, calls=calls, feed_state=page), scene(picture, picture.at, Look(80))) == words
