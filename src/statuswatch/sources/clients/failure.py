"""One failed attempt as its record tells it, and how it becomes a diagnosis: structured fields first, the client's sentence next, its label last."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from statuswatch.core.health import Confidence, Fault
from statuswatch.core.observation import Diagnosis
from statuswatch.sources.clients import record
from statuswatch.sources.clients.diagnose import Diagnose
from statuswatch.sources.clients.wording import answered_with_a_page, bare, embedded_json, host_named, meaning, stated_status, transport_code

_REQUEST_ID = re.compile(r'\\?"request_?[iI]d\\?"\s*:\s*\\?"([A-Za-z0-9_-]{4,80})\\?"')
_URL = re.compile(r"https?://[^\s,;)\"'<>\]]{1,200}")
# Headers that say something about the cause; all others (keys, cookies, organisations) are never looked at.
_HEADERS = re.compile(
    r"(?:retry-after(?:-ms)?|x-should-retry|(?:x-)?request-id|content-type|server|via|cf-(?:ray|error-type|error-origin|mitigated)|proxy-status|cache-status|x-cache"
    r"|x-amzn-(?:requestid|errortype)|apim-request-id|(?:anthropic-|x-)?ratelimit[a-z0-9-]*|link|x-litellm-[a-z-]+)"
)

_REFINES = frozenset({Fault.BILLING, Fault.AUTH, Fault.MODEL})


@dataclass(frozen=True, slots=True)
class Failure:
    """What a record says about one failed attempt.

    `status`, `kind` (the API's own error type or code), `transport` and `headers` are fields of the record; `sentence` is the client's message or the body;
    `label` is what the client's own label can mean (the weakest word), `weak` that nothing here may go above low confidence.
    """

    status: int | None = None
    kind: str | None = None
    sentence: str = ""
    transport: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    url: str | None = None
    label: tuple[Fault, str] | None = None
    weak: bool = False

    @property
    def request_id(self) -> str | None:
        """The provider's id of the request where a header or the body holds one."""
        for name in ("request-id", "x-request-id", "x-amzn-requestid"):
            if name in self.headers:
                return self.headers[name]
        found = _REQUEST_ID.search(self.sentence)
        return found[1] if found else None


def diagnosis_of(failure: Failure, diagnose: Diagnose, provider: str | None) -> Diagnosis:
    """Whose fault the failure is, as far as its record says; unknown where it does not."""
    sentence = failure.sentence
    code = failure.transport
    structured = failure.status is not None or failure.kind is not None or code is not None
    status = failure.status if structured else stated_status(sentence)
    body = embedded_json(sentence)
    if code is None and status is None and failure.kind is None and body is None:
        code = transport_code(sentence)
    if code is not None and status is None:
        found = diagnose.transport(code=code, host=_host(failure.url or sentence))
        found = replace(found, code=found.code or code)
    else:
        found = _response(failure, status, body, diagnose, provider)
    if found.fault is Fault.UNKNOWN:
        found = _by_words(failure, found)
    elif found.fault is Fault.REQUEST and failure.label is not None and failure.label[0] in _REFINES:
        # "Refused as it is" is the most general of the user's own faults; the client's label may name which, never turn the side.
        found = replace(found, fault=failure.label[0], confidence=Confidence.MEDIUM, reason=failure.label[1])
    ceiling = Confidence.HIGH if structured else Confidence.MEDIUM if status is not None or body is not None else Confidence.LOW
    return _clean(_capped(found, Confidence.LOW if failure.weak else ceiling), status)


def _response(failure: Failure, status: int | None, body: str | None, diagnose: Diagnose, provider: str | None) -> Diagnosis:
    headers = {name.lower(): value for name, value in failure.headers.items() if _HEADERS.fullmatch(name.lower())}
    if status is None and failure.kind is None and answered_with_a_page(failure.sentence):
        return diagnose.response(status=200, headers={**headers, "content-type": "text/html"}, body="<html></html>", url=failure.url, provider=provider)
    if body is None and failure.kind is not None:
        body = json.dumps({"type": "error", "error": {"type": failure.kind, "message": bare(failure.sentence)}})
        headers.setdefault("content-type", "application/json")
    return diagnose.response(status=status, headers=headers, body=body or bare(failure.sentence), url=failure.url, provider=provider)


def _by_words(failure: Failure, found: Diagnosis) -> Diagnosis:
    """An undecided reading, with what the sentence or the label can mean; a stated fact that stays undecided is not overruled by either."""
    phrase = meaning(failure.sentence)
    if phrase is not None:
        return replace(found, fault=phrase.fault, confidence=Confidence.LOW, reason=phrase.reason)
    if failure.label is not None and failure.label[0] is not Fault.UNKNOWN:
        return replace(found, fault=failure.label[0], confidence=Confidence.LOW, reason=failure.label[1])
    return found


def _capped(found: Diagnosis, ceiling: Confidence) -> Diagnosis:
    order = list(Confidence)
    return replace(found, confidence=ceiling) if order.index(found.confidence) > order.index(ceiling) else found


def _clean(found: Diagnosis, status: int | None) -> Diagnosis:
    """The diagnosis without any text that came from the record: only plain identifiers stay."""
    return replace(
        found,
        status=found.status if found.status is not None else status,
        code=record.identifier(found.code),
        provider=record.identifier(found.provider),
        model=record.model_id(found.model),
        signals=tuple(signal for signal in found.signals if record.identifier(signal)),
    )


def _host(where: str) -> str | None:
    found = _URL.search(where)
    if not found:
        return host_named(where)
    return found[0].split("//", 1)[1].split("/", 1)[0].rsplit("@", 1)[-1]


def url_in(sentence: str) -> str | None:
    """The first web address in a client's sentence, without user name, query or fragment: it names the host that was called."""
    found = _URL.search(sentence)
    if not found:
        return None
    scheme, rest = found[0].split("//", 1)
    return f"{scheme}//{re.split(r'[?#]', rest, maxsplit=1)[0].rsplit('@', 1)[-1]}"
