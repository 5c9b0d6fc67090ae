from pathlib import Path

import pytest

from statuswatch.simulate.reading import ScriptError, load

_WHOLE = (Path(__file__).parents[2] / "src/statuswatch/simulate/outages/claude-2025-12-14.toml").read_text()


def _load(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    load(str(path))


def _line(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("status = 529", "status = 200", "fault[0].status: expected an HTTP status of a failure"),
        ("status = 529", 'status = "529"', "fault[0].status: expected an HTTP status, got a string"),
        ("until = 2025-12-14T22:43:00Z", "until = 2025-12-14T20:43:00Z", "fault[0].until: expected a time after from"),
        ("until = 2025-12-14T22:43:00Z", "until = 2025-12-14T22:43:00", "fault[0].until: expected a time with an offset"),
        ('impact = "critical"', 'impact = "awful"', "incident[0].impact: expected one of none, minor"),
        ('stage = "identified"', 'stage = "understood"', "incident[0].post[3].stage: expected one of investigating"),
        ('api = "messages"', 'api = "telepathy"', "provider[0].api: expected one of messages, chat-completions, responses"),
        ('record = "claude-code"', 'record = "diary"', "provider[0].record: expected one of claude-code"),
        ('impact = "critical"', 'impakt = "critical"', "incident[0].impakt: unknown key; did you mean 'impact'"),
        ("at = 2025-12-14T22:46:57Z", "at = 2025-12-14T21:46:57Z", "incident[0].post[3].at: expected a time after the post before it"),
        ("every_s = [60.0, 90.0]", "every_s = [90.0, 60.0]", "habit.every_s: expected the shortest and the longest pause"),
        ("retry_s = [0.559, 1.028]", "retry_s = [0.559, true]", "habit.retry_s[1]: expected seconds with a decimal point, got a boolean"),
        ("answer_s = 2.4", "answer_s = 1e9", "habit.answer_s: expected seconds between 0 and 86400"),
        ('routes = ["anthropic/code:claude-opus-4-5"', 'routes = ["claude opus"', "routes[0]: not a route"),
        ('components = ["rwppv331jlwc"', 'components = ["nowhere"', "incident[0].components[0]: 'nowhere' is no component of 'anthropic'"),
        ("end = 2025-12-14T23:06:00Z", "end = 2025-12-14T20:00:00Z", "end: expected a time after start"),
    ],
)
def test_a_slip_is_named_with_file_line_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in _WHOLE
    broken = _WHOLE.replace(old, new, 1)
    with pytest.raises(ScriptError) as caught:
        _load(tmp_path, broken)
    assert f"mine.toml:{_line(broken, new)}: {message}" in str(caught.value)


@pytest.mark.parametrize(
    ("gone", "message"),
    [
        ("[habit]\n", "unknown key"),
        ('title = "High error rates on many models"\n', "incident[0]: missing key 'title'"),
        ("status = 529\n", "fault[0]: missing key 'status'"),
        ("from = 2025-12-14T21:25:00Z\n", "fault[0]: missing key 'from'"),
        ('path = "/api/v2/incidents.json"\n', "provider[0].feed[1]: missing key 'path'"),
        ("answer_s = 2.4\n", "missing key 'answer_s'"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, gone: str, message: str) -> None:
    assert gone in _WHOLE
    with pytest.raises(ScriptError) as caught:
        _load(tmp_path, _WHOLE.replace(gone, "", 1))
    assert message in str(caught.value)


def test_all_slips_are_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(ScriptError) as caught:
        _load(tmp_path, _WHOLE.replace("status = 529", "status = 1").replace('impact = "critical"', 'impact = "bad"'))
    assert len(str(caught.value).splitlines()) == 2


def test_an_incident_without_posts_is_refused(tmp_path: Path) -> None:
    start, end = _WHOLE.index("[[incident.post]]"), _WHOLE.index("[[fault]]")
    with pytest.raises(ScriptError, match=r"at least one \[\[incident.post\]\]"):
        _load(tmp_path, _WHOLE[:start] + _WHOLE[end:])


def test_what_is_no_toml_and_what_is_not_there_are_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match=r"mine\.toml:1: not TOML"):
        _load(tmp_path, "][")
    with pytest.raises(ScriptError, match="No such file"):
        load(str(tmp_path / "absent.toml"))
    with pytest.raises(ScriptError, match="did you mean 'claude-2025-12-14'"):
        load("claude-2025-12-15")
    with pytest.raises(ScriptError, match=r"there is claude-2025-12-14"):
        load("../../etc/passwd")
