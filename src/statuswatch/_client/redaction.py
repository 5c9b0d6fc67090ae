"""What of a failed answer may leave the program: fields and codes by their form, words out of a fixed list; never what a prompt, an answer or a key says."""

import contextlib
import json
import re
from collections.abc import Mapping
from typing import Any

BODY_MAX = 3000
"""Characters of what is left of an error body."""
READ_MAX = 65_536
"""Bytes of an error body, or of one event, that are looked at."""

_MOST_HEADERS = 40
_HEADER_MAX = 200
# What says something about the cause; the engine looks at no others.
_HEADERS = re.compile(
    r"(?:retry-after(?:-ms)?|x-should-retry|(?:x-)?request-id|content-type|server|via|cf-(?:ray|error-type|error-origin|mitigated)|proxy-status|cache-status|x-cache"
    r"|x-amzn-(?:requestid|errortype)|apim-request-id|(?:anthropic-|x-)?ratelimit[a-z0-9-]*|link|x-litellm-[a-z-]+)"
)
REQUEST_IDS = ("request-id", "x-request-id", "x-amzn-requestid", "apim-request-id")
# How issuers begin keys, and any run of letters and digits that is too long for a name.
KEY = re.compile(
    r"(?i)(?<![A-Za-z0-9])(?:sk|pk|rk|gh[a-z]|github_pat|glpat|xox[a-z]|hf|gsk|npm|pypi|akia|asia|aiza|ya29|eyj|r8|nvapi|key|bearer|secret|token|password)"
    r"(?=[-_.A-Za-z0-9]*\d)[-_.A-Za-z0-9]{10,}|(?=[A-Za-z]*\d)[A-Za-z0-9]{33,}|(?i:secret|passw|private[-_]key)|://[^/\s]*@"
)
_ID = re.compile(r"[\w.:/=+-]{1,100}")
_CODE = re.compile(r"[A-Za-z_@][\w.:/#-]{0,79}")
_CODE_KEYS = frozenset(
    """code type status reason errortype errorcode errcode errno kind category errorcategory errorname exception subtype subcode errorsubcode codexerrorinfo
    limitsource statuscode httpstatus httpstatuscode httpcode rawstatuscode faultcode codename @type __type object param requestid providername
    provider llmprovider upstreamprovider retrydelay retryafter retryafterseconds retryafters estimatedtime resetsinseconds quotaid""".split()  # noqa: SIM905 - a table
)
_OTHER_KEYS = frozenset(
    """message msg errormessage errmsg errormsg statusmsg detail details title description errordescription faultstring cause raw hint explanation body
    responsebody response data error errors err text metadata inner innererror fault availability baseresp previouserrors originalerror upstreamerror
    upstream errorresponse errordata problem payload lasterror violations meta name result info errorinfo params quotadimensions success ok choices""".split()  # noqa: SIM905
)
_CONTENT_KEYS = frozenset("messages prompt input contents instructions tools candidates content output embedding embeddings".split())  # noqa: SIM905
_NAME = re.compile(r"[A-Za-z@_$.-]{1,64}")
_NAMED_ERROR = re.compile(r"[A-Za-z]\w{2,60}(?:Exception|Error)")
# The words by which errors are told apart (catalog/signatures), and no others: whatever a body repeats of a prompt, nothing of it can be read back.
_WORDS = frozenset(
    """a aborted access account administrator again akamai all allowed alto and api apikey appear are argument arrears at attention authentication
    available azure bad balance balances be because been billing blocked blue bluecoat body browser busy by call caller cannot cap capacity captcha
    captive categories categorized category center cert certificate certificates certification cf check checking cisco client close closed
    cloudflare cloudfront coat code com company concurrency concurrent connect connection content context cookies could country credit credits cuda
    current currently day deactivated demand denied depleted deployed deployment deprecated details disabled disconnected dns doctype does doesn
    door down due eai econnrefused econnreset edgesuite ehostunreach enable endpoint endpoints enetdown enetunreach engine engines enotfound enough
    epipe err error errors etimedout exceed exceeded exceeds exception execute exhausted exist exists experiencing expired extra failed fastly fetch
    filter flagged for forbidden forcepoint fortigate fortiguard fortinet found foundation from front fund funds gateway get getaddrinfo googleapis
    gpu guru h1 h2 hang hard has have head high hit hold host hour hr html http human id identifier imperva in incapsula incorrect inference input
    insufficient internal internet invalid is issuer javascript just key known later length limit limited limits litellm load loading local
    localhost location logged login long longer lookup low many max maximum mcafee meditation memory meta metric min minute missing model models
    moderation moment more name nameresolutionerror netlify netskope network networks no nodename nor not oauth of offline on operation or
    organisation organization out overdue overload overloaded palo path payment per performance permission pkix plan please policy pool portal post
    premature problem process profile project prompt provided provider providers provisioned proxy proxyerror publisher qps quota rate ratelimit
    ratelimited ray re reached received recharge reference refused refusing region remaining request requested requests required requires reset
    resolution resolve resolved resource resources responded retired retrieve retry returned revoked route rpd rpm run runner script sec second
    seconds security self selfsigned server servers service services servname shared sign signed slow socket sorry specified spend spending squid
    ssl sslcertverificationerror status statuscode stream such sucuri support supported suspended system systems temporarily temporary terminated
    that the this throttled throttling throttlingexception throughput tier time timed timedout timeout title to token tokens too top topup tpd tpm
    traffic try trying tunnel umbrella unable unallowed unauthorized unavailable under unexpectedly unknown unknownhost unpaid unprocessable
    unreachable unsupported untrusted unusually up upgrade upstream url usage used user valid validation varnish vercel verification verify
    verifying very wait was web webfilter websense while will window with workspace x yet you your zscaler
    """.split()  # noqa: SIM905 - a table
)
_RUN = re.compile(r"[A-Za-z0-9]+|[^\x20-\x7e]+")
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_NUMBER = re.compile(r"[45]\d\d|10[0-2]\d|1106|(?:\d{1,3}(?:ms|[smh])){1,3}")
_BEFORE_UNIT = re.compile(r"(?:\.\d{1,3})? ?(?:ms|[smh]|sec\w*|min\w*|hours?|days?)\b")
_MASKED = re.compile(r"_(?:[ ./=&?%#;_-]*_)+")
_PAIR = re.compile(r"""(["'])(\w{2,20})\1\s*:\s*(["'])([\w.:/#-]{1,80})\3""")
_UNSEEN = re.compile(r"(?is)<(style|script)\b.*?(?:</\1|\Z)|[{}]")
_PAGE = re.compile(r"\s*<")


