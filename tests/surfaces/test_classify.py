import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from statuswatch.surfaces.cli.classify import response_of_text, run

OVERLOAD = '{"type":"error","error":{"type":"overloaded_error","message":"m"}}'


def answers(text: str | bytes, capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, list[dict[str, object]], str]:
    stdin = io.BytesIO(text if isinstance(text, bytes) else text.encode())
    status = run(["--json", *argv], stdin)
    out, err = capsys.readouterr()
    return status, [json.loads(line) for line in out.splitlines()], err


def test_each_line_is_answered_in_the_form_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    given = {"id": "a", "url": "https://api.anthropic.com/v1/messages", "status": 529, "headers": {"Retry-After": "7"}, "body": OVERLOAD, "extra": 1}
    status, rows, err = answers(json.dumps(given) + "\n\n" + json.dumps({"status": 402}), capsys)
    assert (status, err) == (0, "")
    assert rows[0] == {
        "id": "a",
        "fault": "provider",
        "side": "theirs",
        "confidence": "medium",
        "provider": "anthropic",
        "model": None,
        "reason": "capacity",
        "retry_after_s": 7.0,
        "signals": ["rule:capacity-code", "code:overloaded_error", "status:529"],
    }
    assert (rows[1]["id"], rows[1]["fault"]) == (None, "billing")


