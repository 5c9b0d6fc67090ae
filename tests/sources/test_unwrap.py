import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.sources.envelope import error_status, is_error, key_of
from statuswatch.sources.literal import NotDataError, first, loose, strict, whole
from statuswatch.sources.unwrap import Layer, layers_in_text, layers_of


def codes(layers: list[Layer]) -> list[list[str]]:
    return [[code.text for code in layer.codes] for layer in layers]


def test_the_innermost_error_comes_first() -> None:
    found = layers_of({"type": "error", "error": {"type": "outer", "details": {"error_code": "inner"}}}, 400)
    assert codes(found) == [["inner"], ["outer"]]


def test_siblings_in_a_list_are_one_layer() -> None:
    assert codes(layers_of({"errors": [{"code": "a1"}, {"code": "b1"}]}, 400)) == [["a1", "b1"]]


def test_an_error_as_json_in_a_string_is_entered() -> None:
    found = layers_of({"error": {"message": "m", "metadata": {"raw": json.dumps({"error": {"code": "deep"}})}}}, 502)
    assert codes(found)[0] == ["deep"]
    assert not found[0].told


def test_an_error_inside_a_sentence_is_hearsay() -> None:
    found = layers_of({"error": {"message": 'upstream error: {"error":{"code":"deep"}}', "code": "outer"}}, 500)
    assert [(layer.told, [code.text for code in layer.codes]) for layer in found] == [(True, ["deep"]), (False, ["outer"])]


@pytest.mark.parametrize(
    "message",
    [
        'you wrote: {"error":{"code":"deep"}}',
        'error in prompt: {"error":{"code":"deep"}}',
        'failed on \'x\' with {"error":{"code":"deep"}}',
        "error " + "x" * 300 + '{"error":{"code":"deep"}}',
        "error {",
        'error {"a": }',
    ],
)
def test_what_a_sentence_quotes_is_not_entered(message: str) -> None:
    assert codes(layers_of({"message": message}, 400)) == [[]]


def test_requests_and_answers_are_not_entered() -> None:
    body = {"detail": "m", "body": {"messages": [{"error": {"code": "bad"}}], "type": "bad"}, "request": {"code": "bad"}, "choices": []}
    assert [layer.messages for layer in layers_of(body, 422)] == [["m"]]


def test_of_an_answer_only_its_error_is_entered() -> None:
    body = {
        "type": "response",
        "instructions": "be kind",
        "error": {"code": "deep"},
        "choices": [{"error": {"code": "choice"}, "message": {}}, {"error": None}, 1],
    }
    assert codes(layers_of(body, 200)) == [["choice"], ["deep"]]


def test_a_member_named_like_an_exception_and_a_code_written_as_an_object_are_codes() -> None:
    assert codes(layers_of({"throttlingException": {"message": "m"}}, None))[-1] == ["throttlingException"]
    found = layers_of({"codex_error_info": {"http_failed": {"http_status_code": 502}}}, None)
    assert codes(found)[-1] == ["http_failed"]
    assert found[0].status == 502


def test_numbers_are_statuses_where_they_can_be_and_codes_where_not() -> None:
    (layer,) = layers_of({"code": "429", "error_code": 1300, "errno": True, "status": 10**9, "statusCode": 500}, 429)
    assert (layer.status, [code.text for code in layer.codes]) == (429, ["1300"])


def test_names_beside_the_codes_are_kept() -> None:
    (layer,) = layers_of({"param": "model", "model": "m-1", "request_id": "req_1", "provider_name": "House", "retry_after": 3, "code": "x1"}, 400)
    assert (layer.param, layer.model, layer.request_id, layer.upstream, layer.retry_after_s) == ("model", "m-1", "req_1", "House", 3.0)


def test_a_sentence_where_a_code_stands_is_taken_for_a_code_and_prose_is_not() -> None:
    (layer,) = layers_of({"code": "The service is currently unavailable", "type": "a <b> of {c}", "reason": "because, said she, 42!"}, 503)
    assert [code.text for code in layer.codes] == ["The service is currently unavailable"]
    assert layer.messages == ["because, said she, 42!"]


def test_a_problem_type_is_a_code_by_the_end_of_its_address() -> None:
    (layer,) = layers_of({"type": "https://iana.org/assignments/http-problem-types#quota-exceeded"}, 429)
    assert layer.codes[0].squashed == "quotaexceeded"


def test_a_class_in_front_of_a_message_is_a_code_unless_the_request_was_refused() -> None:
    body = {"error": {"message": "litellm.RateLimitError: slow"}}
    assert [code.text for layer in layers_of(body, 500) for code in layer.codes] == ["RateLimitError"]
    assert [code.text for layer in layers_of(body, 400) for code in layer.codes] == []


def test_javascript_error_names_and_lists_of_sentences_are_read() -> None:
    (layer,) = layers_of({"name": "ThrottlingException", "errors": ["one", "two"], "success": False}, 429)
    assert ([code.text for code in layer.codes], layer.messages) == (["ThrottlingException"], ["one", "two"])


