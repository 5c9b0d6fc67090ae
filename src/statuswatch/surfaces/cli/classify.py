"""`statuswatch classify`: whose fault a failed answer is. JSON Lines with `--json`, else pasted text or `curl -i`, told in a few lines."""

import json
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping
from typing import IO, Any

from statuswatch.core.health import Confidence, Fault, Side
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.observation import Diagnosis
from statuswatch.sources.apierror import diagnose
from statuswatch.sources.response import Response
from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.cli.owndata import table
from statuswatch.surfaces.plain import plain

OK, BAD_INPUT = 0, 2
_LONGEST_TEXT = 4_194_304
_STATUS_LINE = re.compile(r"HTTP/\d(?:\.\d)? (\d{3})\b")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}):[ \t]*(.*)")
_VERBOSE = re.compile(r"^< ?", re.MULTILINE)
_STATUSES = range(100, 1000)
_SUCCESS = 200
_GOES_ON = frozenset({301, 302, 303, 307, 308, 401, 407})


class _UnreadableLineError(ValueError):
    """A line of input that cannot be taken; the text names the field."""


def run(argv: list[str], stdin: IO[Any] | None = None) -> int:
    """Answer on standard output; 0 whatever the answer, 2 on usage or where a line could not be read."""
    asked = read("classify", argv)
    if isinstance(asked, int):
        return asked
    given = stdin or sys.stdin
    source = getattr(given, "buffer", given)
    if asked.file not in {None, "-"}:
        try:
            with open(asked.file, "rb") as file:  # noqa: PTH123 - one plain read, and pathlib would add to what this verb loads
                return _answer(file, as_json=asked.json)
        except OSError as error:
            print(f"statuswatch classify: {plain(asked.file)}: {error.strerror}", file=sys.stderr)
            return BAD_INPUT
    if given.isatty():
        print("paste the answer, then Ctrl-D", file=sys.stderr)
    return _answer(source, as_json=asked.json)


def _answer(source: IO[Any], *, as_json: bool) -> int:
    if as_json:
        return _lines(source)
    data = source.read(_LONGEST_TEXT)
    text = _text(data)
    if not text.strip():
        print("statuswatch classify: nothing to read: paste an error, or pipe curl -i into this command", file=sys.stderr)
        return BAD_INPUT
    response = response_of_text(text)
    signatures, knowledge = table("classify")
    width = min(_WIDTH, shutil.get_terminal_size((_WIDTH, 24)).columns) if sys.stdout.isatty() else _WIDTH
    print("\n".join(sentences(diagnose(response, signatures, knowledge), knowledge, pasted=response.pasted, width=max(_NARROWEST, width))))
    return OK


def _lines(source: IO[Any]) -> int:
    status = OK
    signatures, knowledge = table("classify")
    for number, line in enumerate(source, start=1):
        if not line.strip():
            continue
        if number == 1 and _is_curl(line):
            print(json.dumps(row(None, diagnose(response_of_text(_whole(line, source)), signatures, knowledge))), flush=True)
            break
        try:
            given = _object(line)
            found = diagnose(_response(given), signatures, knowledge)
        except _UnreadableLineError as error:
            print(f"line {number}: {error}", file=sys.stderr)
            status = BAD_INPUT
            continue
        print(json.dumps(row(given.get("id"), found)), flush=True)
    return status


def _is_curl(line: bytes | str) -> bool:
    """Whether input begins as what `curl -i` or `curl -v` prints: no JSON, and all of it is one answer."""
    return re.match(r"HTTP/|[*<>] ", _text(line)) is not None


def _whole(line: bytes | str, source: IO[Any]) -> str:
    return _text(line) + _text(source.read(_LONGEST_TEXT))


def _text(data: bytes | str) -> str:
    return data.decode(errors="replace") if isinstance(data, bytes) else data


def row(name: object, found: Diagnosis) -> dict[str, object]:
    """One answer as the contract has it."""
    return {
        "id": name,
        "fault": found.fault,
        "side": found.side,
        "confidence": found.confidence,
        "provider": found.provider,
        "model": found.model,
        "reason": found.reason,
        "retry_after_s": found.retry_after_s,
        "signals": list(found.signals),
    }


