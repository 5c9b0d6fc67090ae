"""What a person wants kept back, and for how long: mutes, snoozes, quiet hours. A mute is for good; what is held is told afterwards if it still lasts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from statuswatch.core.notice import NoticeKind, Policy, SuppressReason, Trouble
from statuswatch.core.verdict import Verdict

EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class Held:
    """Something is kept back for `reason` until `until`."""

    reason: SuppressReason
    until: datetime


@dataclass(frozen=True, slots=True)
class Hush:
    """The wishes that count at `now`: those of the settings (`policy`) and those made since (`mutes`, `snoozes`: target to end)."""

    policy: Policy
    mutes: Mapping[str, datetime]
    snoozes: Mapping[str, datetime]
    now: datetime

    def muted(self, kind: NoticeKind, verdict: Verdict, trouble: Trouble) -> bool:
        """Whether nothing of this kind is told of this trouble. That it is over is told to whoever asked for it, muted or not."""
        if trouble.asked and kind is NoticeKind.RESOLVED:
            return False
        if kind in self.policy.muted_kinds:
            return True
        active = {target for target, until in (*self.policy.muted, *self.mutes.items()) if until > self.now}
        return bool(active & names_of(verdict, trouble.incidents))

    def held(self, verdict: Verdict, incidents: Iterable[str] = ()) -> Held | None:
        """Why news of this verdict waits, and until when: the later of two ends."""
        names = names_of(verdict, incidents)
        ends = [Held(SuppressReason.SNOOZED, until) for target, until in self.snoozes.items() if target in names and until > self.now]
        if self.policy.quiet_until is not None and self.policy.quiet_until > self.now:
            ends.append(Held(SuppressReason.QUIET_HOURS, self.policy.quiet_until))
        return max(ends, key=lambda held: held.until, default=None)

    def snoozed_until(self, verdict: Verdict, trouble: Trouble) -> datetime | None:
        """When the newest snooze of this trouble ends or ended, where it was asked for after the trouble was last told of."""
        names = names_of(verdict, trouble.incidents)
        told_at = trouble.reminded_at or trouble.opened_at
        return max((until for target, until in self.snoozes.items() if target in names and until > told_at), default=None)


def names_of(verdict: Verdict, incidents: Iterable[str] = ()) -> frozenset[str]:
    """All that a wish may call this trouble by: everything, the route in either spelling, the provider, an incident."""
    own = (verdict.incident,) if verdict.incident else ()
    return frozenset({EVERYTHING, verdict.route.canonical, str(verdict.route), verdict.route.provider, *own, *incidents})
