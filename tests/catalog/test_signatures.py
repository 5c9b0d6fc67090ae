from pathlib import Path

import pytest

from statuswatch.catalog.loader import load
from statuswatch.catalog.signatures import builtin_signatures, lint_providers, load_signatures, signatures_from
from statuswatch.core.health import Confidence, Fault
from statuswatch.core.signatures import Phrase, Stage, spaced, squash, tokens_of

ROW = """
stage = "named"
[[row]]
id = "one"
codes = ["a_code"]
fault = "quota"
confidence = "medium"
reason = "quota"
source = "a page"
"""


def problems_of(text: str) -> list[str]:
    return [str(problem) for problem in signatures_from({"x.toml": text})[1]]


def test_the_shipped_table_has_no_problem_and_names_only_known_providers() -> None:
    table, problems = load_signatures()
    assert problems == ()
    assert lint_providers(table, load(None, ()).knowledge.providers) == ()
    assert builtin_signatures() == table
    assert set(table.rows) == set(Stage)


def test_every_shipped_row_says_where_its_fact_comes_from() -> None:
    rows = [row for rows in builtin_signatures().rows.values() for row in rows]
    assert len({row.id for row in rows}) == len(rows)
    assert all(len(row.source) > 10 for row in rows)


def test_no_shipped_row_is_sure_of_the_other_side_on_first_sight() -> None:
    """One failure is never proof of an outage: high confidence against a provider needs repetition, which one answer cannot show."""
    for rows in builtin_signatures().rows.values():
        for row in rows:
            assert not (row.fault in (Fault.PROVIDER, Fault.EDGE) and row.confidence is Confidence.HIGH), row.id
            assert not (row.fault is Fault.UNKNOWN and row.confidence is not Confidence.LOW), row.id


def test_a_users_rows_are_asked_before_the_shipped_ones(tmp_path: Path) -> None:
    folder = tmp_path / "signatures"
    folder.mkdir()
    (folder / "mine.toml").write_text(ROW)
    table, problems = load_signatures(tmp_path)
    assert problems == ()
    assert table.rows[Stage.NAMED][0].id == "one"
    assert len(table.rows[Stage.NAMED]) == len(builtin_signatures().rows[Stage.NAMED]) + 1


def test_a_file_that_cannot_be_read_is_a_problem_and_the_rest_is_used(tmp_path: Path) -> None:
    (tmp_path / "signatures" / "folder.toml").mkdir(parents=True)
    (tmp_path / "signatures" / "bytes.toml").write_bytes(b"\xff\xfe")
    table, problems = load_signatures(tmp_path)
    assert [problem.message for problem in problems] == ["not UTF-8", "cannot be read: Is a directory"]
    assert table.rows == builtin_signatures().rows


def test_all_conditions_of_a_row_are_read() -> None:
    text = ROW + (
        'means = ["rate limit !upstream"]\nstatus = [429, "5xx", "520-527", "none"]\nproviders = ["openai"]\nheaders = { "x-*" = "0|none*", server = "*" }\n'
        'without = ["via"]\nshape = ["json"]\n'
        'wording = ["limit"]\npaths = ["/v1/"]\nplace = "local"\nparam = ["model"]\nexplicit = false\n'
    )
    table, problems = signatures_from({"x.toml": text})
    assert problems == ()
    (row,) = table.rows[Stage.NAMED]
    when = row.when
    assert when.codes == {"acode"}
    assert when.means == (Phrase((" rate", " limit"), (" upstream",)),)
    assert when.statuses == ((429, 429), (500, 599), (520, 527))
    assert when.no_status
    assert [(test.name, test.pattern is None, test.values is None) for test in when.headers] == [("x-*", False, False), ("server", True, True)]
    assert when.wording is not None
    assert when.wording.search("the LIMIT")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("fault", '"quotas"'), "x.toml:6: row[0].fault: did you mean 'quota'?"),
        (("fault", '"zzz"'), "expected one of provider, edge"),
        (("confidence", '"hi"'), "row[0].confidence"),
        (("reason", '""'), "x.toml:8: row[0].reason: expected a text"),
        (("codes", '"a"'), "row[0].codes: expected a list of texts"),
        (("codes", '["error"]'), "says nothing without the word error: 'error'"),
        (("codes", '["a_code", "aCodeError"]'), "'aCodeError' and 'a_code' are one code"),
        (("means", '["!only"]'), "expected stems like"),
        (("means", '["Big"]'), "expected stems like"),
        (("status", "[42]"), "got 42"),
        (("status", "[true]"), "got True"),
        (("status", '["6xx"]'), "got '6xx'"),
        (("providers", '["Open AI"]'), "not an id in lower case: 'Open AI'"),
        (("headers", '["a"]'), "expected header names with values"),
        (("shape", '["xml"]'), "expected one of json, html"),
        (("place", '"here"'), "expected one of local, remote"),
        (("wording", '["("]'), "not a pattern: '('"),
        (("explicit", '"yes"'), "expected true or false"),
        (("colour", '"red"'), "row[0].colour: unknown key"),
        (("cods", '["a"]'), "did you mean 'codes'?"),
    ],
)
def test_a_wrong_value_is_named_with_file_line_and_key(change: tuple[str, str], said: str) -> None:
    key, value = change
    lines = [line for line in ROW.splitlines() if not line.startswith(f"{key} =")]
    at = next((index for index, line in enumerate(ROW.splitlines()) if line.startswith(f"{key} =")), len(lines))
    lines.insert(at, f"{key} = {value}")
    problems = problems_of("\n".join(lines))
    assert len(problems) == 1
    assert said in problems[0]


