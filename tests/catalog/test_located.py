"""The locator finds every key that tomllib reads, on the line where it is written."""

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from statuswatch.catalog.located import Document, Problem, lines_of, nearest, read_bytes, read_toml, unknown_key, written

KEYS = st.one_of(st.from_regex(r"[a-z0-9_-]{1,6}", fullmatch=True), st.sampled_from(['"a b"', "'#'", '"="', '"[x]"', '"\\""']))
SCALARS = st.sampled_from(
    ["1", "true", '"a # b"', "'x = 1'", "2020-01-01 00:00:00", "-1.5e3", '"\\"]"', "'''\na\n'b' = 1\n'''", '"""\n[t]\nk = "v" \\\n"""', '""""q""""']
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[ # list\n" + "".join(f"  {item}, # x\n" for item in items) + "]"),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
        st.lists(
            st.tuples(KEYS, SCALARS.filter(lambda text: "\n" not in text)), max_size=3, unique_by=lambda pair: tomllib.loads(f"{pair[0]}=0").popitem()[0]
        ).map(lambda pairs: "{" + ", ".join(f"{key} = {value}" for key, value in pairs) + "}"),
    ),
    max_leaves=6,
)
LINES = st.lists(
    st.one_of(
        st.tuples(KEYS, VALUES).map(lambda pair: f"{pair[0]} = {pair[1]}"),
        KEYS.map(lambda key: f"[{key}]"),
        KEYS.map(lambda key: f"  [[ {key} ]] # many"),
        st.tuples(KEYS, KEYS).map(lambda pair: f"[{pair[0]}.{pair[1]}]"),
        st.tuples(KEYS, KEYS).map(lambda pair: f"{pair[0]} . {pair[1]} = 1"),
        st.sampled_from(["", "# a = 1", "   "]),
    ),
    max_size=8,
).map("\n".join)


def paths_in(value: Any, above: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for key, item in items for path in ((*above, key), *paths_in(item, (*above, key)))]


@given(LINES)
def test_every_key_that_is_read_has_a_line_that_shows_it(text: str) -> None:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = lines_of(text)
    assert set(paths_in(data)) == set(found)
    shown = text.split("\n")
    for path, line in found.items():
        part = path[-1]
        if isinstance(part, str):
            assert part in shown[line - 1] or '\\"' in shown[line - 1]


@given(st.text(alphabet="ab[]{}\"'=.,# \n\\"))
def test_no_text_makes_the_locator_fail(text: str) -> None:
    assert all(1 <= line <= text.count("\n") + 1 for line in lines_of(text).values())


def test_lines_of_a_file_with_everything_in_it() -> None:
    text = 'id = "x"\n\n[[feed]]\nurl = """\n[not.a.table]\n"""\n\n[[feed]]\nlist = [\n  1,\n  { a = 1, b = 2 },\n]\n[feed.sub]\n"quoted key" = 1\na.b = 2\n'
    assert lines_of(text) == {
        ("id",): 1,
        ("feed",): 3,
        ("feed", 0): 3,
        ("feed", 0, "url"): 4,
        ("feed", 1): 8,
        ("feed", 1, "list"): 9,
        ("feed", 1, "list", 0): 10,
        ("feed", 1, "list", 1): 11,
        ("feed", 1, "list", 1, "a"): 11,
        ("feed", 1, "list", 1, "b"): 11,
        ("feed", 1, "sub"): 13,
        ("feed", 1, "sub", "quoted key"): 14,
        ("feed", 1, "sub", "a"): 15,
        ("feed", 1, "sub", "a", "b"): 15,
    }


def test_a_fault_ends_the_scan_and_what_stands_before_it_stays() -> None:
    for fault in ('"\\q" = 1', "b = 'x", "b 1", "= 1", "b = [1 2]", "b = {c = 1", "[b"):
        assert lines_of(f"a = 1\n{fault}\n")[("a",)] == 1


def test_a_key_that_is_not_there_has_the_line_of_the_table_that_lacks_it() -> None:
    document = read_toml("p.toml", "a = 1\n[b]\nc = 2\n")
    assert isinstance(document, Document)
    assert [document.line_of(key) for key in [("b", "missing"), ("missing",), ("b", "c", 4)]] == [2, 1, 3]


def test_a_text_that_is_no_toml_is_one_problem_with_its_line() -> None:
    assert str(read_toml("p.toml", "a = 1\nb = \n")) == "p.toml:2: not TOML: Invalid value"
    assert str(read_toml("p.toml", 'a = """x\n\n')) == "p.toml:3: not TOML: Unterminated string (at end of document)"
    assert str(read_toml("p.toml", "a = " + "[" * 100_000)) == "p.toml:1: not TOML: nested too deeply"
    assert str(read_bytes("p.toml", b"a = 1\nb = '\xff'\n")) == "p.toml:2: not UTF-8"


def test_very_deep_lists_end_the_scan_and_keep_what_was_found_before() -> None:
    assert lines_of("a = 1\nb = " + "[" * 5000)[("a",)] == 1


def test_a_byte_order_mark_is_no_problem() -> None:
    document = read_bytes("p.toml", b"\xef\xbb\xbfa = 1\n")
    assert isinstance(document, Document)
    assert document.data == {"a": 1}


def test_problems_and_keys_read_as_people_write_them() -> None:
    assert str(Problem("f", 3, "feed[1].url", "bad")) == "f:3: feed[1].url: bad"
    assert str(Problem("f", 3, "", "bad")) == "f:3: bad"
    assert written(("feed", 1, "url")) == "feed[1].url"


def test_the_nearest_known_key_is_offered_only_when_it_is_near() -> None:
    assert nearest("page_ur", ["page_url", "name"]) == "page_url"
    assert nearest("zzz", ["page_url", "name"]) is None
    assert unknown_key("zzz", ["b", "a"]) == "unknown key; expected one of a, b"
    assert unknown_key("naem", ["name"]) == "unknown key; did you mean 'name'?"


def test_a_number_of_thousands_of_digits_is_a_problem_and_no_crash() -> None:
    problem = read_toml("x.toml", "a = " + "1" * 5000)
    assert str(problem) == "x.toml:1: a number has too many digits"
