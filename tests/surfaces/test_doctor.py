"""`statuswatch doctor`: each section says what is so, whether that is fine and what to do; and it starts nothing."""

import json
import socket
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from statuswatch.app import doctor as app
from statuswatch.config import paths
from statuswatch.config.consent import save_consent
from statuswatch.core.health import FeedState
from statuswatch.core.schedule import DueReason
from statuswatch.core.snapshot import PollView, SourceView
from statuswatch.engine.fetch import _error_words
from statuswatch.surfaces.cli import doctor
from statuswatch.surfaces.cli.checkup import NAMELESS
from statuswatch.surfaces.client import wall_clock
from support import snapshots
from support.published import Engine, publish

_WORKS = (("desktop", True, "dunst shows pop-ups, with buttons"),)


def examine(capsys, *argv, ways=_WORKS):
    capsys.readouterr()
    status = doctor.run(list(argv), lambda: ways)
    return status, capsys.readouterr().out


def found(capsys, ways=_WORKS):
    status, out = examine(capsys, "--json", ways=ways)
    rows = [json.loads(line) for line in out.splitlines()]
    return status, {section: [row for row in rows if row["section"] == section] for section in {row["section"] for row in rows}}


def calm(**polling):
    """A picture of two fresh feeds, read just now."""
    now = wall_clock().replace(microsecond=0)
    poll = PollView("status.example", 304, now - timedelta(seconds=40), etag=True, slot=17, budget_left=9, format="statuspage-summary", **polling)
    feed = snapshots.feed_view(polling=poll, as_of=now - timedelta(seconds=64), last_ok=now - timedelta(seconds=40), next_at=now + timedelta(seconds=500))
    return snapshots.snapshot(at=now, feeds=(feed, replace(feed, name="openai", provider="openai", next_reason="idle")))


def test_where_all_is_well_there_is_no_problem_and_every_section_is_there(capsys):
    with Engine() as engine:
        engine.show(calm())
        status, sections = found(capsys)
    assert status == 0
    assert set(sections) == {"places", "engine", "own calls", "feeds", "notices", "shell prompt", "clock"}
    assert {row["state"] for name, rows in sections.items() for row in rows if name != "clock"} == {"ok"}
    assert sections["clock"][0]["state"] == "unknown"  # two pages are too few to tell the time by
    assert "2 of 2 fresh" in sections["feeds"][0]["text"]


def test_without_an_engine_it_says_how_to_start_one_and_starts_none(capsys):
    status, sections = found(capsys)
    assert status == 1
    assert (sections["engine"][0]["state"], sections["engine"][0]["remedy"]) == ("problem", "statuswatch engine start")
    assert sections["shell prompt"][0]["state"] == "ok"  # nothing to show is right while nothing runs
    assert not Path(paths.socket_file()).exists()
    assert not Path(paths.state_dir()).exists()


def test_an_engine_of_another_version_is_to_be_restarted(capsys, monkeypatch):
    with Engine() as engine:
        engine.show(calm())
        monkeypatch.setattr("statuswatch.surfaces.cli.checkup.__version__", "9.9.9")
        _, sections = found(capsys)
    assert sections["engine"][0]["state"] == "problem"
    assert "9.9.9" in sections["engine"][0]["text"]


def test_what_the_engine_has_trouble_with_is_a_problem_each(capsys):
    with Engine() as engine:
        engine.show(replace(calm(), problems=("store: the disk is full\x1b[2J",), delivery=("desktop: nobody shows pop-ups",)))
        status, sections = found(capsys)
    assert status == 1
    assert [row["text"] for row in sections["engine"] if row["state"] == "problem"] == ["store: the disk is full"]
    assert sections["notices"][-1]["state"] == "problem"


def test_an_engine_whose_picture_is_old_is_a_problem(capsys):
    with Engine() as engine:
        engine.show(calm(), seconds=-5)
        _, sections = found(capsys)
    assert "out of date" in sections["engine"][-1]["text"]
    assert sections["shell prompt"][0]["state"] == "problem"


