"""`statuswatch classify` and `inspect` with a person's own files, and what never comes out of them."""

import io
import json
from pathlib import Path

import pytest

from statuswatch.config.paths import config_dir
from statuswatch.surfaces.cli import classify, inspect
from support.failures import answers

ROW = """stage = "named"
[[row]]
id = "house-busy"
codes = ["HOUSE_42"]
fault = "provider"
confidence = "medium"
reason = "capacity"
source = "the manual of the house, page 7"
"""
SECRETS = (
    "sk-ant-api03-PLANTEDKEY0000000000",
    "Bearer eyPLANTEDTOKEN.abc.def",
    "AKIAPLANTED00000000",
    "please summarize my PLANTEDPROMPT illness",
    "ghp_PLANTED1234567890",
)


def own(name: str, text: str) -> Path:
    path = Path(config_dir()) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def rows(capsys: pytest.CaptureFixture[str], *given: dict[str, object]) -> tuple[list[dict[str, object]], str]:
    assert classify.run(["--json"], io.BytesIO("\n".join(json.dumps(one) for one in given).encode())) == 0
    out, err = capsys.readouterr()
    return [json.loads(line) for line in out.splitlines()], err


def test_a_row_of_ones_own_decides(capsys: pytest.CaptureFixture[str]) -> None:
    given = {"status": 500, "body": {"error": {"code": "HOUSE_42"}}}
    assert rows(capsys, given)[0][0]["reason"] == "server_error"
    own("signatures/house.toml", ROW)
    found, err = rows(capsys, given)
    assert (found[0]["fault"], found[0]["confidence"], found[0]["reason"], err) == ("provider", "medium", "capacity", "")
    assert "rule:house-busy" in found[0]["signals"]


def test_a_provider_of_ones_own_is_known_by_its_host(capsys: pytest.CaptureFixture[str]) -> None:
    own("providers/house.toml", 'id = "house"\nname = "The House"\napi_hosts = ["llm.house.example"]\nsource = "the house"\n')
    found, err = rows(capsys, {"status": 529, "url": "https://llm.house.example/v1/messages"})
    assert (found[0]["provider"], err) == ("house", "")


def test_what_is_wrong_in_ones_own_files_is_told_with_file_and_line_and_the_rest_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    path = own("signatures/house.toml", ROW.replace("provider", "provder"))
    found, err = rows(capsys, {"status": 529})
    assert found[0]["fault"] == "provider"
    assert err.splitlines() == [f"statuswatch classify: {path}:5: row[0].fault: did you mean 'provider'?"]


def test_many_problems_are_counted_rather_than_listed(capsys: pytest.CaptureFixture[str]) -> None:
    own("signatures/house.toml", "".join(f"key{number} = 1\n" for number in range(30)))
    _, err = rows(capsys, {"status": 529})
    assert len(err.splitlines()) == 21
    assert err.splitlines()[-1] == "statuswatch classify: and 10 problems more"


def test_inspect_reads_ones_own_rows_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own("signatures/house.toml", ROW)
    line = {
        "type": "assistant",
        "isApiErrorMessage": True,
        "timestamp": "2026-01-02T03:04:05.000Z",
        "sessionId": "s",
        "uuid": "u",
        "error": "unknown",
        "message": {"model": "<synthetic>", "content": [{"type": "text", "text": 'API Error: 500 {"error":{"code":"HOUSE_42"}}'}]},
    }
    record = tmp_path / "session.jsonl"
    record.write_text(json.dumps(line) + "\n")
    assert inspect.run(["--json", "--client", "claude-code", str(record)]) == 0
    assert json.loads(capsys.readouterr().out)["reason"] == "capacity"


def planted(value: object, secret: str) -> object:
    """The value with the secret behind every text that is no code, and as a field of its own everywhere."""
    if isinstance(value, dict):
        return {**{key: planted(content, secret) for key, content in value.items()}, "authorization": secret, "prompt_text": secret}
    if isinstance(value, list):
        return [*(planted(item, secret) for item in value), secret]
    return f"{value} {secret}" if isinstance(value, str) and " " in value else value


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_of_an_answer_comes_out(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Planted in headers, in the address, in every object and sentence of every labelled body, and as a body of its own."""
    given: list[dict[str, object]] = []
    for number, answer in enumerate(answers()):
        try:
            body: object = planted(json.loads(answer["body"]), secret)
        except ValueError:
            body = f"{answer['body']}\n{secret}"
        headers = {**answer.get("headers", {}), "authorization": secret, "x-api-key": secret, "set-cookie": f"s={secret}", "via": secret}
        url = f"{answer.get('url', 'https://api.openai.com/v1/x')}?key={secret.replace(' ', '+')}"
        given.append({"id": number, "status": answer.get("status"), "url": url, "headers": headers, "body": body, "api_key": secret})
    given += [{"status": status, "body": body} for status in (None, 400, 500) for body in (secret, {"error": secret}, {"error": {"message": secret}})]
    found, err = rows(capsys, *given)
    assert len(found) == len(given)
    text = json.dumps(found) + err
    assert "PLANTED" not in text
    assert secret not in text


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_of_a_pasted_text_comes_out(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    """curl -v shows the request too: its key is in the paste, and stays there."""
    texts = [
        f"> POST /v1/messages?key={secret} HTTP/2\n> authorization: {secret}\n> x-api-key: {secret}\n\n< HTTP/2 401\n< x-request-id: {secret}\n< \n"
        + json.dumps({"error": {"message": f"Incorrect API key provided: {secret}.", "type": "invalid_request_error"}}),
        f"Error code: 401 - {{'error': {{'message': 'Incorrect API key provided: {secret}', 'code': 'invalid_api_key', 'param': '{secret}'}}}}",
        f'curl -H "Authorization: {secret}" https://api.openai.com/v1\n529 Overloaded',
        secret,
        f"model `{secret}` not found",
        f'HTTP/1.1 404 x\n\n{{"error":{{"message":"model: {secret}","type":"not_found_error"}}}}',
    ]
    for text in texts:
        classify.run([], io.StringIO(text))
    classify.run(["--json"], io.BytesIO(f'{{"status": "{secret}"}}\n{{"{secret}": \n'.encode()))
    out, err = capsys.readouterr()
    assert "PLANTED" not in out + err