def telling(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that say something about the cause, cut short, and none that holds what looks like a key."""
    told: dict[str, str] = {}
    for name, value in headers.items():
        name = name.lower()  # noqa: PLW2901 - its one spelling
        if not _HEADERS.fullmatch(name) or len(told) >= _MOST_HEADERS:
            continue
        text = "1" if name.startswith("x-litellm-") else value.partition(";")[0] if name == "content-type" else value[:_HEADER_MAX]
        if name in REQUEST_IDS:  # that there is one says that the provider's own program answered
            text = text if _ID.fullmatch(text) and not KEY.search(text) else "-"
        if not KEY.search(text) and (name != "link" or "status" in text):
            told[name] = text
    return told


def reduced(body: str) -> str:
    """What is sent of an error body: of JSON the known fields with their codes, of all text the words of a fixed list. Nothing that a prompt said."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        if _PAGE.match(body):
            body = _UNSEEN.sub(" ", body)
        return _worded(body)[:BODY_MAX]
    for longest in (400, 60):
        text = json.dumps(_kept(value, "", longest, 12), separators=(",", ":"))
        if len(text) <= BODY_MAX:
            return text
    return ""


def _kept(value: Any, key: str, longest: int, deep: int) -> Any:
    if isinstance(value, dict) and deep:
        known = ((name, plain, item) for name, item in list(value.items())[:60] if (plain := _plain_key(name)) is not None)
        return {name if _NAME.fullmatch(name) else plain: _kept(item, plain, longest, deep - 1) for name, plain, item in known}
    if isinstance(value, list) and deep:
        return [_kept(item, key, longest, deep - 1) for item in value[:10]]
    if isinstance(value, str) and key not in _CONTENT_KEYS:
        return _code(value) if key in _CODE_KEYS and " " not in value else _sentence(value, longest, deep)
    if isinstance(value, bool) or (isinstance(value, int) and key in _CODE_KEYS and 0 <= value < 10**7):
        return value
    return None


def _plain_key(name: str) -> str | None:
    """A field's name as it is compared, where it is a known one; `error_type` and `errorType` are one."""
    plain = name if name in ("@type", "__type") else re.sub(r"[^a-z0-9@]", "", name[:80].lower())
    known = plain in _CODE_KEYS or plain in _OTHER_KEYS or plain in _CONTENT_KEYS or (_NAMED_ERROR.fullmatch(name) and not KEY.search(name))
    return plain if known else None


def _code(value: str) -> str:
    if "://" in value and not value.partition("://")[0].endswith((":http", ":https")):  # a problem type is named by the end of its address
        value = "https://-/" + re.split(r"[/#]", value.rstrip("/#"))[-1]
        return value if _CODE.fullmatch(value) and not KEY.search(value) else "_"
    return value if (_CODE.fullmatch(value) or _NUMBER.fullmatch(value)) and not KEY.search(value) else _worded(value[:80])


def _sentence(text: str, longest: int, deep: int) -> str:
    """A sentence by its known words; an error that it passes on as JSON is reduced like any other."""
    start, end = text.find("{"), text.rfind("}")
    if 0 <= start < end and deep:
        with contextlib.suppress(ValueError, RecursionError):
            inner = json.dumps(_kept(json.loads(text[start : end + 1]), "", longest, deep - 1), separators=(",", ":"))
            return f"{_worded(text[:start])[:longest]}{inner}"[: 4 * longest]
    return _worded(text)[:longest]


def _worded(text: str) -> str:
    """A text of which only the words of the list are left, the statuses and spans of time, and codes where a dump of fields names one."""
    text = text[:READ_MAX].replace("127.0.0.1", "localhost")
    pieces, at = [], 0
    for pair in _PAIR.finditer(text):
        if (key := _plain_key(pair[2])) is not None:
            value = _code(pair[4]) if key in _CODE_KEYS else _masked(pair[4])
            pieces += [_masked(text[at : pair.start()]), f"{pair[1]}{pair[2]}{pair[1]}: {pair[3]}{value}{pair[3]}"]
            at = pair.end()
    return "".join((*pieces, _masked(text[at:])))


def _masked(text: str) -> str:
    def known(run: re.Match[str]) -> str:
        word = run[0]
        if not word.isascii():
            return " "
        if word[0].isdigit():
            return word if _NUMBER.fullmatch(word) or (len(word) <= 3 and _BEFORE_UNIT.match(text, run.end())) else "_"  # noqa: PLR2004
        parts = _PART.findall(word) if word.isalpha() else []
        return word if word.lower() in _WORDS or (parts and all(part.lower() in _WORDS for part in parts)) else "_"

    return _MASKED.sub("_", _RUN.sub(known, text))
