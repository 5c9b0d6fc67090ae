"""Every target's pair of functions, text in and text out, for texts as they come and for texts as nobody would write them."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from statuswatch.app import login
from statuswatch.app.setup import GATEWAY
from statuswatch.surfaces.cli.verbs import SETTINGS
from statuswatch.surfaces.setup import block, claudecode, jsontext, targets
from statuswatch.surfaces.setup.target import Ground, SetupError

LOGIN = login.make("linux")
TARGETS = {**targets.TARGETS, GATEWAY.name: GATEWAY, LOGIN.name: LOGIN}
GROUND = Ground({"SHELL": "/bin/zsh"}, Path("/home/you"), Path("/usr/lib/our code's/prompt"))
BLOCKS = sorted(name for name, target in TARGETS.items() if not target.empty)

# Anything that a file may hold once its bytes are text, with the pieces that matter to us more often than chance would have them.
_PIECES = st.sampled_from(
    ["\n", "\r\n", "\r", "\ufeff", "\\", "\\\n", "# comment", "export A=1", "\t", "\x1b[31m", "\udcff", "{", "}", "'", '"', "é", "<<EOF", " "]
)
NAMES = st.sampled_from(BLOCKS)
TEXTS = st.lists(_PIECES | st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=30).map("".join)


@given(name=NAMES, text=TEXTS)
@example(name="zsh", text="")
@example(name="zsh", text="\n")
@example(name="zsh", text="no end")
@example(name="zsh", text="a\r\nb\n")
@example(name="zsh", text="\ufeff")
@example(name="zsh", text="\r")
@settings(max_examples=150, deadline=None)
def test_what_is_put_into_any_text_is_taken_out_to_the_last_character(name: str, text: str) -> None:
    target = TARGETS[name]

    changed = target.put(text, GROUND)

    assert changed != text
    assert changed.startswith(text)
    assert target.put(changed, GROUND) == changed
    assert target.take(changed, text) == text
    assert target.take(changed, None) == text
    assert target.take(text, None) == text


@given(name=NAMES, text=TEXTS, above=TEXTS, below=TEXTS)
@settings(max_examples=100, deadline=None)
def test_what_the_person_adds_around_it_stays(name: str, text: str, above: str, below: str) -> None:
    target = TARGETS[name]
    changed = above + "\n" + target.put(text, GROUND) + below

    taken = target.take(changed, text)

    kept = text if text.endswith("\n") or not below or not text else text + ("\r\n" if "\r\n" in text and text.index("\n") == text.index("\r\n") + 1 else "\n")
    assert taken == above + "\n" + kept + below


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_of_an_earlier_version_is_brought_up_to_date_in_its_place(name: str) -> None:
    target = TARGETS[name]
    old = target.put("first\n", Ground(GROUND.environ, Path("/home/you"), Path("/elsewhere"))) + "last\n"

    changed = target.put(old, GROUND)

    assert "/elsewhere" not in changed
    assert target.take(changed, None) == "first\nlast\n"


@pytest.mark.parametrize("name", BLOCKS)
def test_half_a_block_is_left_alone_and_named(name: str) -> None:
    target = TARGETS[name]
    whole = target.put("first\n", GROUND).splitlines(keepends=True)

    for broken in ("".join(whole[:-1]), "".join(whole[:2] + whole[3:]), "".join(whole * 2)):
        for change in (lambda text: target.put(text, GROUND), lambda text: target.take(text, None)):
            with pytest.raises(SetupError, match=r"line \d+ is part of a block"):
                change(broken)


def test_a_line_break_is_like_those_of_the_file() -> None:
    changed = TARGETS["bash"].put("a\r\nb\r\n", GROUND)

    assert changed.count("\n") == changed.count("\r\n")


def test_a_block_stands_behind_an_empty_line_so_that_no_backslash_swallows_it() -> None:
    assert block.put("echo \\", "bash", ("x",)).startswith("echo \\\n\n# >>> ")


def test_a_starship_table_of_the_persons_own_is_not_doubled() -> None:
    with pytest.raises(SetupError, match=r"table \[custom.statuswatch\] of your own"):
        TARGETS["starship"].put('[custom.statuswatch]\ncommand = "mine"\n', GROUND)


# JSON as people and programs write it: with lines or without, with comments, with a comma too many, with odd spellings of the same.
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_GAPS = st.sampled_from(["", " ", "\n", "\r\n  ", "\t", "\n    // a, b } \n", "/* , { */", "\n\n"])
_COMMANDS = st.text(max_size=20) | st.sampled_from(["~/.claude/line.sh", "echo 'it''s'", 'sh -c "x"', "", "a\nb", "printf '%s' \"$(cat)\" # done", "'"])


@st.composite
def settings_texts(draw: st.DrawFn) -> str:
    """A settings file, with a status line of the person's own in half of them."""
    members = [
        (json.dumps(key), json.dumps(value)) for key, value in draw(st.dictionaries(st.text(max_size=6), _JSON, max_size=4)).items() if key != "statusLine"
    ]
    if draw(st.booleans()):
        command = json.dumps(draw(_COMMANDS), ensure_ascii=draw(st.booleans())).replace("/", draw(st.sampled_from(["/", "\\/", "\\u002f"])))
        line = [f'"type":{draw(_GAPS)}"command"', f'{draw(_GAPS)}"command" :{command}', *draw(st.sampled_from([[], ['"padding": 0']]))]
        members.insert(draw(st.integers(0, len(members))), ('"statusLine"', "{" + ",".join(draw(st.permutations(line))) + "}"))
    inside = ",".join(f"{draw(_GAPS)}{key}{draw(_GAPS)}:{draw(_GAPS)}{value}{draw(_GAPS)}" for key, value in members)
    comma = draw(st.sampled_from(["", ","])) if members else ""
    return f"{draw(st.sampled_from(['', chr(0xFEFF), '// mine', ' ']))}\n{{{inside}{comma}{draw(_GAPS)}}}{draw(_GAPS)}"