def test_feeds_that_cannot_be_believed_are_problems_with_what_was_wrong(capsys):
    picture = calm()
    first, second = picture.feeds
    moved = replace(second, polling=replace(second.polling, moved=True, format="incidentio"))
    with Engine() as engine:
        engine.show(replace(picture, feeds=(replace(first, state=FeedState.BLOCKED, detail="answered 403"), moved, replace(first, name="new", state=None))))
        status, sections = found(capsys)
    texts = {row["text"]: row for row in sections["feeds"]}
    assert status == 1
    assert any("answered 403" in text and row["state"] == "problem" for text, row in texts.items())
    assert any("read as incidentio" in text and row["state"] == "ok" and "providers add" in row["remedy"] for text, row in texts.items())
    assert texts["new: not read yet"]["state"] == "unknown"


def test_pages_whose_names_cannot_be_resolved_are_one_problem_with_one_remedy(capsys):
    picture = calm()
    gone = replace(picture.feeds[0], state=FeedState.UNREACHABLE, next_reason="backoff", detail=f"{picture.feeds[0].url}: {NAMELESS}")
    refused = replace(gone, name="refused", detail=f"{gone.url}: connection refused")
    with Engine() as engine:
        engine.show(replace(picture, feeds=(gone, replace(gone, name="second"), refused)))
        status, sections = found(capsys)
        page = examine(capsys, "--polling")[1]
        engine.show(replace(picture, feeds=(gone, refused)))
        alone = found(capsys)[1]["feeds"]
    assert status == 1
    assert sections["feeds"][0]["text"].partition(" (DNS)")[0] == "2 pages: their names cannot be resolved"
    assert sections["feeds"][0]["text"].endswith(": anthropic, second")
    assert all(word in sections["feeds"][0]["remedy"] for word in ("network", "VPN", "DNS", "proxy"))
    assert len(sections["feeds"]) == 2  # and the one that refuses
    assert any(row["text"].endswith(NAMELESS) for row in alone)  # a page of its own may be gone for a reason of its own
    assert page.count("its name cannot be resolved (DNS)") == 2
    assert "connection refused" in page


def test_the_sentence_of_a_page_without_a_name_is_the_engines_own():
    assert _error_words(socket.gaierror(-2, "Name or service not known")) == NAMELESS


@pytest.mark.parametrize("reason", list(DueReason))
@pytest.mark.parametrize("width", [100, 160])
def test_no_reason_is_cut_in_the_table(capsys, monkeypatch, reason, width):
    monkeypatch.setenv("COLUMNS", str(width))
    picture = calm(failures=2, host_failures=1)
    long = replace(
        picture.feeds[0], name="an-id-as-long-as-they-come", next_reason=reason.value, detail="a detail that is much longer than the column has room for"
    )
    with Engine() as engine:
        engine.show(replace(picture, feeds=(long,)))
        page = examine(capsys, "--polling")[1]
    assert doctor._reason(long) in page
    assert len(doctor._reason(long)) <= 36


def test_no_feed_at_all_is_a_problem(capsys):
    with Engine() as engine:
        engine.show(replace(calm(), feeds=()))
        _, sections = found(capsys)
    assert sections["feeds"][0]["state"] == "problem"


@pytest.mark.parametrize(("offset", "state"), [(None, "unknown"), (-2.0, "ok"), (29.0, "ok"), (95.0, "problem"), (-7200.0, "problem")])
def test_a_clock_that_is_off_by_half_a_minute_is_a_problem(capsys, offset, state):
    picture = calm()
    with Engine() as engine:
        engine.show(replace(picture, engine=replace(picture.engine, clock_offset_s=offset)))
        _, sections = found(capsys)
    assert sections["clock"][0]["state"] == state


@pytest.mark.parametrize("line", ["", "2\t9999999999\tok\t", "1\tsoon\tok\t"])
def test_a_prompt_line_of_another_form_is_a_problem(capsys, line):
    with Engine() as engine:
        engine.show(calm())
        Path(paths.prompt_file()).write_text(line + "\n", encoding="utf-8")
        _, sections = found(capsys)
    assert sections["shell prompt"][0]["state"] == "problem"


def test_a_missing_prompt_line_is_a_problem_where_an_engine_runs(capsys):
    with Engine() as engine:
        engine.show(calm())
        Path(paths.prompt_file()).unlink()
        _, sections = found(capsys)
    assert sections["shell prompt"][0]["state"] == "problem"


