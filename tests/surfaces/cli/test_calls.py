"""`statuswatch calls`: which calls, whose fault, how sure, why."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from statuswatch.core.health import SIDES, Fault
from statuswatch.core.snapshot import CALLS_SHOWN
from statuswatch.surfaces.cli import calls
from statuswatch.surfaces.cli.calls import instant, since_words
from statuswatch.surfaces.present_calls import side_of, whose
from support import snapshots
from support.published import publish

NOW = snapshots.NOW


def shown(*given: object) -> None:
    """A picture with these calls, whose clock stands still."""
    picture = snapshots.trouble()
    publish(replace(picture, calls=given or picture.calls, engine=replace(picture.engine, simulated="test")))


def rows(capsys: pytest.CaptureFixture[str], *argv: str) -> list[dict[str, object]]:
    assert calls.run([*argv, "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


CALLS = (
    snapshots.failed_call(1, reason="overload code", request_id="req_1"),
    snapshots.call_view(5),
    snapshots.failed_call(90, fault="quota", status=429, code="rate_limit_error", confidence="high", reason="limit reached"),
    snapshots.call_view(60 * 30),
)


def test_every_call_has_the_number_that_why_takes_and_its_side(capsys: pytest.CaptureFixture[str]) -> None:
    shown(*CALLS)
    told = rows(capsys)
    assert [(row["number"], row["outcome"], row["side"]) for row in told] == [(1, "failed", "theirs"), (2, "ok", None), (3, "failed", "yours"), (4, "ok", None)]
    assert told[0]["reason"] == "overload code"


@pytest.mark.parametrize(
    ("argv", "numbers"),
    [
        (["--failed"], [1, 3]),
        (["--since", "10m"], [1, 2]),
        (["--since", "2h", "--failed"], [1, 3]),
        (["--since", "21:45"], [1]),
        (["--since", "2025-12-14T20:00:00Z"], [1, 2, 3]),
        (["--route", "opus"], [1, 3]),
        (["--route", "anthropic/code:claude-haiku-4-5-20251001"], [2, 4]),
        (["--route", "anthropic:*"], [1, 2, 3, 4]),
        (["--route", "openai/api:gpt-5.5"], []),
        (["--since", "0s"], []),
    ],
)
def test_only_those_that_are_asked_for_are_shown(argv: list[str], numbers: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    shown(*CALLS)
    assert [row["number"] for row in rows(capsys, *argv)] == numbers


def test_the_page_says_whose_fault_how_sure_and_why(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    shown(*CALLS)
    assert calls.run([]) == 0
    page = capsys.readouterr().out
    first = next(line for line in page.splitlines() if "529" in line)
    assert "theirs: provider" in first
    assert "overload code" in first
    assert "yours: quota" in page
    assert "4 calls, 2 failed. statuswatch why NUMBER tells more about one." in page


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 250])
def test_no_line_is_wider_than_the_screen_and_age_and_answer_are_always_there(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    shown(*CALLS)
    assert calls.run([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    if width < 60:  # a line a call, without a heading
        assert [line.split()[:3] for line in lines if line[:1].isdigit() and "calls," not in line] == [
            ["1", "1m", "529"],
            ["2", "5m", "200"],
            ["3", "1h30m", "429"],
            ["4", "30h", "200"],
        ]
        return
    heading = next(line for line in lines if "answer" in line)
    assert "age" in heading.split()


def test_without_a_call_and_without_a_picture_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert calls.run([]) == 4
    assert "statuswatch engine start" in capsys.readouterr().err
    picture = snapshots.empty()
    publish(replace(picture, engine=replace(picture.engine, simulated="test")))
    assert calls.run([]) == 0
    assert "No call of yours was seen yet; statuswatch sources" in capsys.readouterr().out
    shown(*CALLS)
    assert calls.run(["--since", "0s"]) == 0
    assert "No such call among the 4 newest of yours." in capsys.readouterr().out


@pytest.mark.parametrize(("count", "said"), [(CALLS_SHOWN, True), (CALLS_SHOWN - 1, False)])
def test_that_older_calls_may_be_left_out_is_said_where_they_may_be(
    count: int, said: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    shown(*(snapshots.call_view(minute) for minute in range(count)))
    sentence = f"At most the {CALLS_SHOWN} newest are looked at; older ones, if there are any,"
    for argv in ([], ["--failed"], ["--json"]):
        assert calls.run(argv) == 0
        out = capsys.readouterr()
        assert (sentence in out.err if argv == ["--json"] else sentence in out.out) is said
        assert argv != ["--json"] or len(out.out.splitlines()) == count


def test_a_pause_in_the_midst_of_an_answer_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    shown(snapshots.call_view(1, stall_ms=31_400.0))
    assert [row["stall_ms"] for row in rows(capsys)] == [31_400.0]


def test_a_route_that_means_nothing_is_a_slip(capsys: pytest.CaptureFixture[str]) -> None:
    shown(*CALLS)
    assert calls.run(["--route", "quasar"]) == 2
    assert "calls were seen over: anthropic/code:claude-haiku-4.5, anthropic/code:claude-opus-4.5" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "m", "-5m", "5y", "25:00", "14:60", "tomorrow", "2026-01-01", "2026-01-01T12:00:00", "٣m", "99999999999m"])
def test_a_time_of_no_known_form_is_usage(text: str) -> None:
    shown(*CALLS)
    assert calls.run([f"--since={text}"]) == 2


def test_a_clock_time_is_the_newest_such_time() -> None:
    now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    assert instant("11:59", now) == now - timedelta(minutes=1)
    assert instant("12:01", now) == now - timedelta(hours=23, minutes=59)
    assert instant(since_words("400d"), now) == now - timedelta(days=366)


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_is_said_on_its_side(fault: Fault) -> None:
    call = snapshots.failed_call(1, fault=fault.value)
    assert side_of(call) is SIDES[fault]
    assert whose(call).startswith({"theirs": "theirs: ", "yours": "yours: ", "undecided": "not sure"}[SIDES[fault].value])


def test_a_fault_of_a_newer_engine_is_not_sure() -> None:
    call = snapshots.failed_call(1, fault="tides")
    assert (side_of(call), whose(call)) == (None, "not sure")


def test_the_routes_of_calls_are_named_as_they_are_watched(capsys: pytest.CaptureFixture[str]) -> None:
    watched = snapshots.route_view("anthropic/code:claude-opus-4-5", title="Claude Opus 4.5")
    publish(snapshots.snapshot(routes=(watched,), calls=CALLS))
    assert calls.run(["--route", "quasar"]) == 2
    assert "calls were seen over: anthropic/code:claude-haiku-4.5, anthropic/code:claude-opus-4-5" in capsys.readouterr().err