def test_a_body_that_is_no_object_has_no_layers() -> None:
    assert layers_of("error", 500) == layers_of(None, 500) == layers_of([1, 2], 500) == []


def test_very_wide_and_very_deep_bodies_are_read_as_far_as_the_limits() -> None:
    assert layers_of({f"k{n}": {"code": "x1"} for n in range(500)}, 500) == []
    deep: dict[str, object] = {"code": "bottom1"}
    for _ in range(50):
        deep = {"error": deep, "code": "level1"}
    assert all(code.text == "level1" for layer in layers_of(deep, 500) for code in layer.codes)
    wide = {"errors": [{"error": {"code": f"c{n}"}} for n in range(900)]}
    assert sum(len(layer.codes) for layer in layers_of(wide, 500)) <= 400


def test_texts_give_objects_and_classes() -> None:
    found = layers_in_text("openai.RateLimitError: Error code: 429 - {'error': {'code': 'insufficient_quota', 'param': None}}", labels=True)
    assert codes(found) == [["insufficient_quota"], ["RateLimitError"]]
    assert codes(layers_in_text("RateLimitError: x", labels=False)) == [[]]


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ({"error": {"code": 1}}, True),
        ({"error": None}, False),
        ({"errors": []}, False),
        ({"type": "error"}, True),
        ({"object": "error"}, True),
        ({"success": False}, True),
        ({"ok": False}, True),
        ({"type": "response.failed"}, True),
        ({"xxxException": {}}, True),
        ({"base_resp": {"status_code": 0}}, False),
        ({"base_resp": {"status_code": 1}}, True),
        ({"choices": [{"error": {"a": 1}}]}, True),
        ({"code": 429, "message": "m"}, True),
        ({"code": 200, "message": "m"}, False),
        ({"code": 429, "content": []}, False),
        ({"error_code": 18}, True),
        ({"content": "error"}, False),
        ([], False),
        ("error", False),
    ],
)
def test_a_success_is_an_error_by_its_own_fields_only(value: object, wrong: bool) -> None:
    assert is_error(value) is wrong


@pytest.mark.parametrize(
    ("value", "status"), [(429, 429), ("503", 503), (True, None), (200, None), ("42", None), ("abc", None), (429.0, None), (None, None), ("٤٢٩", 429)]
)
def test_only_statuses_of_errors_are_statuses(value: object, status: int | None) -> None:
    assert error_status(value) == status


def test_keys_are_compared_without_case_and_punctuation() -> None:
    assert key_of("errorType") == key_of("error_type") == key_of("Error-Type") == "errortype"
    assert key_of("__type") == "__type"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{'a': None, 'b': True, 'c': [1, -2.5,], 'd': \"it's\"}", {"a": None, "b": True, "c": [1, -2.5], "d": "it's"}),
        ("{ status: 429, error: { type: 'x' }, id: undefined, o: [Object] }", {"status": 429, "error": {"type": "x"}, "id": None, "o": [None]}),
        ("{'a': b'x', 'n': ('y', 1), 'e': 'q\\'q \\x00 \\n \"z\"'}", {"a": "x", "n": ["y", 1], "e": 'q\'q ?00 \n "z"'}),
        ('{"a": "line\nbreak"}', {"a": "line\nbreak"}),
        ('[{"a": 1}]', [{"a": 1}]),
    ],
)
def test_dumps_of_other_languages_are_read(text: str, value: object) -> None:
    assert whole(text) == value


@pytest.mark.parametrize(
    "text", ["", "x", "{'a': ", "{'a': 1]", "{'a' 1}", "{'a': <x>}", "{'a': 1} tail", "}", "{" * 100 + "}" * 100, "[" * 5000, '"word"', "12"]
)
def test_what_is_no_data_is_refused(text: str) -> None:
    with pytest.raises(NotDataError):
        whole(text)


def test_the_first_object_of_a_text_is_found_even_escaped() -> None:
    assert first('x {no} {"a": 1} {"b": 2}') == {"a": 1}
    assert first('said {\\"a\\": 1}') == {"a": 1}
    assert first("x {'a': 1}, more") == {"a": 1}
    with pytest.raises(NotDataError):
        first("nothing")
    with pytest.raises(NotDataError):
        first("{" * 20)


def test_a_closing_bracket_alone_is_no_dump() -> None:
    with pytest.raises(NotDataError):
        loose("]")


def test_numbers_too_long_for_the_reader_are_refused() -> None:
    with pytest.raises(NotDataError):
        strict("9" * 10_000)


@given(st.text(max_size=200) | st.text("{}[]()'\":,\\ abNone01", max_size=60))
def test_no_text_makes_a_reader_raise_anything_else(text: str) -> None:
    for reader in (strict, whole, first, loose):
        try:
            reader(text)
        except NotDataError:
            continue


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text("abcdef_", min_size=1, max_size=6), JSON, max_size=4))
def test_the_python_dump_of_any_object_is_the_object(value: dict[str, object]) -> None:
    """Strings with escapes that JSON has no word for become question marks, so only plain ones are compared."""
    text = repr(value)
    if "\\" not in text:
        assert whole(text) == value
