"""A title is text of a stranger: in a client's error line it is one line without anything that a terminal, a JSON reader or a head would act on."""

import json
from dataclasses import replace

import pytest

from statuswatch.app.gatewaying import outlook_of
from statuswatch.core.ids import Surface
from statuswatch.gateway.annotate import annotated
from statuswatch.gateway.saying import added_lines
from support import snapshots
from support.failures import knowledge

TITLES = {
    "terminal escapes": "\x1b]0;owned\x07\x1b[2J\x1b[31mAll is well\x9b5m",
    "lines": "one\r\nSet-Cookie: a=b\r\n\r\n<html>\n\ndata: {}\n\nevent: error",
    "direction": "\u202egnihtyna\u2066\u200b",
    "json": '", "type": "done"}} \\u0000 \\',
    "prompts": "$(reboot) `id` %n{{x}} ${HOME}",
    "long": "very " * 500,
    "a lone surrogate": "a\ud800b",
}


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_a_hostile_title_is_inert_in_the_sentence_the_body_and_the_head(title: str) -> None:
    picture = snapshots.trouble()
    picture = replace(picture, incidents=tuple(replace(one, title=title) for one in picture.incidents))
    outlook = outlook_of(picture, knowledge(), "anthropic", Surface.CODE, "claude-opus-4.5")
    assert outlook is not None
    sentence = outlook.sentence

    assert 'Incident: "' in sentence
    assert sentence.isprintable()
    assert len(sentence) < 600
    body = annotated(b'{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}', sentence)
    assert body is not None
    assert json.loads(body) == {"type": "error", "error": {"type": "overloaded_error", "message": f"Overloaded. {sentence}"}}
    assert b"\n" not in body
    for line in added_lines(outlook, {}):
        assert b"\r" not in line
        assert b"\n" not in line
        assert line.decode("ascii").isprintable()