def test_places_that_are_open_to_others_or_no_folders_are_problems(capsys):
    state, settings = Path(paths.state_dir()), Path(paths.config_dir())
    state.mkdir(parents=True, mode=0o700)
    state.chmod(0o755)
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text("a file", encoding="utf-8")
    _, sections = found(capsys)
    remedies = {row["remedy"] for row in sections["places"] if row["state"] == "problem"}
    assert {f"chmod 700 {state}", "move it away"} <= remedies


def test_places_that_could_not_be_made_are_problems_and_none_is_made_to_find_out(capsys, monkeypatch, tmp_path):
    def said(home):
        monkeypatch.setenv("STATUSWATCH_HOME", str(home))
        _, sections = found(capsys)
        return {row["text"].partition(": ")[0]: (row["state"], row["text"]) for row in sections["places"]}

    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    (tmp_path / "dangling").symlink_to("nowhere")
    for home in (tmp_path / "file/below", tmp_path / "dangling/below"):
        assert {state for state, _ in said(home).values()} == {"problem"}
    if Path("/proc").is_mount():
        assert all(text.endswith(("keeps no files", "cannot be written")) for _, text in said("/proc/statuswatch").values())
    assert {state for state, _ in said(tmp_path / "new/home").values()} == {"ok"}
    assert not (tmp_path / "new").exists()


def test_a_place_that_cannot_be_used_is_one_problem_and_the_rest_is_still_said(capsys, monkeypatch):
    monkeypatch.setenv("STATUSWATCH_HOME", "relative")
    status, out = examine(capsys, "--json")
    assert status == 1
    assert "absolute" in out
    assert "there is no usable place" in examine(capsys)[1]


def test_mistakes_in_the_settings_and_in_the_answers_are_problems(capsys):
    folder = Path(paths.ensure_private(paths.config_dir()))
    (folder / "config.toml").write_text("[pol]\n", encoding="utf-8")
    (folder / "sources.toml").write_text("[sources]\nclaude-code = 1\n", encoding="utf-8")
    _, sections = found(capsys)
    assert any("settings have a mistake" in row["text"] for row in sections["places"])
    assert sections["own calls"][0]["state"] == "problem"


def test_whose_records_are_read_and_who_was_not_asked_about(capsys):
    (Path.home() / ".codex" / "sessions").mkdir(parents=True)
    (Path.home() / ".claude" / "projects").mkdir(parents=True)
    paths.ensure_private(paths.config_dir())
    save_consent(paths.sources_file(), {"codex": True})
    call = replace(snapshots.call_view(), at=wall_clock().replace(microsecond=0))
    source = SourceView("codex", "Codex", "/somewhere", enabled=True, asked=True, note="may not be read")
    with Engine() as engine:
        engine.show(replace(calm(), sources=(source,), calls=(call,)))
        _, sections = found(capsys)
    texts = [row["text"] for row in sections["own calls"]]
    assert texts[0] == "read: codex"
    assert "claude-code" in texts[1]
    assert any("may not be read" in row["text"] and row["state"] == "problem" for row in sections["own calls"])
    assert any("the last one came" in text for text in texts)


def test_a_way_that_does_not_work_says_what_to_do(capsys):
    _, sections = found(capsys, ways=(("desktop", False, "nobody shows notifications; start dunst"),))
    assert sections["notices"][0] == {"section": "notices", "state": "problem", "text": "desktop: nobody shows notifications", "remedy": "start dunst"}


def test_the_real_ways_are_looked_at_and_none_is_started():
    assert [(name, works) for name, works, _ in app.ways()] == [("desktop", False), ("terminal", False)]  # no bus and no tmux in a test
    assert app.run(["--json"]) == 1


def test_the_page_for_people_counts_problems(capsys):
    status, out = examine(capsys)
    assert status == 1
    assert out.startswith("places\n")
    assert "  problem  none answers" in out
    assert out.rstrip().endswith("problems.")
    with Engine() as engine:
        engine.show(calm())
        assert examine(capsys)[1].rstrip().endswith("No problems.")


