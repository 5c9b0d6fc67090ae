"""Looking at fields of data of unknown shape."""

from datetime import UTC, datetime, timedelta

from statuswatch.core.health import Health
from statuswatch.core.incident import Incident, Stage, Update
from statuswatch.sources.fields import Notes, carried, note_order, objects, oldest_first, over_at, prose, stage_now, stage_of, string, word, worst

AT = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


def post(minutes: int, raw: str, stage: Stage = Stage.UNKNOWN, posted: int | None = None) -> Update:
    return Update(AT + timedelta(minutes=minutes), stage, raw, raw, None if posted is None else AT + timedelta(minutes=posted))


def test_notes_are_kept_once_and_at_most_fifty() -> None:
    notes = Notes(["first"])
    for index in range(100):
        notes.add("first")
        notes.add(f"note {index}")

    assert len(notes.sentences) == 50
    assert notes.sentences[:2] == ("first", "note 0")
    assert not notes.lost


def test_a_list_of_more_entries_than_are_read_says_so_and_is_not_whole() -> None:
    notes = Notes()

    assert len(objects({"incidents": [{"id": 1}] * 6_000}, "incidents", notes, needed=True)) == 5_000
    assert notes.lost
    assert notes.sentences == ("incidents has 6000 entries; 5000 were read",)


def test_a_text_is_cut_and_a_number_is_its_digits() -> None:
    holder = {"long": "x" * 1_000, "number": 42, "huge": 1 << 70, "flag": True, "absent": "$undefined", "float": 1.5, "lines": " a\r\nb "}

    assert len(string(holder, "long")) == 400
    assert [string(holder, key) for key in ("number", "huge", "flag", "absent", "float", "missing")] == ["42", "", "", "", "", ""]
    assert prose(holder, "lines") == "a\nb"


def test_an_unknown_word_is_unknown_and_noted_with_escapes_only() -> None:
    notes = Notes()

    assert word({"fine": Health.OK}, "\x1b[2J\u202eFINE", Health.UNKNOWN, "status", notes) is Health.UNKNOWN
    assert word({"fine": Health.OK}, "", Health.UNKNOWN, "status", notes) is Health.UNKNOWN
    assert word({"quite_fine": Health.OK}, " Quite Fine", Health.UNKNOWN, "status", notes) is Health.OK
    assert notes.sentences == ("status '\\x1b[2J\\u202eFINE' is not known", "no status is given")


def test_updates_are_put_in_order_whichever_way_they_are_listed() -> None:
    first, second, third = post(0, "a"), post(5, "b"), post(5, "c")

    assert oldest_first([third, second, first]) == (first, second, third)
    assert oldest_first([first, second, third]) == (first, second, third)
    assert oldest_first([post(5, "late", posted=9), post(5, "early", posted=6)])[0].body == "early"
    assert oldest_first([]) == ()


def test_a_post_without_a_stage_goes_on_with_the_one_before_it() -> None:
    posts = carried([post(0, "Update"), post(1, "identified", Stage.IDENTIFIED), post(2, "update"), post(3, "resolved", Stage.RESOLVED), post(4, "Updated")])

    assert [update.stage for update in posts] == [Stage.UNKNOWN, Stage.IDENTIFIED, Stage.IDENTIFIED, Stage.RESOLVED, Stage.RESOLVED]
    assert stage_of("Update", Notes()) is Stage.UNKNOWN
    assert (stage_now(posts), stage_now(())) == (Stage.RESOLVED, Stage.UNKNOWN)


def test_the_end_is_stated_or_the_first_post_of_the_last_run_of_ends() -> None:
    posts = [post(0, "", Stage.RESOLVED), post(1, "", Stage.IDENTIFIED), post(2, "", Stage.RESOLVED), post(3, "", Stage.POSTMORTEM)]

    assert over_at(Stage.POSTMORTEM, posts, None) == AT + timedelta(minutes=2)
    assert over_at(Stage.RESOLVED, posts, AT) == AT
    assert over_at(Stage.RESOLVED, (), None) is None
    assert over_at(Stage.IDENTIFIED, posts, AT) is None
    assert over_at(Stage.UNKNOWN, posts, AT) == AT


def test_an_end_before_the_start_is_kept_and_noted() -> None:
    notes = Notes()
    odd = Incident("acme", "i1", "", started_at=AT, resolved_at=AT - timedelta(hours=1))

    assert note_order(odd, notes) is odd
    assert note_order(Incident("acme", "i2", "", started_at=AT, resolved_at=AT), notes).id == "i2"
    assert notes.sentences == ("incident 'i1' is resolved before it started",)


def test_unknown_is_worse_than_ok_and_nothing_is_unknown() -> None:
    assert worst([Health.OK, Health.UNKNOWN]) is Health.UNKNOWN
    assert worst([Health.UNKNOWN, Health.DEGRADED, Health.DOWN]) is Health.DOWN
    assert worst([]) is Health.UNKNOWN