def _object(line: bytes | str) -> Mapping[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        said = error.msg if isinstance(error, json.JSONDecodeError) else "not text in UTF-8" if isinstance(error, UnicodeError) else "too deep or too large"
        raise _UnreadableLineError(f"not JSON: {said}") from error
    if not isinstance(value, dict):
        raise _UnreadableLineError("expected one object a line")
    return value


def _response(given: Mapping[str, Any]) -> Response:
    """The answer that an input object describes. No status means pasted text: it stays a hint."""
    status = given.get("status")
    if status is not None and (isinstance(status, bool) or not isinstance(status, int) or status not in _STATUSES):
        raise _UnreadableLineError("status: expected a whole number from 100 to 999, or null")
    headers = given.get("headers") or {}
    if not isinstance(headers, dict):
        raise _UnreadableLineError("headers: expected an object of names and values")
    lowered: dict[str, str] = {}
    for name, value in headers.items():
        if isinstance(value, dict) or (isinstance(value, list) and not all(isinstance(item, str) for item in value)):
            raise _UnreadableLineError("headers: expected texts as values")
        if value is not None:
            lowered[name.lower()] = ", ".join(value) if isinstance(value, list) else str(value)
    body = given.get("body")
    body = json.dumps(body) if isinstance(body, dict | list) else body
    elapsed = given.get("elapsed_ms")
    for field, value in (("body", body), ("url", given.get("url")), ("provider", given.get("provider"))):
        if value is not None and not isinstance(value, str):
            raise _UnreadableLineError(f"{field}: expected a text or null")
    if elapsed is not None and (isinstance(elapsed, bool) or not isinstance(elapsed, int | float)):
        raise _UnreadableLineError("elapsed_ms: expected a number or null")
    return Response(status, lowered, body or "", given.get("url"), given.get("provider"), elapsed, pasted=status is None)


def response_of_text(text: str) -> Response:
    """The answer in a text: the last header block of `curl -i` or `curl -v` with its body, else the whole text as pasted."""
    text = text.replace("\r\n", "\n").lstrip("\ufeff \n\t")
    verbose = re.search(r"^< HTTP/", text, re.MULTILINE)
    if verbose:
        text = _VERBOSE.sub("", text[verbose.start() :])
    found: tuple[int, dict[str, str]] | None = None
    head = ""
    while (match := _STATUS_LINE.match(text)) and (found is None or _is_before_another(found[0], head)):
        head, _, text = text.partition("\n\n")
        headers: dict[str, str] = {}
        for name, value in _headers(head):
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        found = int(match[1]), headers
        text = text.lstrip("\n")
    if found is None:
        return Response(None, {}, text, pasted=True)
    return Response(found[0], found[1], text)


def _is_before_another(status: int, head: str) -> bool:
    """Whether curl goes on to print another head: behind an interim answer, a proxy's tunnel, a redirection, a login. Else what follows is the body."""
    return status < _SUCCESS or status in _GOES_ON or "onnection" in head.partition("\n")[0]


def _headers(head: str) -> Iterator[tuple[str, str]]:
    for line in head.split("\n")[1:]:
        if match := _HEADER.fullmatch(line.strip()):
            yield match[1].lower(), match[2]


_SURE = {Confidence.HIGH: "Sure: high.", Confidence.MEDIUM: "Sure: medium.", Confidence.LOW: "Sure: low."}
_ANSWERS = {
    Fault.PROVIDER: "It's them: {who} is failing.",
    Fault.EDGE: "It's them: the network in front of {who} answered with an error; {who} itself may be well.",
    Fault.GATEWAY: "It's on your side: a proxy or gateway of yours, between you and {who}.",
    Fault.QUOTA: "It's your limit: {who} says that you used up your rate or quota.",
    Fault.BILLING: "It's your account: {who} asks for money (credit, balance or spending limit).",
    Fault.AUTH: "It's your key or its rights: {who} does not let this call in.",
    Fault.REQUEST: "It's this request: {who} does not accept it as it is.",
    Fault.MODEL: "It's the model that was asked for: {who} does not have it under that name, or not for you.",
    Fault.NETWORK: "It's your network: something between you and {who}, or this machine's own connection.",
    Fault.UNKNOWN: "Not sure whose fault this is.",
}
_ADVICE = {
    Fault.PROVIDER: "wait or use another model; nothing in your request caused this",
    Fault.EDGE: "try again in a moment; if it stays, look at the provider's status page",
    Fault.GATEWAY: "look at your gateway's own log, or call the provider directly once",
    Fault.QUOTA: "slow down, or ask for a higher limit",
    Fault.BILLING: "look at billing in the provider's console",
    Fault.AUTH: "check the key, the account and what they may use",
    Fault.REQUEST: "change the request; sending it again will not help",
    Fault.MODEL: "check the model's name against the provider's list",
    Fault.NETWORK: "see whether any web page opens; if not, look for a login page of the network, a company filter or a wrong clock",
}
_UNDECIDED = {
    "rate_limit_unspecified": "a 429 without detail: their capacity, your rate or your money. Your usage page tells.",
    "limit_without_evidence": "a rate limit without its numbers: the service's own throttle, or a proxy dropped them.",
    "gateway_or_provider": "your gateway failed, or what is behind it did. The gateway's log tells.",
    "masked_refusal": "its status tells of a failure, its words of a refusal: something on the way changed one of them.",
    "own_tool": "a tool or server that the request names did not answer; the service itself did.",
    "own_key_store": "an encryption key that you keep could not be asked for; which side failed is not in it.",
    "timeout": "it took too long; nothing in it says which side was slow.",
    "connection_lost": "the connection ended; nothing in it says which side ended it.",
    "stream_cut": "the answer began well and stopped before its end.",
    "blocked_before_api": "something in front of the API refused, with a page instead of an error.",
}


_PASTED = "wording alone: the answer's status and headers (curl -i) would tell more"
_PASTED_WITH_STATUS = "a status was read but no headers: the whole answer (curl -i) would tell more"
_WIDTH = 100
_NARROWEST = 20


def sentences(found: Diagnosis, knowledge: Knowledge, *, pasted: bool = False, width: int = _WIDTH) -> tuple[str, ...]:
    """The answer for a person: whose fault, why, what to do; in lines of at most `width` cells."""
    if found.reason == "no_error":
        return ("✓ No failure in this answer.", *_facts(found))
    who = knowledge.name_of(found.provider) if found.provider else "the provider"
    mark = {Side.THEIRS: "▲", Side.YOURS: "●", Side.UNDECIDED: "◌"}[found.side]
    answer = _ANSWERS[found.fault].format(who=who)
    if found.confidence is Confidence.LOW and found.side is not Side.UNDECIDED:
        mark, answer = "◌", f"Not sure; most likely: {answer[:1].lower()}{answer[1:]}"
    lines = [f"{mark} {answer} {_SURE[found.confidence]}"]
    if found.side is Side.UNDECIDED:
        lines.append(f"  because  {_UNDECIDED.get(found.reason, 'nothing in it is an error that is known here.')}")
    lines += _facts(found)
    if pasted:
        lines.append(f"  note     {_PASTED if found.status is None else _PASTED_WITH_STATUS}")
    if (advice := _ADVICE.get(found.fault)) is not None:
        lines.append(f"  do now   {advice}")
    if found.retry_after_s is not None:
        lines.append(f"  again    in about {found.retry_after_s:.0f} s")
    if found.status_link:
        lines.append(f"  link     {found.status_link}")
    return tuple(
        part
        for line in lines
        for part in textwrap.wrap(line, width, subsequent_indent=" " * (11 if line.startswith("  ") else 2), break_long_words=False, break_on_hyphens=False)
    )


def _facts(found: Diagnosis) -> list[str]:
    facts = [str(found.status)] if found.status is not None else []
    facts += [found.code] if found.code else []
    facts += [f"model {found.model}"] if found.model else []
    return [f"  read     {' · '.join(facts)}"] if facts else []


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], sys.stdin))
