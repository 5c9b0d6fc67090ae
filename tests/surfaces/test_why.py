"""`statuswatch why`: the verdict with its evidence, for the worst trouble, a route or one call."""

import json
from dataclasses import replace

import pytest

from statuswatch.core.health import Confidence
from statuswatch.surfaces import asking
from statuswatch.surfaces.cli import status, why
from support import snapshots
from support.published import publish


def test_without_a_subject_it_explains_the_worst_trouble(capsys):
    publish(snapshots.trouble())

    assert why.run([]) == 1
    out = capsys.readouterr().out
    assert out.startswith("It's them: ")
    for word in ("because", "not you", "do now", "link"):
        assert word in out


def test_a_provider_that_is_watched_as_a_whole_is_named_once(capsys):
    held = snapshots.trouble()
    worst = next(view for view in held.routes if view.route == snapshots.OPUS)
    whole = replace(worst, title=worst.provider_name, verdict=replace(worst.verdict, confidence=Confidence.MEDIUM))
    publish(replace(held, routes=(whole,)))

    assert why.run([]) == 1
    told = capsys.readouterr().out
    assert told.startswith(f"It looks like them: {worst.provider_name}, since ")
    assert status.run([]) == 1
    assert "▲ It looks like them. " in capsys.readouterr().out


@pytest.mark.parametrize("text", [snapshots.HAIKU, "anthropic/code:claude-haiku-4-5", "haiku"])
def test_a_route_is_known_in_any_spelling_and_has_its_own_answer(text, capsys):
    publish(snapshots.trouble())

    assert why.run([text]) == 0
    assert "Claude Haiku 4.5 is fine" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["1", "req_011CW1example", "req_011CW"])
def test_a_call_is_named_by_its_id_or_counted_from_the_newest(text, capsys):
    publish(snapshots.trouble())

    assert why.run([text]) == 1
    out = capsys.readouterr().out
    assert out.startswith("Your call  529 overloaded_error, Claude Code, claude-opus-4.5")
    assert "It's them" in out


def test_an_id_that_two_calls_share_the_start_of_is_no_call():
    held = snapshots.trouble()
    calls = (replace(held.calls[0], request_id="req_aaaa1"), replace(held.calls[2], request_id="req_aaaa2"))
    picture = replace(held, calls=calls)

    assert asking.find_call(picture, "req_aaaa") is None
    assert asking.find_call(picture, "req_aaaa2") == calls[1]
    assert asking.find_call(picture, "req") is None
    assert asking.find_call(picture, "0") is None
    assert asking.find_call(picture, "3") is None
    assert asking.find_call(picture, "") is None


@pytest.mark.parametrize(
    ("picture", "expected"),
    [(snapshots.calm, 0), (snapshots.recovering, 1), (snapshots.yours, 3), (snapshots.not_sure, 4), (snapshots.empty, 4)],
)
def test_the_exit_status_follows_the_verdict(picture, expected, capsys):
    publish(picture())

    assert why.run([]) == expected
    assert capsys.readouterr().out
    assert why.run(["--json"]) == expected
    assert json.loads(capsys.readouterr().out)["exit_status"] == expected


def test_json_is_one_object_with_the_evidence_and_the_call(capsys):
    publish(snapshots.trouble())

    assert why.run(["--json", "1"]) == 1
    out = capsys.readouterr().out
    said = json.loads(out)
    assert out.count("\n") == 1
    assert said["route"] == snapshots.OPUS
    assert (said["side"], said["fault"], said["confidence"], said["health"]) == ("theirs", "provider", "high", "degraded")
    assert said["headline"].startswith("It's them: Anthropic, Claude Opus 4.5")
    assert [fact["kind"] for fact in said["evidence"]] == ["calls_failed", "sibling_ok", "incident", "feeds_answer"]
    assert said["advice"][0]["target"] == snapshots.HAIKU
    assert said["call"]["request_id"] == "req_011CW1example"
    assert said["out_of_date"] is False


