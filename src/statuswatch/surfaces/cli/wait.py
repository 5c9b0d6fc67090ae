"""`statuswatch wait ROUTE`: returns when the route is back, for scripts and agents that should pause instead of burning retries.

What it waits for, and in what state that is, is said on standard error, on a terminal or off it: nobody waits for what is unknown without being told so.
With `--notify` it returns at once, and a notice comes when the route is back.
"""

import argparse
import math
import sys
import time

from statuswatch.core.health import Health, Side
from statuswatch.core.snapshot import RouteView, Snapshot
from statuswatch.surfaces.asking import Standing, hint, named_by, several, standing
from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.cli.printing import look_here, put_json, tell
from statuswatch.surfaces.client import CANNOT_TELL, FINE, USAGE, YOURS, EngineGoneError, Link, monotonic, snapshot_in, wall_clock
from statuswatch.surfaces.present import find_route, scene
from statuswatch.surfaces.present_text import clean
from statuswatch.surfaces.present_words import age_words, health_word, unknown_words

RECONNECT_SECONDS = 10.0
_ANSWER_SECONDS = 5.0
_AGAIN_SECONDS = 0.2


def run(argv: list[str]) -> int:
    """Run the verb; returns 0 back or fine, 3 where only you can mend it, 4 timed out, not watched or no engine, 2 usage.

    It never ends with 1. A part of several names is a slip in the usage.
    """
    given = read("wait", argv, {"timeout": _seconds})
    if isinstance(given, int):
        return given
    until = None if given.timeout is None else monotonic() + given.timeout
    waiting = _Waiting(given.route)
    status, sentence = waiting.ask() if given.notify else waiting.run(until)
    if given.json and status != USAGE:
        put_json({"route": waiting.name, "back": status == FINE and not waiting.asked, "health": waiting.health, "exit_status": status, "message": sentence})
    else:
        tell(sentence, sys.stdout if status == FINE else sys.stderr)
    return status


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"expected seconds, for example 600, got {text[:40]!r}")
    return value