@pytest.mark.parametrize(
    "text",
    [
        f"HTTP/1.1 529 \r\nrequest-id: req_1\r\n\r\n{OVERLOAD}\n",
        f"HTTP/2 100\n\nHTTP/2 529\ncontent-type: application/json\n\n{OVERLOAD}",
        f"* Connected to api.example\n> GET /v1 HTTP/2\n>\n< HTTP/2 529\n< content-type: application/json\n<\n{OVERLOAD}",
    ],
    ids=["-i", "interim", "-v"],
)
def test_what_curl_prints_is_one_answer_with_json_too(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, rows, err = answers(text, capsys)
    assert (status, err) == (0, "")
    assert [(row["id"], row["fault"], row["reason"]) for row in rows] == [(None, "provider", "capacity")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 1: not JSON"),
        ("[]", "line 1: expected one object a line"),
        ('{"status": "529"}', "line 1: status: expected a whole number"),
        ('{"status": true}', "line 1: status:"),
        ('{"status": 42}', "line 1: status:"),
        ('{"headers": []}', None),
        ('{"headers": ["a"]}', "line 1: headers: expected an object"),
        ('{"headers": {"a": {}}}', "line 1: headers: expected texts"),
        ('{"headers": {"a": [1]}}', "line 1: headers: expected texts"),
        ('{"body": 1}', "line 1: body: expected a text or null"),
        ('{"url": 1}', "line 1: url: expected a text or null"),
        ('{"provider": []}', "line 1: provider:"),
        ('{"elapsed_ms": "1"}', "line 1: elapsed_ms: expected a number"),
        ("[" * 100_000, "line 1: not JSON: too deep"),
        (b'{"a": "\xff"}', "line 1: not JSON: not text in UTF-8"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_the_rest_is_answered(line: str | bytes, said: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    data = line if isinstance(line, bytes) else line.encode()
    status, rows, err = answers(data + b'\n{"id": 2, "status": 500}\n', capsys)
    assert rows[-1]["id"] == 2
    assert status == (2 if said else 0)
    assert len(err.splitlines()) == (1 if said else 0)
    assert (said or "") in err


def test_values_of_other_kinds_that_mean_the_same_are_taken(capsys: pytest.CaptureFixture[str]) -> None:
    given = {
        "status": 429,
        "headers": {"X-RateLimit-Remaining-Requests": 0, "Link": ["<a>", "<b>"], "Via": None},
        "body": {"error": {"code": "x1"}},
        "elapsed_ms": 2.5,
    }
    _, rows, _ = answers(json.dumps(given), capsys)
    assert (rows[0]["fault"], rows[0]["confidence"]) == ("quota", "high")


def test_no_status_is_pasted_text_and_stays_low(capsys: pytest.CaptureFixture[str]) -> None:
    _, rows, _ = answers(json.dumps({"status": None, "headers": None, "body": f"API Error: 529 {OVERLOAD}", "url": None}), capsys)
    assert (rows[0]["fault"], rows[0]["confidence"]) == ("provider", "low")


def test_the_output_of_curl_is_read_with_its_status_and_headers() -> None:
    text = f"HTTP/1.1 200 Connection established\r\n\r\nHTTP/2 529 \r\nContent-Type: application/json\r\nx-a: 1\r\nX-A: 2\r\nnot a header\r\n\r\n{OVERLOAD}\r\n"
    response = response_of_text(text)
    assert (response.status, dict(response.headers), response.pasted) == (529, {"content-type": "application/json", "x-a": "1, 2"}, False)
    assert response.body.strip() == OVERLOAD


def test_the_verbose_output_of_curl_is_read_too() -> None:
    text = f"* Connected\n> POST /v1 HTTP/2\n> authorization: Bearer x\n\n< HTTP/2 429\n< retry-after: 5\n< \n{OVERLOAD}"
    response = response_of_text(text)
    assert (response.status, dict(response.headers), response.body) == (429, {"retry-after": "5"}, OVERLOAD)


def said(text: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert run([], io.StringIO(text)) == 0
    return capsys.readouterr().out.splitlines()


def test_a_person_gets_the_answer_first_then_what_it_stands_on_then_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    text = f'HTTP/2 529\nanthropic-ratelimit-requests-limit: 5\nretry-after: 12\n\n{OVERLOAD[:-1]},"model":"claude-x"}}'
    assert said(text, capsys) == [
        "▲ It's them: Anthropic is failing. Sure: medium.",
        "  read     529 · overloaded_error · model claude-x",
        "  do now   wait or use another model; nothing in your request caused this",
        "  again    in about 12 s",
    ]


def test_pasted_words_are_told_as_a_guess(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said("Error: rate limit exceeded", capsys)
    assert lines[0].startswith("◌ Not sure; most likely: it's your limit")
    assert " ".join(lines[:2]).split("  read")[0].strip().endswith("Sure: low.")
    assert any("wording alone" in line for line in lines)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("HTTP/1.1 429 Too Many\n\n", "a 429 without detail"),
        ("what a day", "nothing in it is an error that is known here"),
    ],
)
def test_undecided_says_why(text: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(text, capsys)
    assert lines[0] == "◌ Not sure whose fault this is. Sure: low."
    assert why in lines[1]


def test_a_success_is_called_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert said('HTTP/1.1 200 OK\n\n{"choices":[]}', capsys) == ["✓ No failure in this answer.", "  read     200"]


def test_a_pasted_status_is_not_asked_for_again(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(f"529 {OVERLOAD}", capsys)
    assert "  note     a status was read but no headers: the whole answer (curl -i) would tell more" in lines


def test_no_line_is_wider_than_a_hundred_cells(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said("connect ECONNREFUSED 127.0.0.1:443: getaddrinfo ENOTFOUND api.example.com", capsys)
    assert max(len(line) for line in lines) <= 100
    wide = said('HTTP/1.1 429 Too Many\n\n{"error":{"type":"rate_limit_error","message":"This request would exceed"}}', capsys)
    assert max(len(line) for line in wide) <= 100


def test_at_a_terminal_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert run([], Terminal("Error: rate limit exceeded")) == 0
    assert capsys.readouterr().err == "paste the answer, then Ctrl-D\n"


def test_the_status_page_that_an_answer_names_is_shown() -> None:
    from statuswatch.catalog.loader import load
    from statuswatch.catalog.signatures import builtin_signatures
    from statuswatch.sources.apierror import diagnose
    from statuswatch.sources.response import Response
    from statuswatch.surfaces.cli.classify import sentences

    knowledge = load(None, ()).knowledge
    found = diagnose(Response(500, {"link": "<https://s.example.com/>;rel=status"}, "", "https://api.openai.com/v1/x"), builtin_signatures(), knowledge)
    assert sentences(found, knowledge)[-1] == "  link     https://s.example.com/"


def test_nothing_that_a_terminal_obeys_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    text = 'HTTP/1.1 404 No\n\n{"error":{"code":"\\u001b[31mred","model":"\\u001b]0;x\\u0007","type":"model_not_found","message":"`\\u001b[2J` not found"}}'
    assert all(line.isprintable() for line in said(text, capsys))


def test_an_empty_input_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([], io.BytesIO(b" \n")) == 2
    assert "nothing to read" in capsys.readouterr().err


def test_wrong_flags_show_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--jsn"], io.StringIO("")) == 2
    assert run(["a", "b"], io.StringIO("")) == 2
    assert "usage: statuswatch classify" in capsys.readouterr().err
    assert run(["--help"], io.StringIO("")) == 0
    assert "usage: statuswatch classify" in capsys.readouterr().out


def test_a_file_is_read_and_a_missing_one_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"id": 1, "status": 402}\n')
    assert run(["--json", str(path)], io.StringIO("")) == 0
    assert json.loads(capsys.readouterr().out)["fault"] == "billing"
    assert run([str(tmp_path / "none")], io.StringIO("")) == 2
    said = capsys.readouterr().err
    assert said.startswith("statuswatch classify: ")
    assert "No such file" in said


def test_it_runs_as_a_module_of_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "statuswatch.surfaces.cli.classify", "--json"], input=b'{"id": 1, "status": 402}\n', capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, json.loads(done.stdout)["fault"]) == (0, "billing")
