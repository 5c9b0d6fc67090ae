"""The schema of the bridge's messages: made from the code, and held against what is really said."""

import json
import os
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from support.protocol import schema, strict

_FOLDER = Path(__file__).resolve().parents[2] / "extensions" / "protocol"
_SCHEMA = _FOLDER / "schema.json"
_WRITE = os.environ.get("STATUSWATCH_WRITE") == "schema"  # at import: a test's own environment is empty


def messages(name):
    lines = [json.loads(line) for line in (_FOLDER / name).read_text(encoding="utf-8").splitlines()]
    return [(line["from"], line["message"]) for line in lines if "message" in line]


def checker(part, *, tight):
    made = strict(schema()) if tight else schema()
    return Draft202012Validator({"$schema": made["$schema"], "$ref": f"#/$defs/{part}", "$defs": made["$defs"]})


def test_the_schema_is_what_the_code_says():
    text = json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"
    if _WRITE:
        _SCHEMA.write_text(text, encoding="utf-8")

    assert _SCHEMA.read_text(encoding="utf-8") == text, "write it anew: STATUSWATCH_WRITE=schema python -m pytest tests/surfaces/test_protocol.py"


def test_the_schema_is_one():
    Draft202012Validator.check_schema(json.loads(_SCHEMA.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", ["golden.jsonl", "v1.0.jsonl"])
@pytest.mark.parametrize("part", ["bridge", "editor"])
def test_every_message_of_a_conversation_fits_and_holds_nothing_that_the_schema_does_not_list(name, part):
    check = checker(part, tight=True)
    said = [message for speaker, message in messages(name) if speaker == part and message.get("command") != "dance"]

    assert said
    for message in said:
        assert [error.message[:300] for error in check.iter_errors(message)] == [], str(message)[:300]


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("bridge", {"type": "hello", "v": 2, "version": "1", "capabilities": []}),
        ("bridge", {"type": "done", "ok": True}),
        ("bridge", {"type": "done", "id": "1", "ok": True, "url": "javascript:alert(1)"}),
        ("bridge", {"type": "snapshot", "snapshot": {}}),
        ("editor", {"type": "command", "command": "dance"}),
        ("editor", {"type": "command", "command": "mute", "for_s": -1}),
        ("editor", {"type": "ping", "id": 7}),
        ("editor", {"type": "snapshot"}),
    ],
)
def test_what_is_no_message_does_not_fit(part, message):
    assert list(checker(part, tight=False).iter_errors(message))


def test_a_field_of_a_later_version_does_no_harm():
    assert not list(checker("bridge", tight=False).iter_errors({"type": "pong", "id": "1", "later": True}))
