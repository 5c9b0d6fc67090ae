"""What a person may do about a notice, as commands that are ready to be sent back: every surface with buttons offers the same."""

from dataclasses import dataclass

from statuswatch.core.notice import Notice, NoticeKind

HUSH_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Offer:
    """One button: its label, and the command that it sends. `for_s`: for how many seconds a mute or a snooze holds (None: not asked)."""

    title: str
    command: str
    target: str
    for_s: int | None = None


def offers(notice: Notice) -> tuple[Offer, ...]:
    """What can be done, the most useful first: nothing to wait for or to mute once it is over, nothing to open without a web address."""
    found = []
    if notice.url and notice.url.startswith("https://"):
        found.append(Offer("Open incident" if notice.incident else "Status page", "open", notice.id))
    if notice.kind not in {NoticeKind.RESOLVED, NoticeKind.AMENDED}:
        subject = notice.incident or notice.provider
        found += [
            Offer("Tell me when back", "wait", notice.routes[0] if notice.routes else notice.provider),
            Offer("Mute 1 h", "mute", subject, HUSH_SECONDS),
            Offer("Snooze 1 h", "snooze", subject, HUSH_SECONDS),
        ]
    return tuple(found)
