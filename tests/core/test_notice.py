"""What is told and remembered, as values: kinds once, plain data and back, readers older than writers."""

import json

from statuswatch.core.codec import decode, encode
from statuswatch.core.health import Confidence, Fault
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason, Policy, Suppressed, SuppressReason, Told, Trouble
from support.facts import GPT, OPUS, at

_TROUBLE = Trouble("t1", "anthropic", at("10:00"), (OPUS,), incidents=("anthropic:i1",), seen_at=at("10:30"), number=2)
_NOTICE = Notice("t1-0-opened", "t1", NoticeKind.OPENED, at("10:00"), NoticeReason.OWN_FAILURES, (OPUS, GPT), "title", "body", "anthropic", simulated=True)


def test_each_kind_is_noted_once_in_the_order_of_telling() -> None:
    told = _TROUBLE.telling(NoticeKind.OPENED).telling(NoticeKind.GREW, NoticeKind.OPENED)

    assert told.told == (NoticeKind.OPENED, NoticeKind.GREW)
    assert _TROUBLE.told == ()


def test_the_memory_of_what_was_told_survives_as_plain_data() -> None:
    told = Told((_TROUBLE.telling(NoticeKind.OPENED), Trouble("t2", "openai", at("11:00"), (), closed_at=at("11:10"))), ("openai:i9",), 7)

    assert decode(Told, json.loads(json.dumps(encode(told)))) == told


def test_a_memory_written_before_a_field_was_added_is_still_read() -> None:
    data = encode(_TROUBLE)
    del data["seen_at"], data["number"]
    read = decode(Trouble, {**data, "of a later version": 1})

    assert (read.id, read.seen_at, read.number) == ("t1", None, 0)


def test_notices_refusals_and_wishes_survive_as_plain_data() -> None:
    for value in (_NOTICE, Suppressed(at("10:00"), OPUS, SuppressReason.MUTED, "anthropic:i1"), Policy((("*", at("10:00")),), simulated=True)):
        assert decode(type(value), json.loads(json.dumps(encode(value)))) == value
    assert (_NOTICE.fault, _NOTICE.confidence) == (Fault.UNKNOWN, Confidence.LOW)
