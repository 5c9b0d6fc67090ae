"""One failed answer, laid out so that the rows of the decision table can be asked of it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from statuswatch.core.knowledge import Knowledge
from statuswatch.core.signatures import HeaderTest, Place, Shape, Signatures
from statuswatch.sources import headers as fields
from statuswatch.sources.envelope import is_error
from statuswatch.sources.hosts import is_local
from statuswatch.sources.literal import NotDataError, whole
from statuswatch.sources.response import Response
from statuswatch.sources.stream import has_ended, line_errors, looks_like_stream, stream_errors
from statuswatch.sources.unwrap import Code, Layer, layers_in_text, layers_of

_LONGEST_BODY = 4_194_304
_LONGEST_TEXT = 4000
_LONGEST_MESSAGE = 2000
_SUCCESS = range(200, 300)
_REDIRECT = range(300, 400)
_PAGE = re.compile(
    r"(?:\s|\ufeff|<\?[^>]{0,200}>|<!--(?:(?!-->).){0,500}-->){0,20}(?:<!doctype html|<(?:html|head|body|title|h1|center|meta|script)\b)",
    re.IGNORECASE | re.DOTALL,
)
_TITLE = re.compile(r"<(title|h1|h2)\b[^<>]{0,200}>([^<>]{0,200})", re.IGNORECASE)
_TAGS = re.compile(r"<[^<>]{0,2000}>")
_XML_CODE = re.compile(r"<(?:\w+:)?(?:code|errorcode|faultcode)>\s*([\w.:-]{1,80})\s*</", re.IGNORECASE)
_XML_MESSAGE = re.compile(r"<(?:\w+:)?(?:message|faultstring)>([^<>]{1,500})</", re.IGNORECASE)
_QUOTED = re.compile(r"(?<!\w)'[^'\n]*'(?!\w)|\"[^\"\n]*\"|`[^`\n]*`|\u201c[^\u201d\n]*\u201d")
_MODEL_PATHS = re.compile(r"/(?:models?|deployments|engines)/([^/:?]+(?::\d+)?)", re.IGNORECASE)
_MODEL = re.compile(r"[A-Za-z0-9][\w.:@/-]{0,119}")
_QUOTED_MODEL = re.compile(
    r"\bmodel[ :=]{1,3}[`'\"]([A-Za-z0-9][\w.:@/-]{1,100})[`'\"]|\bmodels/([\w.@-]{2,80})|\bmodel: ([\w.:@/-]{2,80})|`([\w.:@/-]{2,80})`",
    re.IGNORECASE,
)
_STATED = (
    re.compile(
        r"\b(?:api error|error code|status code|status|response|http(?:/\d(?:\.\d)?)?|code|error|failed|statuscode|httpstatuscode)\b\W{0,6}([45]\d\d)\b",
        re.IGNORECASE,
    ),
    re.compile(r"[\[(]([45]\d\d)\b(?=[ )\]:])"),
    re.compile(r"^\W*([45]\d\d)\b"),
    re.compile(
        r"\b([45]\d\d)\b (?:[a-z]+_error|overloaded|too many requests|unauthorized|forbidden|not found|bad gateway|service unavailable|internal server error)",
        re.IGNORECASE,
    ),
)
_WAIT = re.compile(
    r"(?:retry|try again|reset\w*|wait|available) (?:in|after) (?:about )?(\d[\d.hms]{0,20})(?: ?(seconds?|secs?|s|minutes?|mins?|hours?)\b)?", re.IGNORECASE
)
_WAIT_UNITS = {"m": 60.0, "h": 3600.0, "s": 1.0}


@dataclass(slots=True)
class Case:
    """A response with all that was read out of it. `layers` come innermost first; `status` is the innermost one stated, else the response's."""

    status: int | None
    response_status: int | None
    headers: Mapping[str, str]
    shape: Shape
    layers: list[Layer] = field(default_factory=list)
    text: str = ""
    host: str | None = None
    path: str = ""
    place: Place | None = None
    provider: str | None = None
    failed: bool = True
    answered_by_application: bool = False
    _plains: dict[int, str] = field(default_factory=dict)

    @property
    def codes(self) -> list[Code]:
        """The codes of all layers, innermost first."""
        return [code for layer in self.layers for code in layer.codes]

    def header_matches(self, test: HeaderTest) -> bool:
        """Whether a header is there as the test asks."""
        if test.pattern is None:
            value = self.headers.get(test.name)
            return value is not None and (test.values is None or test.values.fullmatch(value.strip()) is not None)
        return any(test.pattern.fullmatch(name) and (test.values is None or test.values.fullmatch(value.strip())) for name, value in self.headers.items())

    def plain(self, layer: Layer | None = None) -> str:
        """What the layer says, or all layers and the text, lower-case, one message a line, with everything quoted blanked out: quotes repeat requests."""
        key = id(layer) if layer is not None else 0
        found = self._plains.get(key)
        if found is None:
            messages = layer.messages if layer is not None else [*(message for one in self.layers for message in one.messages), self.text]
            found = self._plains[key] = _blank(messages)
        return found


