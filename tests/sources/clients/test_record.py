"""Single facts out of untrusted JSON: right where they are right, None everywhere else."""

from datetime import UTC, datetime

import pytest

from statuswatch.sources.clients import record

_NO_OBJECTS = {
    "empty": b"",
    "list": b"[1]",
    "number": b"7",
    "cut": b"{",
    "text": b'"x"',
    "binary": b"\xff\xfe",
    "deep list": b"[" * 200_000,
    "deep object": b'{"a":' * 200_000,
    "long number": b'{"a":' + b"9" * 5000 + b"}",
    "long": b" " * (record.LINE_CAP + 1),
}


@pytest.mark.parametrize("data", _NO_OBJECTS.values(), ids=_NO_OBJECTS)
def test_what_is_no_object_loads_as_nothing(data: bytes) -> None:
    assert record.load(data) is None


def test_an_object_loads() -> None:
    assert record.load(b'{"a": {"b": 1}}') == {"a": {"b": 1}}
    assert record.sub({"a": {"b": 1}}, "a", "b") == 1
    assert record.sub({"a": [1]}, "a", "b") is None
    assert record.sub(None, "a") is None


def test_text_takes_the_first_name_with_words_and_cuts_it() -> None:
    assert record.text({"a": "", "b": "  ", "c": "x"}, "a", "b", "c") == "x"
    assert record.text({"a": 1}, "a") is None
    assert len(record.text({"a": "y" * 100_000}, "a") or "") == 8192


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (529, 529),
        ("529", 529),
        (529.0, 529),
        (529.5, None),
        (True, None),
        ("undefined", None),
        ("²", None),
        (None, None),
        ([529], None),
        (float("inf"), None),
        ("9" * 400, None),
    ],
)
def test_a_number_is_a_number_in_any_spelling_of_the_clients(value: object, expected: int | None) -> None:
    assert record.number({"a": value}, "a") == expected


def test_a_status_is_one_of_http() -> None:
    assert [record.status({"a": value}, "a") for value in (99, 100, 599, 600, -1)] == [None, 100, 599, None, None]


def test_a_duration_is_one_that_a_call_can_take() -> None:
    assert [record.millis({"a": value}, "a") for value in (5, 0.5, -1, True, "5", 1e9, float("nan"))] == [5.0, 0.5, None, None, None, None, None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-01T10:00:00Z", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01T11:00:00.500+01:00", datetime(2026, 3, 1, 10, 0, 0, 500_000, tzinfo=UTC)),
        (1772359200, datetime(2026, 3, 1, 10, tzinfo=UTC)),
        (1772359200000, datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("1772359200000000000", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01T10:00:00", None),
        ("1970-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-12:00", None),
        (1e300, None),
        (float("nan"), None),
        (True, None),
        ("soon", None),
        ("²", None),
        (None, None),
        (0, None),
    ],
)
def test_a_time_is_read_in_every_unit_and_never_guessed(value: object, expected: datetime | None) -> None:
    assert record.moment(value) == expected
    assert record.time({"x": None, "y": value}, "x", "y") == expected


@pytest.mark.parametrize("value", ["req_011CabcDEF", "overloaded_error", "ENOTFOUND", "8f0-FRA", "invalid_api_key"])
def test_plain_identifiers_are_kept(value: str) -> None:
    assert record.identifier(value) == value


@pytest.mark.parametrize(
    "value", ["sk-ant-api03-abc123", "ghp_16C7e42F292c6912E7", "AKIAIOSFODNN7EXAMPLE", "two words", "x" * 81, "", 7, None, "my-password", "a\nb", "Bearer-1"]
)
def test_secrets_and_sentences_are_no_identifiers(value: object) -> None:
    assert record.identifier(value) is None


@pytest.mark.parametrize("value", ["claude-opus-4-5-20251101", "gpt-5.1-codex", "anthropic/claude-opus-4.5", "claude-opus-4-5[1m]", "claude-opus-4-5@20251101"])
def test_model_ids_of_any_vendor_are_kept(value: str) -> None:
    assert record.model_id(value) == value


@pytest.mark.parametrize("value", ["<synthetic>", "", "sk-ant-api03-abc123", "a" * 200, "A" * 40, "please fix the bug in my parser now", 7, None, "x\x1b[31m"])
def test_what_no_model_is_called_is_left_out(value: object) -> None:
    assert record.model_id(value) is None


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/home/ada/engine", "engine"),
        ("/home/ada/engine/", "engine"),
        ("C:\\Users\\ada\\engine", "engine"),
        ("/home/ada/\x1b[31mred\x07", "[31mred"),
        ("/home/ada/$(rm -rf)`x`<b>", "(rm -rf)xb"),
        ("/x/" + "n" * 80, "n" * 40),
        ("/", None),
        ("", None),
        (7, None),
        ("/home/ada/sk-ant-api03-abc123", None),
        ("/home/ada/\u202egnp", "gnp"),
    ],
)
def test_a_project_is_the_last_folder_printable_and_short(path: object, label: str | None) -> None:
    assert record.project_of(path) == label


def test_a_digest_tells_apart_and_repeats() -> None:
    assert record.digest("a", 1) == record.digest("a", 1) != record.digest("a", 2)
    assert record.digest("ab", "c") != record.digest("a", "bc")
    assert len(record.digest("\ud800")) == 24
