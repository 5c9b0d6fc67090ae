"""Whose fault one failed call is, by its answer alone: the decision table of the catalogue, asked from the innermost error outwards.

Order of reading: what was answered instead of the API, codes of the body, types of the body, headers, status, and wording last.
"""

import re
from collections.abc import Iterator

from statuswatch.core.health import SIDES, Confidence, Fault, Side, raised
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.observation import Diagnosis
from statuswatch.core.signatures import Place, Row, Shape, Signatures, Stage, When, tokens_of
from statuswatch.sources import headers as fields
from statuswatch.sources.case import Case, model_of, read_case, upstream_of, wait_of
from statuswatch.sources.hosts import is_local
from statuswatch.sources.keylike import looks_like_key
from statuswatch.sources.response import Response
from statuswatch.sources.unwrap import Code, Layer

# The caller's own side of the status classes: what a sentence inside such an answer passes on may refine it, never turn it.
_CALLERS_STATUSES = frozenset({400, 413, 422})
_BODY_STAGES = (Stage.NAMED, Stage.GENERIC)
_RESPONSE_STAGES = (Stage.HEADER, Stage.STATUS, Stage.WORDING)
_SAFE_CODE = re.compile(r"[\w.:#/-]{1,64}")
_ABOUT_MODEL = frozenset({Fault.MODEL, Fault.PROVIDER})
_MOST_MODEL = 120
_NO_CODE = Code("", "", "")


def diagnose(response: Response, signatures: Signatures, knowledge: Knowledge | None = None) -> Diagnosis:
    """What `response` says by itself about whose fault it is. Total and deterministic; an answer that says nothing is unknown at low confidence.

    Nothing of the body's wording is in the result: codes and names only, in a plain character set.
    """
    case = read_case(response, signatures, knowledge)
    row, layer, code = _decide(case, signatures)
    return _result(case, response, knowledge, row, layer, code)


def diagnose_transport(code: str, host: str | None, signatures: Signatures) -> Diagnosis:
    """What a call that got no answer says, by an errno name, a library's error code or exception (`ENOTFOUND`, `ConnectError`), or a sentence.

    `host` is where the call went: on this machine a refusal is the user's own gateway.
    """
    words = Layer(0)
    words.add_code(code)
    name, _, port = (host or "").rpartition(":")
    bare = name if name and port.isdecimal() and (name.endswith("]") or ":" not in name) else host
    place = None if not bare else Place.LOCAL if is_local(bare) else Place.REMOTE
    case = Case(None, None, {}, Shape.EMPTY, layers=[words], text=code[:400], host=bare, place=place)
    for row in signatures.rows.get(Stage.TRANSPORT, ()):
        if _matches(row.when, case, words) is not None:
            signals = (f"rule:{row.id}", f"transport:{_safe(code) or 'words'}")
            return Diagnosis(row.fault, row.confidence, row.reason, code=_safe(code), signals=signals, explicit=row.explicit)
    return Diagnosis(Fault.UNKNOWN, Confidence.LOW, "transport_unknown", code=_safe(code), signals=("transport:unrecognised",))


def _decide(case: Case, signatures: Signatures) -> tuple[Row | None, Layer | None, Code | None]:
    """The first row that holds, with the layer and the code it stands on."""
    for stage, layer in _order(case):
        for row in signatures.rows.get(stage, ()):
            if (matched := _matches(row.when, case, layer)) is not None and not _is_hearsay(case, layer, row):
                return row, layer, matched
    return None, None, None


def _order(case: Case) -> Iterator[tuple[Stage, Layer | None]]:
    """The stages in their order; those of the body once for each error in it, innermost first. A success is asked only whether the API answered at all."""
    yield Stage.INTERCEPTED, None
    if case.failed:
        yield from ((stage, layer) for stage in _BODY_STAGES for layer in case.layers)
        yield from ((stage, None) for stage in _RESPONSE_STAGES)


def _is_hearsay(case: Case, layer: Layer | None, row: Row) -> bool:
    """Whether the row would blame the other side on something that only a sentence of a refused request repeats."""
    return layer is not None and layer.told and case.response_status in _CALLERS_STATUSES and SIDES[row.fault] is not Side.YOURS


def _matches(when: When, case: Case, layer: Layer | None) -> Code | None:
    """The code on which the conditions hold (an empty one where they ask for none), None where they do not hold. The most selective are asked first."""
    code = _NO_CODE
    if when.codes or when.means:
        found = _code(when, layer.codes if layer else case.codes)
        if found is None:
            return None
        code = found
    if not (_fits_status(when, case, layer) and _fits_place(when, case) and _fits_answer(when, case, layer)):
        return None
    if when.wording and not when.wording.search(case.plain(layer)):
        return None
    return code


