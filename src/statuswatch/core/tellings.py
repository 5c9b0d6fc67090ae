"""One call that two accounts tell of is one call: a client's record and its telemetry, its events and its log."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from statuswatch.core.health import Fault
from statuswatch.core.ids import Surface
from statuswatch.core.observation import Call, Outcome

SAME = timedelta(seconds=5)
"""Two accounts date the same end of a call at most this far apart."""
RETRIED = timedelta(seconds=60)
"""A client that gave up had been trying for at most this long, as far as attempts are joined to it."""

EXPORTS = frozenset({"otlp", "telemetry"})
"""The accounts that say how the client was logged in, as their readers take it from each event."""

_KEPT = 256


@dataclass(slots=True)
class _Telling:
    account: str
    call: Call
    joined: set[str] = field(default_factory=set)


class Tellings:
    """What was told lately, by account. An account is one kind of record (`transcript`, `otlp`): two files of one kind never tell of the same call.

    An export says over which surface a client called; where its record has told another one, it is taken at the export's word from then on.
    """

    def __init__(self) -> None:
        self._told: list[_Telling] = []
        self._surfaces: dict[tuple[str, str], Surface] = {}

    def take(self, account: str, call: Call) -> Call | None:
        """`call` as it counts: None where another account told it and this one adds nothing; with that account's turn where it adds something."""
        call = self._over_its_surface(account, call)
        same = self._same(account, call)
        if same is not None:
            same.joined.add(account)
            if not _adds(call, same.call):
                return None
            call = replace(call, turn=same.call.turn)
        else:
            call = self._of_one_request(account, call)
        self._told = [*self._told[1 - _KEPT :], _Telling(account, call)]
        return call

    def _over_its_surface(self, account: str, call: Call) -> Call:
        way = (call.client, call.provider)
        if account in EXPORTS and call.surface is not None:
            self._surfaces[way] = call.surface
        known = self._surfaces.get(way)
        return replace(call, surface=known) if known is not None else call

    def _same(self, account: str, call: Call) -> _Telling | None:
        near = [
            told
            for told in self._told
            if _alike(told, account, call) and told.call.outcome is call.outcome and account not in told.joined and abs(told.call.at - call.at) <= SAME
        ]
        return min(near, key=lambda told: abs(told.call.at - call.at), default=None)

    def _of_one_request(self, account: str, call: Call) -> Call:
        """The attempts before another account's last word, and a last word after another account's attempts, are of one request."""
        if call.outcome is Outcome.OK:
            return call
        for told in reversed(self._told):
            other = told.call
            if _alike(told, account, call) and other.outcome is Outcome.FAILED and other.final is not call.final:
                last, attempt = (call, other) if call.final else (other, call)
                if -SAME <= last.at - attempt.at <= RETRIED:
                    return replace(call, turn=other.turn)
        return call


def _alike(told: _Telling, account: str, call: Call) -> bool:
    other = told.call
    models = {call.model, other.model}
    return told.account != account and (other.client, other.provider) == (call.client, call.provider) and (len(models) == 1 or "*" in models)


def _adds(call: Call, other: Call) -> bool:
    """Whether a second account of a failure says more than the first: that the client gave up, a cause where none was known, or one by a stable code."""
    if call.diagnosis is None or other.diagnosis is None:
        return False
    exact = call.diagnosis.explicit and not other.diagnosis.explicit
    known = call.diagnosis.fault is not Fault.UNKNOWN and other.diagnosis.fault is Fault.UNKNOWN
    return (call.final and not other.final) or exact or known
