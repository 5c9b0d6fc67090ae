"""The keys that error bodies are made of, whoever sends them, and what makes an answer an error whatever its status."""

import re
from typing import Any

# Keys are compared without case and punctuation: `errorType`, `error_type` and `error-type` are one.
CODES = frozenset(
    {
        "code",
        "type",
        "status",
        "reason",
        "errortype",
        "errorcode",
        "errcode",
        "errno",
        "kind",
        "category",
        "errorcategory",
        "errorname",
        "exception",
        "subtype",
        "subcode",
        "errorsubcode",
        "codexerrorinfo",
        "limitsource",
        "statuscode",
        "httpstatus",
        "httpstatuscode",
        "httpcode",
        "rawstatuscode",
        "faultcode",
        "codename",
    }
) | {"__type", "@type"}
MESSAGES = frozenset(
    {
        "message",
        "msg",
        "errormessage",
        "errmsg",
        "errormsg",
        "statusmsg",
        "detail",
        "details",
        "title",
        "description",
        "errordescription",
        "faultstring",
        "cause",
        "raw",
        "hint",
        "explanation",
        "body",
        "responsebody",
        "response",
        "data",
        "reason",
        "error",
        "errors",
        "err",
        "text",
    }
)
CHILDREN = frozenset(
    {
        "error",
        "errors",
        "err",
        "detail",
        "details",
        "metadata",
        "raw",
        "cause",
        "inner",
        "innererror",
        "response",
        "body",
        "responsebody",
        "data",
        "fault",
        "exception",
        "availability",
        "baseresp",
        "previouserrors",
        "originalerror",
        "upstreamerror",
        "upstream",
        "errorresponse",
        "errordata",
        "problem",
        "payload",
        "lasterror",
        "violations",
        "codexerrorinfo",
        "reason",
        "meta",
        "object",
        "result",
        "info",
        "errorinfo",
        "params",
        "quotadimensions",
    }
)
# An object with one of these is a request or an answer: of it, only its `error` is entered.
CONTENT = frozenset(
    {
        "messages",
        "prompt",
        "input",
        "contents",
        "instructions",
        "tools",
        "choices",
        "candidates",
        "content",
        "output",
        "embedding",
        "embeddings",
    }
)
UPSTREAMS = ("providername", "provider", "llmprovider", "upstreamprovider")
WAITS = ("retrydelay", "retryafter", "retryafterseconds", "retryafters", "estimatedtime", "resetsinseconds")
FILLER_CODES = frozenset({"error", "errors", "object"})
NAMED_UNION = re.compile(r"[A-Za-z]\w{2,60}(?:Exception|Error)")
MOST_NODES = 400
_HTTP_ERRORS = range(400, 600)
_KEY = re.compile(r"[^a-z0-9@]")


def key_of(name: object) -> str:
    """A field's name as it is compared: `errorType`, `error_type` and `Error-Type` are one."""
    return str(name) if str(name) in ("__type", "@type") else _KEY.sub("", str(name)[:80].lower())


def is_error(value: object) -> bool:
    """Whether a value that came with a success status is an error all the same, by its own fields: never by what an answer says."""
    if not isinstance(value, dict):
        return False
    fields = {key_of(name): content for name, content in value.items()}
    if any(fields.get(name) for name in ("error", "errors", "err", "fault", "exception", "__type")):
        return True
    if fields.get("type") == "error" or fields.get("object") == "error" or fields.get("success") is False or fields.get("ok") is False:
        return True
    if str(fields.get("type", "")).endswith(".failed") or any(NAMED_UNION.fullmatch(str(name)) and isinstance(value[name], dict) for name in value):
        return True
    base = fields.get("baseresp")
    if isinstance(base, dict) and base.get("status_code"):
        return True
    if any(isinstance(choice, dict) and choice.get("error") for choice in listed(fields.get("choices"))):
        return True
    return not CONTENT & fields.keys() and bool(error_status(fields.get("code")) or error_status(fields.get("statuscode")) or fields.get("errorcode"))


def listed(value: object) -> list[Any]:
    """The first items of a list; none of anything else."""
    return value[:MOST_NODES] if isinstance(value, list) else []


def error_status(value: object) -> int | None:
    """A status of an error, as a number or written as one."""
    if isinstance(value, str) and len(value) == 3 and value.isdecimal():  # noqa: PLR2004 - every HTTP status has three digits
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value in _HTTP_ERRORS else None
