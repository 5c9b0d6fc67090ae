"""Each condition of each row of the decision table decides: where it alone no longer holds, the row does not speak. One answer that fits, one that does not."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import pytest

from statuswatch.catalog.signatures import builtin_signatures
from statuswatch.core.observation import Diagnosis
from statuswatch.core.signatures import HeaderTest, Place, Row, Shape, Stage
from statuswatch.sources.apierror import diagnose, diagnose_transport
from statuswatch.sources.response import Response
from support.failures import CASES, NEW, OWN, PASTED, TRANSPORT, answers, knowledge, response_of

ROWS = {row.id: row for rows in builtin_signatures().rows.values() for row in rows}
IN_ANSWERS = [name for name, row in ROWS.items() if row.stage is not Stage.TRANSPORT]
BODIES = {
    Shape.JSON: "{}",
    Shape.HTML: "<html><body></body></html>",
    Shape.TEXT: "x",
    Shape.STREAM: 'event: error\ndata: {"type":"error"}\n\n',
    Shape.EMPTY: "",
}
STATUSES = (418, 599, 451, 302, 102)
STATED = re.compile(r'("(?:code|status|statusCode|status_code)":\s*"?)[45]\d\d\b')


def rule_of(response: Response) -> str:
    return named(diagnose(response, builtin_signatures(), knowledge()))


def named(found: Diagnosis) -> str:
    return found.signals[0].removeprefix("rule:") if found.signals else ""


@cache
def examples() -> dict[str, list[Response]]:
    """The answers by the row that speaks of them."""
    found: dict[str, list[Response]] = {}
    written = [Response(status, headers, body if isinstance(body, str) else json.dumps(body), url) for _, _, _, status, body, headers, url in CASES.values()]
    for response in (*written, *(Response(None, {}, text, pasted=True) for text in PASTED), *map(response_of, answers())):
        found.setdefault(rule_of(response), []).append(response)
    return found


def other_status(row: Row, one: Response) -> Response:
    outside = next(status for status in STATUSES if not any(low <= status <= high for low, high in row.when.statuses))
    return replace(one, status=outside, body=STATED.sub(rf"\g<1>{outside}", one.body), pasted=False)


def other_shape(row: Row, one: Response) -> Response:
    return replace(one, body=next(body for shape, body in BODIES.items() if shape not in row.when.shapes), headers={})


def with_header(tests: tuple[HeaderTest, ...], one: Response) -> Response:
    added = {("request-id" if test.name == "@application" else test.name.replace("*", "x")): "1" for test in tests}
    return replace(one, headers={**one.headers, **added})


def elsewhere(row: Row, one: Response) -> Response:
    local = row.when.place is Place.LOCAL
    return replace(one, url=NEW if local else OWN, headers={} if local else one.headers)


CONDITIONS: dict[str, Callable[[Row, Response], Response]] = {
    "codes": lambda _, one: replace(one, body="{}", headers={name: value for name, value in one.headers.items() if "type" not in name and "grpc" not in name}),
    "statuses": other_status,
    "providers": lambda _, one: replace(one, provider="nobody"),
    "headers": lambda _, one: replace(
        one, headers={}, body="data: [DONE]\n\n" if one.body.startswith(("event:", "data:", "\nevent:", "\ndata:")) else one.body
    ),
    "without": lambda row, one: with_header(row.when.without, one),
    "shapes": other_shape,
    "wording": lambda _, one: replace(one, body="{}" if one.body.lstrip().startswith(("{", "[")) else "x"),
    "paths": lambda _, one: replace(one, url="https://api.nobody-knows.dev/v1/other"),
    "place": elsewhere,
    "params": lambda _, one: replace(one, body=one.body.replace('"model"', '"top_p"')),
}


def asked(row: Row) -> Iterator[str]:
    """The conditions that a row has. A code with a form (`means`) counts with the codes; a row for no status needs one to be broken."""
    for name in CONDITIONS:
        if getattr(row.when, name) or (name == "codes" and row.when.means) or (name == "statuses" and row.when.no_status):
            yield name


@pytest.mark.parametrize("name", IN_ANSWERS)
def test_a_row_speaks_of_an_answer_and_is_silent_where_one_condition_fails(name: str) -> None:
    row, shown = ROWS[name], examples().get(name, [])
    assert shown, "no answer shows this row"
    for condition in asked(row):
        change = CONDITIONS[condition]
        assert any(rule_of(change(row, one)) != name for one in shown), condition


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.stage is Stage.TRANSPORT])
def test_a_row_about_no_answer_speaks_of_its_error_and_of_no_other(name: str) -> None:
    signatures = builtin_signatures()
    shown = [(code, host) for code, host, *_ in TRANSPORT if named(diagnose_transport(code, host, signatures)) == name]
    assert shown
    assert all(named(diagnose_transport("never heard of", host, signatures)) != name for _, host in shown)
    if ROWS[name].when.place is Place.LOCAL:
        assert all(named(diagnose_transport(code, "api.example.com", signatures)) != name for code, _ in shown)


@pytest.mark.parametrize("name", IN_ANSWERS)
def test_no_row_speaks_of_an_answer_that_is_well(name: str) -> None:
    """The answers that show a row, with a good body under a good status: none of its conditions may make a failure of it."""
    good = '{"id":"1","object":"chat.completion","choices":[{"message":{"content":"overloaded_error, rate limit, invalid api key"},"finish_reason":"stop"}]}'
    for one in examples()[name]:
        if ROWS[name].stage is not Stage.INTERCEPTED and "type" not in " ".join(one.headers) and "grpc-status" not in one.headers:
            assert rule_of(replace(one, status=200, body=good, pasted=False)) in ("status:200", "request-id", ""), one