def read_case(response: Response, signatures: Signatures, knowledge: Knowledge | None) -> Case:
    """Lay a response out. Total: any status, headers and body."""
    headers = _seen_through(response.headers, signatures)
    host, path = _address(response.url)
    shape, layers, text, failed = _body(response, headers)
    case = Case(response.status, response.status, headers, shape, layers, text, host, path, failed=failed)
    _add_header_codes(case, signatures)
    case.answered_by_application = any(name in headers for name in signatures.request_ids)
    known = knowledge.provider_of_host(host) if knowledge and host else None
    _derive(case, response, signatures, knowledge)
    case.provider = response.provider or known or _origin(case, signatures)
    case.place = _place(case, signatures, known)
    case.status = next((layer.status for layer in layers if layer.status is not None), response.status)
    if response.status is None and case.status is None:
        case.status = _stated_status(text)
    if case.status in _SUCCESS and case.layers:
        case.status = None  # an error inside a success: its status says nothing
    if not layers and shape is not Shape.HTML:
        layers.append(Layer(0))  # rows of the body may ask for status and headers alone
    return case


def model_of(case: Case, *, from_words: bool) -> str | None:
    """The model that the failed call named: in the error's own field, in the address, or (`from_words`) in an error that is about the model."""
    found = next((layer.model for layer in case.layers if layer.model), None)
    if found:
        return found
    if (match := _MODEL_PATHS.search(case.path)) and _MODEL.fullmatch(name := unquote(match[1])):
        return name
    if from_words:
        for layer in case.layers:
            for message in layer.messages:
                if match := _QUOTED_MODEL.search(message[:600]):
                    return next(group for group in match.groups() if group)
    return None


def wait_of(case: Case) -> float | None:
    """Seconds to wait: by headers, by the error's own field, by its words."""
    found = fields.retry_after_s(case.headers)
    if found is None and case.failed:
        found = fields.limit_resets_s(case.headers)
    if found is None:
        found = next((layer.retry_after_s for layer in case.layers if layer.retry_after_s is not None), None)
    if found is None and (match := _WAIT.search(case.plain())):
        unit = _WAIT_UNITS.get((match[2] or "").lower()[:1])
        number = match[1].rstrip(".")
        found = fields.seconds(number if unit is None else f"{number}s")
        found = found * unit if found is not None and unit else found
    return found


def _seen_through(headers: Mapping[str, str], signatures: Signatures) -> dict[str, str]:
    """The headers, with those that a gateway passes on from its upstream under their own names where they are not there already."""
    seen = {str(name).lower(): str(value) for name, value in sorted(headers.items()) if not str(name).startswith("@")}
    for name, value in list(seen.items()):
        for prefix in signatures.wrapped_prefixes:
            if name.startswith(prefix):
                seen.setdefault(name[len(prefix) :], value)
    return seen


def _address(url: str | None) -> tuple[str | None, str]:
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None, ""
    return (parts.hostname or None), parts.path


def _body(response: Response, headers: Mapping[str, str]) -> tuple[Shape, list[Layer], str, bool]:
    """The shape of the body, the errors in it, the text that stays, and whether this is a failure at all."""
    status, body = response.status, response.body[:_LONGEST_BODY]
    kind = headers.get("content-type", "").lower().strip()
    succeeded = status is not None and status in _SUCCESS
    if not body.strip():
        return Shape.EMPTY, [], "", not succeeded
    if _PAGE.match(body) or (kind.startswith("text/html") and body.lstrip().startswith("<")):
        return Shape.HTML, [], _page_text(body), True
    if looks_like_stream(body, kind):
        layers = layers_of(stream_errors(body), status)
        return Shape.STREAM, layers, "", bool(layers) or not succeeded or not has_ended(body)
    try:
        value = whole(body)
    except NotDataError:
        return _text(response, body, succeeded=succeeded)
    if succeeded:
        items = value if isinstance(value, list) else [value]
        value = [item for item in items if is_error(item)]
        return Shape.JSON, layers_of(value, status), "", bool(value)
    return Shape.JSON, layers_of(value, status), "", True