def _code(when: When, codes: list[Code]) -> Code | None:
    for code in codes:
        if code.squashed in when.codes:
            return code
        for phrase in when.means:
            if phrase.found_in(code.words):
                return code
    return None


def _fits_place(when: When, case: Case) -> bool:
    if when.providers and case.provider not in when.providers:
        return False
    if when.shapes and case.shape not in when.shapes:
        return False
    if when.place is not None and when.place is not case.place:
        return False
    return when.paths is None or when.paths.search(case.path) is not None


def _fits_status(when: When, case: Case, layer: Layer | None) -> bool:
    if not when.statuses and not when.no_status:
        return True
    status = case.status if layer is None or layer.status is None else layer.status
    if status is None:
        return when.no_status
    return any(low <= status <= high for low, high in when.statuses)


def _fits_answer(when: When, case: Case, layer: Layer | None) -> bool:
    if when.params and (layer is None or layer.param not in when.params):
        return False
    if when.headers and not all(case.header_matches(test) for test in when.headers):
        return False
    return not (when.without and any(case.header_matches(test) for test in when.without))


def _result(case: Case, response: Response, knowledge: Knowledge | None, row: Row | None, layer: Layer | None, code: Code | None) -> Diagnosis:
    fault, confidence = (row.fault, row.confidence) if row else (Fault.UNKNOWN, Confidence.LOW)
    if response.pasted:
        confidence = Confidence.LOW
    elif layer is not None and layer.told:
        confidence = raised(confidence, -1)
    if SIDES[fault] is Side.THEIRS and (case.place is Place.LOCAL or case.headers.get("@cache") == "hit"):
        confidence = raised(confidence, -1)
    upstream = upstream_of(case.layers)
    best = code if code and code.text else next((each for one in case.layers for each in one.codes), None)
    model = model_of(case, from_words=fault in _ABOUT_MODEL)
    return Diagnosis(
        fault,
        confidence,
        row.reason if row else "no_error" if not case.failed else "unrecognised",
        status=case.status if case.status is not None else response.status,
        code=_safe(best.text) if best else None,
        provider=_blamed(case, knowledge, upstream, fault),
        model=model[:_MOST_MODEL] if model and not looks_like_key(model) else None,
        retry_after_s=wait_of(case),
        signals=_signals(case, row, layer, code),
        explicit=bool(row and row.explicit and not response.pasted and not (layer and layer.told)),
        upstream=_safe(upstream) if upstream else None,
        status_link=fields.status_link(case.headers, response.url)
        if "link" in case.headers and case.host and knowledge and knowledge.provider_of_host(case.host)
        else None,
    )


def _blamed(case: Case, knowledge: Knowledge | None, upstream: str | None, fault: Fault) -> str | None:
    """Who it is about: the upstream that a gateway names, where it is a provider that is known, else who answered."""
    if upstream and knowledge and fault is Fault.PROVIDER:
        name = upstream.casefold().removesuffix("exception")
        for facts in knowledge.providers.values():
            if name in (facts.id, facts.name.casefold()):
                return facts.id
    return case.provider


def _signals(case: Case, row: Row | None, layer: Layer | None, code: Code | None) -> tuple[str, ...]:
    """The facts that the reading stands on, by name: never a value that could be secret."""
    found: list[str] = []
    if row:
        found.append(f"rule:{row.id}")
        found += [f"header:{test.name}" for test in row.when.headers if not test.name.startswith("@")]
        if row.when.wording:
            found.append("wording")
    if code and code.text and (safe := _safe(code.text)):
        found.append(f"code:{safe}")
    if case.status is not None:
        found.append(f"status:{case.status}")
    if case.response_status is not None and case.response_status != case.status:
        found.append(f"outer-status:{case.response_status}")
    if layer and layer.depth > 1:
        found.append("nested")
    if layer and layer.told:
        found.append("told-in-a-sentence")
    if case.answered_by_application:
        found.append("request-id")
    found += [f"body:{case.shape}"] if case.shape.value in ("html", "stream") else []
    found += ["answered-from-a-cache"] if case.headers.get("@cache") == "hit" else []
    found += ["own-gateway"] if case.place is Place.LOCAL else []
    return tuple(found)


def _safe(code: str) -> str | None:
    """The code where it is a plain word and no key; a sentence that stands as a code is told by its words joined."""
    if looks_like_key(code):
        return None
    if _SAFE_CODE.fullmatch(code):
        return code
    return "_".join(tokens_of(code))[:64] or None
