"""A picture as listeners get it: whole, with what has changed since the one that each of them has last got."""

import json

from statuswatch.core.snapshot import Snapshot

_LINES_KEPT = 4


class Picture:
    """A snapshot's JSON, the states that readers are told the changes of, and the lines made of it: most listeners need the same one."""

    def __init__(self, snapshot: Snapshot, data: str) -> None:
        self.states = _states(snapshot)
        self.snapshot: Snapshot | None = snapshot
        self._data = data
        self._lines: list[tuple[Picture | None, bytes]] = []

    def line_after(self, seen: "Picture | None") -> bytes:
        """What a listener that has last got `seen` needs now. Only the newest picture is asked."""
        for base, line in self._lines:
            if base is seen:
                return line
        changes = _moves(seen.states, self.states) if seen else []
        head = '{"type":"changes","changes":' + json.dumps(changes, separators=(",", ":")) if changes else '{"type":"snapshot"'
        line = f'{head},"snapshot":{self._data}}}\n'.encode("utf-8", "replace")
        self._lines = [*self._lines[-_LINES_KEPT:], (seen, line)]
        return line

    def supersede(self) -> None:
        """A newer one is there: keep only what is needed to tell the changes from here on."""
        self._data = ""
        self.snapshot = None
        self._lines.clear()


_States = dict[str, dict[str, str]]


def changed(old: Snapshot, new: Snapshot) -> list[dict[str, str | None]]:
    """What a reader of `old` has to know of `new`, as `what`, its name, `was` and `now`. None: it was or is not there."""
    return _moves(_states(old), _states(new))


def _states(snapshot: Snapshot) -> _States:
    return {
        "route": {view.route: view.verdict.health.value for view in snapshot.routes},
        "incident": {view.key: view.stage for view in snapshot.incidents},
        "feed": {view.name: view.state.value if view.state else "unread" for view in snapshot.feeds},
    }


def _moves(old: _States, new: _States) -> list[dict[str, str | None]]:
    found: list[dict[str, str | None]] = []
    for what, after in new.items():
        before = old[what]
        for name in (*before, *(name for name in after if name not in before)):
            was, now = before.get(name), after.get(name)
            if was != now:
                found.append({"what": what, what: name, "was": was, "now": now})
    return found
