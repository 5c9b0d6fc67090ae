"""Words that clients put into their own error records, as data: what names a transport failure, and what a bare sentence can mean.

Only records that the client itself marks as errors are read this way, never prompts, replies or tool results. Wording alone stays at low confidence.
Seen in the recorded runs of the clients and in their documentation (code.claude.com/docs/en/errors; Node's and Bun's error codes).
"""

import re
from dataclasses import dataclass

from statuswatch.core.health import Fault

# Node, libuv, Bun, OpenSSL and undici names for "no response came"; the spelling is kept, what it means is the signatures' part.
_ERRNO = re.compile(
    r"\b(ENOTFOUND|EAI_AGAIN|EAI_NODATA|EAI_FAIL|ECONNREFUSED|ECONNRESET|ECONNABORTED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ETIMEDOUT|EPIPE|EADDRNOTAVAIL"
    r"|ERR_TLS_[A-Z_]+|ERR_SSL_[A-Z_]+|CERT_[A-Z_]+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_[A-Z_]+|UND_ERR_[A-Z_]+"
    r"|FailedToOpenSocket|ConnectionRefused|ConnectionClosed|ConnectionReset|ConnectionTimedOut)\b"
)

# Sentences without a code, strongest first: what they say about the transport in a word that `_ERRNO` also knows, or in our own.
_TRANSPORT = (
    (re.compile(r"(?i)dns error|failed to lookup address|name or service not known|getaddrinfo|could not resolve host"), "ENOTFOUND"),
    (re.compile(r"(?i)connection refused|tcp connect error"), "ECONNREFUSED"),
    (
        re.compile(r"(?i)self[- ]signed certificate|certificate (?:verify failed|has expired)|unable to verify the first certificate|invalid peer certificate"),
        "CERT_VERIFY_FAILED",
    ),
    (re.compile(r"(?i)connection reset|socket hang up|socket connection was closed|connection closed"), "ECONNRESET"),
    (re.compile(r"(?i)network is unreachable|no route to host"), "ENETUNREACH"),
    (re.compile(r"(?i)\btim(?:ed|e) ?out\b|deadline (?:has )?elapsed"), "ETIMEDOUT"),
    (re.compile(r"(?i)stalled|stopped arriving|idle timeout|stream (?:disconnected|closed|ended)|connection (?:lost|interrupted)"), "stream_interrupted"),
    (
        re.compile(
            r"(?i)connection (?:error|failed)|unable to connect|can(?:no|')t (?:connect|reach)|could not connect|failed to connect"
            r"|fetch failed|error sending request|waiting for network|network ?error|failed to open socket"
        ),
        "connection_failed",
    ),
)

_PREFIX = re.compile(r"^(?:API Error:?\s*)?(?:[1-5]\d\d\b\s*)?")
_BESIDE = re.compile(r"\b(?:ECONN[A-Z]+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)\s+(\[[0-9a-f:]+\](?::\d+)?|[A-Za-z0-9][A-Za-z0-9.-]*(?::\d+)?)")
_CANCELLED = re.compile(r"(?i)\b(?:request|operation|call|turn|user)\b[\w ]{0,16}\b(?:abort|cancel)|\b(?:interrupted|aborted|cancell?ed) by (?:the )?user\b")
_TIMED_OUT = re.compile(r"(?i)\btim(?:e|ed) ?out\b")

_HTML_200 = re.compile(r"(?is)\(HTTP 200\).*?(?:content-type html|HTML page)|body is an HTML page")