def test_a_missing_value_is_a_problem_and_the_row_is_left_out() -> None:
    table, problems = signatures_from({"x.toml": ROW.replace('source = "a page"', "")})
    assert [problem.key for problem in problems] == ["row[0].source"]
    assert table.rows == {}


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ('wording = ["x"]\nexplicit = true', "wording never names a cause for certain"),
        ('wording = ["^a", "b"]\nstatus = [400]', "every pattern begins with ^"),
    ],
)
def test_rows_that_would_mislead_are_refused(extra: str, said: str) -> None:
    assert any(said in problem for problem in problems_of(ROW + extra))


@pytest.mark.parametrize("condition", ['wording = ["x"]', 'means = ["x"]'])
def test_wording_and_meaning_are_never_highly_confident(condition: str) -> None:
    assert any("never a reason for high confidence" in problem for problem in problems_of(ROW.replace("medium", "high") + condition))


def test_an_id_twice_and_a_code_that_is_never_reached_are_problems() -> None:
    again = ROW.replace('stage = "named"', "")
    assert any("already used at x.toml:3" in problem for problem in problems_of(ROW + again))
    assert any("never reached: acode already decided by one" in problem for problem in problems_of(ROW + again.replace('"one"', '"two"')))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stage = 'never'\n[[row]]\nid = 'a'", "x.toml:1: stage: expected one of intercepted, named"),
        ("[[row]]\nid = 'a'", "stage: expected one of"),
        ("row = 1", "expected tables headed [[row]]"),
        ("rows = 1", "did you mean 'row'?"),
        ("request_ids = 1", "request_ids: expected a list of texts"),
        ("[[origin]]\nprovider = 1", "expected a text"),
        ("[[origin]]\nprovider = 'a'\nhosts = 1", "unknown key"),
        ("a = = 1", "not TOML"),
    ],
)
def test_a_wrong_file_is_told_by_line(text: str, said: str) -> None:
    assert any(said in problem for problem in problems_of(text))


def test_a_provider_that_nobody_knows_is_named_with_its_row() -> None:
    table, _ = signatures_from({"x.toml": ROW + 'providers = ["nobody"]\n[[origin]]\nprovider = "no-one"\nrequest_id = "^x"\n'})
    assert lint_providers(table, ["openai"]) == ("row one: unknown provider 'nobody'", "origin: unknown provider 'no-one'")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("insufficient_quota", ("insufficient", "quota")),
        ("InsufficientQuotaError", ("insufficient", "quota")),
        ("INSUFFICIENT-QUOTA", ("insufficient", "quota")),
        ("com.amazon.coral.service#ThrottlingException", ("throttling",)),
        ("ThrottlingException:http://internal.example/coral/", ("throttling",)),
        ("type.googleapis.com/google.rpc.QuotaFailure", ("quota", "failure")),
        ("https://iana.org/assignments/http-problem-types#quota-exceeded", ("quota", "exceeded")),
        ("https://problems.example.com/out-of-credit/", ("out", "of", "credit")),
        ("HTTPError429", ("http", "error", "429")),
        ("error", ()),
        ("", ()),
        ("日本", ()),
    ],
)
def test_a_code_is_its_words_in_any_spelling(code: str, words: tuple[str, ...]) -> None:
    assert tokens_of(code) == words
    assert squash(code) == "".join(words)


def test_a_meaning_is_found_where_words_begin() -> None:
    phrase = Phrase((" rate", " limit"), (" upstream",))
    assert phrase.found_in(spaced(tokens_of("user_rate_limited")))
    assert not phrase.found_in(spaced(tokens_of("upstream_rate_limited")))
    assert not phrase.found_in(spaced(tokens_of("corporate_unlimited")))
    assert Phrase((" rate",)).found_in(" rates")


def test_a_users_row_takes_the_place_of_ours_of_the_same_id_and_hides_no_other_code(tmp_path: Path) -> None:
    folder = tmp_path / "signatures"
    folder.mkdir()
    mine = ROW.replace('"a_code"', '"overloaded_error"')
    (folder / "mine.toml").write_text(mine + mine.replace('stage = "named"', "").replace('"one"', '"auth-code"').replace('"overloaded_error"', '"my_code"'))
    table, problems = load_signatures(tmp_path)
    assert problems == ()
    named = table.rows[Stage.NAMED]
    assert [row.fault for row in named if row.id == "auth-code"] == [Fault.QUOTA]
    assert any("serverisoverloaded" in row.when.codes for row in named), "the rest of our row stays"
    assert len(named) == len(builtin_signatures().rows[Stage.NAMED]) + 1


def test_two_rows_of_a_users_own_files_with_one_id_are_a_problem(tmp_path: Path) -> None:
    folder = tmp_path / "signatures"
    folder.mkdir()
    (folder / "a.toml").write_text(ROW)
    (folder / "b.toml").write_text(ROW)
    _, problems = load_signatures(tmp_path)
    assert [problem.message for problem in problems][:1] == [f"already used at {folder / 'a.toml'}:3"]