def test_an_old_picture_cannot_tell(capsys):
    publish(snapshots.trouble(), seconds=-60)

    assert why.run([]) == 4
    assert "no engine renews it" in capsys.readouterr().out
    assert why.run(["--json"]) == 4
    said = json.loads(capsys.readouterr().out)
    assert said["out_of_date"] is True
    assert said["headline"].startswith("No engine renews this picture")
    assert said["health"] == "degraded"


def test_no_picture_cannot_tell(capsys):
    assert why.run([]) == 4
    assert "no engine runs" in capsys.readouterr().out
    assert why.run(["--json"]) == 4
    said = json.loads(capsys.readouterr().out)
    assert said["exit_status"] == 4
    assert said["evidence"] is None


def test_a_call_whose_route_is_not_watched_has_no_verdict(capsys):
    held = snapshots.trouble()
    publish(replace(held, calls=(snapshots.failed_call(0, route="acme/api:big-1", model="big-1", request_id="req_other"),)))

    assert why.run(["req_other"]) == 4
    assert "is not watched" in capsys.readouterr().out
    assert why.run(["req_other", "--json"]) == 4
    said = json.loads(capsys.readouterr().out)
    assert said["route"] is None
    assert said["call"]["route"] == "acme/api:big-1"


def test_what_is_neither_a_call_nor_a_route_is_usage_and_what_is_not_watched_cannot_tell(capsys):
    publish(snapshots.trouble())

    assert why.run(["no such thing"]) == 2
    assert snapshots.OPUS in capsys.readouterr().err
    assert why.run(["acme/api:big-1"]) == 4
    assert "not watched" in capsys.readouterr().err
    assert why.run(["--nope"]) == 2


def test_hostile_texts_stay_texts(capsys):
    publish(snapshots.hostile())
    for number in range(1, 6):
        why.run([str(number)])
        why.run(["--json", str(number)])
    captured = capsys.readouterr()

    assert not set(captured.out + captured.err) & set("\x1b\x07\x9b\r\u202e\u200b")


def test_a_part_of_several_names_is_answered_with_those_names(capsys):
    publish(snapshots.snapshot(routes=tuple(snapshots.route_view(route) for route in (snapshots.OPUS, snapshots.HAIKU, snapshots.GPT))))

    assert why.run(["claude"]) == 2
    assert f"'claude' is a part of several names: {snapshots.OPUS}, {snapshots.HAIKU}; name one" in capsys.readouterr().err


def test_last_is_the_newest_call_that_failed(capsys):
    held = snapshots.trouble()
    worked = replace(held.calls[0], outcome="ok", request_id="req_worked")
    publish(replace(held, calls=(worked, *held.calls)))

    assert why.run(["last"]) == 1
    assert capsys.readouterr().out.startswith("Your call  529 overloaded_error")
    assert why.run(["--json", "last"]) == 1
    assert json.loads(capsys.readouterr().out)["call"]["request_id"] == "req_011CW1example"


@pytest.mark.parametrize(
    ("calls", "text", "status", "said"),
    [
        (0, "last", 4, "no call of yours was seen yet"),
        (0, "1", 4, "no call of yours was seen yet"),
        (1, "last", 4, "none of the 1 calls that are kept failed"),
        (1, "7", 2, "no call 7: they count from 1, the newest, to 1"),
        (1, "0", 2, "no call 0: they count from 1, the newest, to 1"),
    ],
)
def test_without_such_a_call_nothing_can_be_told_and_a_number_that_is_none_is_a_slip(calls, text, status, said, capsys):
    held = snapshots.trouble()
    worked = replace(held.calls[0], outcome="ok", request_id="req_worked")
    publish(replace(held, calls=(worked,) * calls))

    assert why.run([text]) == status
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", f"statuswatch why: {said}\n")


def test_the_whole_story_fits_ten_lines_of_a_hundred_columns(capsys):
    for picture in (snapshots.trouble, snapshots.yours, snapshots.not_sure, snapshots.recovering, snapshots.calm):
        publish(picture())
        why.run([])
        lines = capsys.readouterr().out.splitlines()
        assert 1 <= len(lines) <= 10
        assert all(len(line) <= 100 for line in lines)