# The status a sentence names. The number must stand where clients put it; a number elsewhere in a sentence means nothing.
_STATUS = (
    re.compile(r"^(?:[^:\n]{0,60}·\s*)?(?:API Error:?\s*)?(?:Error(?: code)?:\s*)?([1-5]\d\d)\b(?!\.\d)"),
    re.compile(r"(?i)\bAPI Error:?\s*\(?([1-5]\d\d)\b"),
    re.compile(r"(?i)\brejected \((\d{3})\)"),
    re.compile(r"(?i)\brepeated ([45]\d\d)\b"),
    re.compile(r"(?i)\b(?:last |unexpected )?(?:http )?status(?: code)?[:=]?\s+([1-5]\d\d)\b"),
    re.compile(r"(?i)\bhttp[ /]([45]\d\d)\b"),
    re.compile(r"(?i)\blast error:\s*([45]\d\d)\b"),
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a sentence of a client can mean where nothing stronger is in the record; always at low confidence."""

    pattern: re.Pattern[str]
    fault: Fault
    reason: str


def _phrase(pattern: str, fault: Fault, reason: str) -> Phrase:
    return Phrase(re.compile("(?i)" + pattern), fault, reason)


PHRASES = (
    _phrase(r"not your usage limit|temporarily limiting requests", Fault.PROVIDER, "client_wording_throttled"),
    _phrase(r"credit balance|out of credits|insufficient (?:balance|credits?|funds)|payment required|billing", Fault.BILLING, "client_wording_billing"),
    _phrase(r"(?:usage|session|weekly|daily|monthly|5-hour|opus|sonnet) (?:limit|quota)", Fault.QUOTA, "client_wording_quota"),
    _phrase(r"hit your (?:[\w-]+ ){0,2}limit|quota (?:exceeded|exhausted)", Fault.QUOTA, "client_wording_quota"),
    _phrase(r"exceed(?:ed)? your (?:[\w'-]+ ){0,3}rate limit", Fault.QUOTA, "client_wording_quota"),
    _phrase(r"not logged in|run /login|invalid (?:x-)?api[- ]key|incorrect api key|oauth token", Fault.AUTH, "client_wording_auth"),
    _phrase(r"unauthori[sz]ed|authentication", Fault.AUTH, "client_wording_auth"),
    _phrase(r"model .{0,80}(?:not found|does not exist|may not exist|not supported)|selected model \(", Fault.MODEL, "client_wording_model"),
    _phrase(r"\boverloaded\b|at capacity|no capacity", Fault.PROVIDER, "client_wording_overloaded"),
    _phrase(r"prompt is too long|context (?:window|length)|maximum context|output token maximum", Fault.REQUEST, "client_wording_request"),
    _phrase(r"request too large|content policy", Fault.REQUEST, "client_wording_request"),
)


def transport_code(sentence: str) -> str | None:
    """The code of the transport failure that this sentence names, None where it names none."""
    found = _ERRNO.search(sentence)
    if found:
        return found[1]
    return next((code for pattern, code in _TRANSPORT if pattern.search(sentence)), None)


def stated_status(sentence: str) -> int | None:
    """The HTTP status that this sentence names where clients put one."""
    for pattern in _STATUS:
        found = pattern.search(sentence)
        if found:
            return int(found[1])
    return None


def meaning(sentence: str) -> Phrase | None:
    """What the sentence can mean by its words alone."""
    return next((phrase for phrase in PHRASES if phrase.pattern.search(sentence)), None)


def answered_with_a_page(sentence: str) -> bool:
    """Whether the client says that an HTML page came where an answer should be: what a login page of a network looks like."""
    return bool(_HTML_200.search(sentence))


def bare(sentence: str) -> str:
    """The sentence without what the client puts in front of the provider's own words (`API Error: 400 `)."""
    return _PREFIX.sub("", sentence, count=1)


def host_named(sentence: str) -> str | None:
    """The host beside an errno name, as Node writes it (`connect ECONNREFUSED 127.0.0.1:4000`); None where none stands there."""
    found = _BESIDE.search(sentence)
    return found[1] if found else None


def cancelled(sentence: str) -> bool:
    """Whether the sentence says that the user or the program itself stopped the call: that is no failure."""
    return bool(_CANCELLED.search(sentence)) and not _TIMED_OUT.search(sentence)


def embedded_json(sentence: str) -> str | None:
    """The JSON object inside a sentence (`API Error: 429 {…}`), from its first brace to its last; None where there is none."""
    start, end = sentence.find("{"), sentence.rfind("}")
    return sentence[start : end + 1] if 0 <= start < end else None