@given(text=settings_texts())
@example(text="{}")
@example(text="{\n}\n")
@example(text='{"a":1,}')
@example(text='{\n  "a": 1 // b\n}')
@settings(max_examples=200, deadline=None)
def test_settings_come_back_to_the_last_character_in_whatever_form_they_were(text: str) -> None:
    changed = claudecode.put(text, GROUND)

    assert changed != text
    assert claudecode.put(changed, GROUND) == changed
    assert claudecode.take(changed, text) == text
    assert claudecode.take(text, None) == text
    jsontext.read(changed)
    _same_but_for_the_status_line(text, claudecode.take(changed, None))


def _same_but_for_the_status_line(text: str, taken: str) -> None:
    """Without knowledge of before, a command of theirs may be spelled otherwise; it says the same, and nothing else differs."""
    before, after = jsontext.read(text), jsontext.read(taken)
    assert [member.key for member in before.members] == [member.key for member in after.members]
    old, new = before.last("statusLine"), after.last("statusLine")
    if old is None or new is None:
        assert taken == text
        return
    assert text[: old.value] == taken[: new.value]
    assert text[old.end :] == taken[new.end :]
    first, second = jsontext.member(text, old), jsontext.member(taken, new)
    assert first is not None
    assert second is not None
    assert [(m.key, jsontext.value(text, m)) for m in first.members] == [(m.key, jsontext.value(taken, m)) for m in second.members]


@given(text=settings_texts(), key=st.text(max_size=5).filter(lambda key: key != "statusLine"))
@settings(max_examples=60, deadline=None)
def test_a_member_that_is_added_later_survives(text: str, key: str) -> None:
    changed = claudecode.put(text, GROUND)
    later = jsontext.added(changed, jsontext.read(changed), key, '"mine"')

    taken = claudecode.take(later, text)

    assert [member.key for member in jsontext.read(taken).members] == [*(member.key for member in jsontext.read(text).members), key]


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"a" 1}', '{"a": 1} x', '{"a": 1 "b": 2}', "{'a': 1}", '{"a": }', '{"a": [1 2]}', "{" * 500, '{"a": "b\n"}', "nonsense"]
)
def test_what_is_no_json_is_named_by_line_and_left_alone(text: str) -> None:
    with pytest.raises(SetupError, match=r"line \d+, column \d+: expected"):
        claudecode.put(text, GROUND)


@pytest.mark.parametrize("line", ["null", '"x"', "[]", "{}", '{"type": "static", "command": "x"}', '{"type": "command", "command": 7}'])
def test_a_status_line_of_another_kind_is_left_alone(line: str) -> None:
    with pytest.raises(SetupError, match="cannot be wrapped"):
        claudecode.put(f'{{"statusLine": {line}}}', GROUND)
    assert claudecode.take(f'{{"statusLine": {line}}}', None) == f'{{"statusLine": {line}}}'


def test_the_same_targets_are_in_the_help() -> None:
    assert tuple(TARGETS) == SETTINGS


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_says_what_comes_next_and_where_it_writes(name: str) -> None:
    target = TARGETS[name]

    assert target.file(GROUND).is_relative_to("/home/you")
    assert target.then
    assert target.title


@pytest.mark.parametrize(
    ("name", "environ", "file"),
    [
        ("zsh", {"ZDOTDIR": "/z"}, "/z/.zshrc"),
        ("fish", {"XDG_CONFIG_HOME": "/x"}, "/x/fish/config.fish"),
        ("fish", {"XDG_CONFIG_HOME": "relative"}, "/home/you/.config/fish/config.fish"),
        ("starship", {"STARSHIP_CONFIG": "/s/mine.toml"}, "/s/mine.toml"),
        ("claude-code", {"CLAUDE_CONFIG_DIR": "/c"}, "/c/settings.json"),
        ("tmux", {}, "/home/you/.tmux.conf"),
        ("nushell", {"XDG_CONFIG_HOME": "/x"}, "/x/nushell/config.nu"),
    ],
)
def test_the_places_are_those_that_the_tools_read(name: str, environ: dict[str, str], file: str) -> None:
    assert str(TARGETS[name].file(Ground(environ, Path("/home/you"), Path("/code")))) == file
