"""One call that two accounts tell of counts once; what a second account adds is kept as of the same request."""

from dataclasses import replace

import pytest

from statuswatch.core.ids import Surface
from statuswatch.core.observation import Call, Diagnosis
from statuswatch.core.tellings import Tellings
from support.facts import OVERLOADED, SERVER, UNCLEAR
from support.facts import call as seen


def call(clock: str, diagnosis: Diagnosis | None = None, **more: object) -> Call:
    return seen(clock, diagnosis=diagnosis, **more).call  # type: ignore[arg-type]


def through(*told: tuple[str, Call]) -> list[Call | None]:
    tellings = Tellings()
    return [tellings.take(account, one) for account, one in told]


@pytest.mark.parametrize("diagnosis", [None, SERVER])
def test_a_second_account_of_a_call_that_adds_nothing_is_dropped(diagnosis: Diagnosis | None) -> None:
    first, second = call("10:00:00", diagnosis, key="a", turn="t"), call("10:00:04", diagnosis, key="b", turn="u")
    assert through(("transcript", first), ("otlp", second)) == [first, None]


def test_two_calls_told_by_two_accounts_are_two_calls() -> None:
    records = [call("10:00:00", SERVER, key="a"), call("10:00:02", SERVER, key="b")]
    exports = [call("10:00:01", SERVER, key="c"), call("10:00:03", SERVER, key="d"), call("10:00:03", SERVER, key="e")]
    kept = through(*(("transcript", one) for one in records), *(("otlp", one) for one in exports))
    assert kept == [*records, None, None, exports[2]]


def test_two_files_of_one_kind_never_tell_of_the_same_call() -> None:
    first, second = call("10:00:00", SERVER, key="a"), call("10:00:00", SERVER, key="b")
    assert through(("transcript", first), ("transcript", second)) == [first, second]


@pytest.mark.parametrize(
    "changed",
    [
        {"client": "codex"},
        {"model": "claude-haiku-4.5"},
        {"provider": "openai"},
        {"at": call("10:00:06").at},
    ],
)
def test_calls_that_differ_are_both_counted(changed: dict[str, object]) -> None:
    first = call("10:00:00", SERVER, key="a")
    second = replace(first, key="b", **changed)  # type: ignore[arg-type]
    assert through(("transcript", first), ("otlp", second)) == [first, second]


def test_a_success_and_a_failure_are_two_calls() -> None:
    first, second = call("10:00:00", SERVER, key="a"), call("10:00:00", key="b")
    assert through(("transcript", first), ("otlp", second)) == [first, second]
    assert through(("transcript", second), ("otlp", first)) == [second, first]


def test_an_account_without_a_model_may_speak_of_any() -> None:
    first = call("10:00:00", SERVER, key="a")
    assert through(("transcript", first), ("otlp", replace(first, key="b", model="*"))) == [first, None]


@pytest.mark.parametrize(("first", "second"), [(UNCLEAR, SERVER), (SERVER, OVERLOADED)])
def test_a_cause_that_the_first_account_did_not_know_is_kept_as_of_the_same_request(first: Diagnosis, second: Diagnosis) -> None:
    one, other = call("10:00:00", first, key="a", turn="t"), call("10:00:01", second, key="b", turn="u")
    assert through(("otlp", one), ("transcript", other)) == [one, replace(other, turn="t")]
    assert through(("transcript", other), ("otlp", one)) == [other, None]


def test_a_client_that_gave_up_is_known_whichever_account_says_so() -> None:
    attempts = [call(f"10:00:{second:02}", SERVER, key=f"a{second}", turn="t", final=False) for second in (10, 12, 14)]
    last = call("10:00:15", SERVER, key="z", turn="u")
    assert through(*(("otlp", one) for one in attempts), ("rollout", last)) == [*attempts, replace(last, turn="t")]


def test_attempts_that_are_told_after_the_last_word_are_of_its_request() -> None:
    last = call("10:00:15", SERVER, key="z", turn="u")
    early, late = call("10:00:01", SERVER, key="a", turn="t", final=False), call("10:00:14", SERVER, key="b", turn="t", final=False)
    assert through(("rollout", last), ("otlp", early), ("otlp", late)) == [last, replace(early, turn="u"), None]


def test_an_attempt_of_long_before_or_after_is_of_another_request() -> None:
    last = call("10:02:00", SERVER, key="z", turn="u")
    for clock in ("10:00:30", "10:02:20"):
        other = call(clock, SERVER, key="a", turn="t", final=False)
        assert through(("rollout", last), ("otlp", other)) == [last, other]


def test_no_more_than_the_last_few_hundred_are_remembered() -> None:
    tellings = Tellings()
    first = call("10:00:00", SERVER, key="a")
    tellings.take("transcript", first)
    for number in range(300):
        tellings.take("transcript", replace(first, key=str(number), model="m"))
    assert tellings.take("otlp", replace(first, key="b")) is not None


def test_what_an_export_says_of_the_surface_holds_for_the_clients_other_records() -> None:
    chat = replace(call("10:00:00", key="a"), surface=Surface.CODE)
    export = replace(call("10:00:01", key="b"), surface=Surface.API)
    later = replace(call("10:05:00", key="c"), surface=Surface.CODE)
    other = replace(later, key="d", client="codex")
    first, same, second, elsewhere = through(("chat", chat), ("otlp", export), ("chat", later), ("chat", other))
    assert (first, same) == (chat, None)
    assert second == replace(later, surface=Surface.API)
    assert elsewhere == other