class _Waiting:
    """One wait: follows the pictures across connections until the route is back, cannot come back by itself, or time is up."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._first: RouteView | None = None
        self._trouble: RouteView | None = None
        self._word = "unknown"
        self._said = ""
        self._limited = False
        self._lost_at: float | None = None
        self._quiet = False
        self.name = clean(text, 120)
        self.health: str | None = None
        self.asked = False

    def ask(self) -> tuple[int, str]:
        """Ask for a notice when it is back, once; the exit status and the one sentence that says so."""
        try:
            link = Link.open(1.0)
        except EngineGoneError as error:
            return CANNOT_TELL, f"Cannot tell: {error}"
        try:
            return self._ask(link, monotonic() + _ANSWER_SECONDS)
        except EngineGoneError as error:
            return CANNOT_TELL, f"Cannot tell: {error}"
        finally:
            link.close()

    def _ask(self, link: Link, until: float) -> tuple[int, str]:
        for message in link.messages(until):
            snapshot = None if self.asked else snapshot_in(message)
            if snapshot is not None:
                view = find_route(snapshot, self._text)
                if view is None:
                    return self._not_watched(snapshot)
                self._quiet = True
                found = self._look(view, snapshot) or self._nothing_to_end(view)
                if found is not None:
                    return found
                link.command("wait", "wait", view.verdict.route.canonical)
                self.asked = True
            elif message.get("id") == "wait" and message.get("type") in {"done", "error"}:
                if message.get("ok") is True:
                    return FINE, f"You will be told when {self._title} is back."
                return CANNOT_TELL, f"Cannot tell: the engine did not take it: {clean(str(message.get('error', 'no reason given')), 200)}"
        return CANNOT_TELL, "Cannot tell: the engine did not answer; look at it: statuswatch engine status"

    def run(self, until: float | None) -> tuple[int, str]:
        """The exit status and the one sentence that says why."""
        self._limited = until is not None
        while True:
            try:
                return self._listen(until)
            except EngineGoneError as error:
                if self._first is None:
                    return CANNOT_TELL, f"Cannot tell: {error}"
                # An engine that restarts is no news; one that stays away is.
                self._lost_at = self._lost_at or monotonic()
                if monotonic() - self._lost_at > RECONNECT_SECONDS:
                    return CANNOT_TELL, f"Cannot tell: {error}; {self._title} was {self._word} when it was last heard of"
            if until is not None and monotonic() >= until:
                return self._timed_out()
            time.sleep(_AGAIN_SECONDS)

    def _listen(self, until: float | None) -> tuple[int, str]:
        link = Link.open(1.0 if self._first is None else _AGAIN_SECONDS)
        try:
            asked = False
            for message in link.messages(until):
                snapshot = snapshot_in(message)
                if snapshot is None:
                    continue
                self._lost_at = None
                view = find_route(snapshot, self._text)
                if view is None:
                    return self._not_watched(snapshot)
                found = self._look(view, snapshot)
                if found is not None:
                    return found
                if not asked:  # so that its pages are read more often while somebody waits
                    link.command("wait", "wait", view.verdict.route.canonical)
                    asked = True
            return self._timed_out()
        finally:
            link.close()

    def _look(self, view: RouteView, snapshot: Snapshot) -> tuple[int, str] | None:
        verdict, title = view.verdict, clean(view.title, 60)
        self.name, self.health, self._word = clean(view.route, 120), verdict.health.value, _state(view, snapshot)
        if standing(verdict) is Standing.FINE:
            since = self._trouble.verdict.since if self._trouble else None
            down = f" It had trouble for {age_words((snapshot.at - since).total_seconds())}." if since else ""
            return FINE, f"{title} is back.{down}" if self._trouble else f"{title} is fine."
        self._first = self._first or view
        if standing(verdict) is Standing.HOPELESS:
            return YOURS, f"Waiting does not help: {title} fails on your side ({verdict.fault.value}). See: statuswatch why {self.name}"
        if verdict.health is not Health.UNKNOWN:
            self._trouble = self._trouble or view
        self._say_state(title)
        return None

    def _say_state(self, title: str) -> None:
        """Say what is waited for, once for each state that it is in."""
        if self._quiet or self._word == self._said:
            return
        unknown = self.health == Health.UNKNOWN.value
        goal = "is known to be fine" if unknown else "is back"
        limit = "" if self._limited or self._said or not unknown else " However long that takes: --timeout SECONDS limits it."
        tell(f"Waiting until {title} {goal}. Now: {self._word}.{limit}", sys.stderr)
        self._said = self._word

    def _nothing_to_end(self, view: RouteView) -> tuple[int, str] | None:
        """A notice tells the end of trouble that is known; where nothing is known, none would come."""
        if view.verdict.health is not Health.UNKNOWN:
            return None
        wait = f"to pause until it is known to be fine: statuswatch wait {self.name}"
        return CANNOT_TELL, f"Cannot tell: {clean(view.title, 60)} is {self._word}, so no trouble is known whose end a notice could tell; {wait}"

    def _not_watched(self, snapshot: Snapshot) -> tuple[int, str]:
        named = named_by(snapshot, self._text)
        if len(named) > 1:
            return USAGE, f"statuswatch wait: {several(self._text, named)}"
        known = ", ".join(clean(view.route, 60) for view in snapshot.routes[:12])
        told = f"watched are {known}" if known else "nothing is watched yet"
        return CANNOT_TELL, f"Cannot tell, not watched: {self.name}; {hint(snapshot, self._text) or _provider_hint(self._text)}{told}"

    def _timed_out(self) -> tuple[int, str]:
        if self._first is None:
            return CANNOT_TELL, "Timed out before a picture came."
        return CANNOT_TELL, f"Timed out: {self._title} is still {self._word}."

    @property
    def _title(self) -> str:
        return clean(self._first.title, 60) if self._first else self.name


def _provider_hint(text: str) -> str:
    """The provider of the catalogue that `text` comes near to, though nothing of it is watched; else nothing."""
    from statuswatch.catalog.knowing import know  # only where a name means nothing
    from statuswatch.catalog.located import nearest
    from statuswatch.config import paths
    from statuswatch.sources.formats import FORMATS

    found = nearest(text[:200], know(paths.config_dir(), FORMATS).knowledge.providers)
    return f"did you mean {found}? " if found and found != text else ""


def _state(view: RouteView, snapshot: Snapshot) -> str:
    """How a route is, in words; where nothing is known of it, with why."""
    verdict = view.verdict
    if verdict.health is not Health.UNKNOWN:
        return health_word(verdict.health) + (" on your side" if verdict.trouble and verdict.side is Side.YOURS else "")
    return f"{health_word(verdict.health, verdict)} ({unknown_words(view, scene(snapshot, wall_clock(), look_here()))})"