def test_polling_says_for_each_feed_when_and_why(capsys):
    with Engine() as engine:
        engine.show(calm(failures=2, host_failures=1))
        status, out = examine(capsys, "--polling", "--json")
        rows = [json.loads(line) for line in out.splitlines()]
        text = examine(capsys, "--polling")[1]
    assert status == 0
    row = rows[0]
    assert (row["feed"], row["host"], row["reason"], row["because"]) == ("anthropic", "status.example", "watched", "somebody looks")
    assert (row["status"], row["etag"], row["failures"], row["host_failures"]) == (304, True, 2, 1)
    assert (row["slot"], row["slots"], row["budget_left"], row["budget"]) == (17, 60, 9, 10)
    assert 400 < row["due_in_s"] <= 500
    assert 60 <= row["age_s"] < 600
    lines = text.splitlines()
    assert lines[0].split()[:7] == ["feed", "next", "because", "read", "answered", "age", "failed"]
    assert lines[1].startswith("anthropic  ")
    assert "2, host 1" in lines[1]
    assert "somebody looks" in lines[1]
    assert "you made no" in lines[2]
    assert all(len(line) <= 100 for line in lines)


@pytest.mark.parametrize("width", [40, 60, 80, 120, 250])
def test_polling_keeps_to_the_width(width, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    with Engine() as engine:
        engine.show(calm(failures=2, host_failures=1))
        text = examine(capsys, "--polling")[1]
    assert max(map(len, text.splitlines())) <= width
    assert "anthropic" in text
    assert "somebody looks" in text
    if width == 250:
        for words in ("304, ", "changes", "9 of 10", "17/60", "status.example"):
            assert words in text


def test_in_a_simulation_ages_are_counted_by_its_clock(capsys):
    picture = calm()
    long_ago = replace(snapshots.trouble(), at=snapshots.NOW, feeds=snapshots.trouble().feeds)
    with Engine() as engine:
        engine.show(replace(long_ago, engine=replace(picture.engine, simulated="claude-2025-12-14")))
        _, sections = found(capsys)
    told = " ".join(row["text"] for rows in sections.values() for row in rows)
    assert "d ago" not in told
    assert "pages only" not in told
    assert "the calls are those of the simulation" in told
    assert not any(word.endswith("d") and word[:-1].isdigit() for word in told.split())
    assert (sections["clock"][0]["state"], "simulation" in sections["clock"][0]["text"]) == ("unknown", True)


def test_polling_of_feeds_that_were_not_read_yet_or_moved(capsys):
    picture = calm(moved=True)
    first, second = picture.feeds
    unread = replace(second, polling=PollView("status.example"), state=None, next_at=None, next_reason="", as_of=None)
    silent = replace(first, name="silent", polling=replace(first.polling, status=None, etag=False), next_at=first.next_at - timedelta(hours=1))
    with Engine() as engine:
        engine.show(replace(picture, feeds=(first, unread, silent)))
        text = examine(capsys, "--polling")[1]
        rows = [json.loads(line) for line in examine(capsys, "--polling", "--json")[1].splitlines()]
        engine.show(replace(picture, feeds=()))
        none = examine(capsys, "--polling")[1]
    assert "anthropic is read as statuspage-summary, which the provider's file does not say." in " ".join(text.split())
    assert "not polled" in text
    assert [line.split()[1] for line in text.splitlines() if line.startswith("silent  ")] == ["now"]
    assert "nothing, " in text
    assert [row["due_at"] is None for row in rows] == [False, False, True]
    assert none.startswith("No feed is polled")


def test_polling_without_an_engine_is_a_problem(capsys):
    publish(calm(), seconds=-5)
    assert doctor.run(["--polling"], lambda: _WORKS) == 1
    assert "statuswatch engine start" in capsys.readouterr().err


def test_every_reason_has_words_and_one_of_a_newer_engine_is_shown_as_it_is():
    assert set(doctor.BECAUSE) == set(DueReason)
    assert doctor.because("tides\x1b[2J") == "tides"


def test_wrong_usage_is_told():
    assert doctor.run(["--pulling"], lambda: _WORKS) == 2
    assert doctor.run(["--help"], lambda: _WORKS) == 0