def _text(response: Response, body: str, *, succeeded: bool) -> tuple[Shape, list[Layer], str, bool]:
    if succeeded:
        layers = layers_of(line_errors(body) or stream_errors(body), response.status)
        return Shape.TEXT, layers, "", bool(layers)
    if body.lstrip().startswith("<"):
        layer = Layer(0, messages=_XML_MESSAGE.findall(body[:_LONGEST_TEXT]))
        for code in _XML_CODE.findall(body[:_LONGEST_TEXT])[:5]:
            layer.add_code(code)
        return Shape.TEXT, [layer] if layer.codes else [], "", True
    found = line_errors(body) if response.status is not None else []
    layers = layers_of(found, response.status) if found else layers_in_text(body[: _LONGEST_BODY // 16], labels=response.status not in (400, 413, 422))
    return Shape.TEXT, layers, body[:_LONGEST_TEXT], True


def _page_text(body: str) -> str:
    """The words of a page that tell whose it is: titles first, then the text of its beginning and its end."""
    head = body[:20_000]
    titles = "\n".join(title for _, title in _TITLE.findall(head))
    return f"{titles}\n{_TAGS.sub(' ', head)}"[:_LONGEST_TEXT]


def _blank(messages: Iterable[str]) -> str:
    """Messages as rows search them, one a line: a line break inside a message starts no message."""
    text = "\n".join(" ".join(message[:_LONGEST_MESSAGE].split()) for message in messages)
    return _QUOTED.sub("''", text[:_LONGEST_TEXT].lower().replace("\u2019", "'"))


def _add_header_codes(case: Case, signatures: Signatures) -> None:
    """Codes that stand in headers (Amazon's exception types, gRPC's status) belong to the outermost error."""
    codes = [case.headers[name] for name in sorted(signatures.code_headers) if name in case.headers]
    if (grpc := fields.grpc_code(case.headers)) is not None:
        codes.append(grpc)
    if not codes:
        return
    if not case.layers:
        case.layers.append(Layer(0))
    for code in codes:
        case.layers[-1].add_code(code.strip())
    case.failed = True


def _derive(case: Case, response: Response, signatures: Signatures, knowledge: Knowledge | None) -> None:
    """Facts that rows ask for like headers, under names that no header can have."""
    facts: dict[str, str] = {}
    headers = case.headers
    if case.answered_by_application:
        facts["@application"] = "answered"
    hops = fields.proxy_status(headers) if "proxy-status" in headers else ()
    if error := next((hop.error for hop in reversed(hops) if hop.error), None):
        facts["@proxy-error"] = error
    if any(case.header_matches(test) for test in signatures.quota_headers) or (
        "ratelimit" in headers and any(limit.remaining == 0 for limit in fields.rate_limits(headers))
    ):
        facts["@quota"] = "used-up"
    if "cache-status" in headers and fields.served_from_cache(headers):
        facts["@cache"] = "hit"
    if response.status in _REDIRECT and (target := headers.get("location")):
        facts["@redirect"] = "same" if _same_house(case.host, _address(target)[0], knowledge) else "foreign"
    if case.shape is Shape.STREAM and not case.layers:
        facts["@stream"] = "cut" if case.failed else "ended"
    if (gone := fields.is_retired(headers)) is not None:
        facts["@retired"] = "over" if gone else "announced"
    if facts:
        case.headers = {**headers, **facts}


def _same_house(here: str | None, there: str | None, knowledge: Knowledge | None) -> bool:
    """Whether a redirection stays with the service: no host of its own, a sibling name, or a host of a provider that is known (no portal has one)."""
    if there is None or here is None or there == here:
        return there is None or there == here
    return here.split(".")[-2:] == there.split(".")[-2:] or bool(knowledge and knowledge.provider_of_host(there))


def _origin(case: Case, signatures: Signatures) -> str | None:
    """Who answered, by what only they send."""
    request_ids = [layer.request_id for layer in case.layers if layer.request_id]
    request_ids += [case.headers[name] for name in sorted(signatures.request_ids) if name in case.headers]
    for origin in signatures.origins:
        if any(case.header_matches(test) for test in origin.headers):
            return origin.provider
        if origin.request_id and any(origin.request_id.match(each) for each in request_ids):
            return origin.provider
    return None


def _place(case: Case, signatures: Signatures, known: str | None) -> Place | None:
    """Where the answer was made: a gateway that the user runs counts as theirs wherever it stands."""
    if known is not None:
        return Place.REMOTE
    if any(case.header_matches(test) for test in signatures.gateway_headers):
        return Place.LOCAL
    if case.host is None:
        return None
    return Place.LOCAL if is_local(case.host) else Place.REMOTE


def _stated_status(text: str) -> int | None:
    """The HTTP status that a text names."""
    for pattern in _STATED:
        if match := pattern.search(text[:_LONGEST_TEXT]):
            return int(match[1])
    return None


def upstream_of(layers: Iterable[Layer]) -> str | None:
    """Whom a gateway names as the one that failed."""
    return next((layer.upstream for layer in layers if layer.upstream), None)
