"""Failed answers written by hand after the vendors' documented shapes, each with what its row of the decision table says; and the reader they are put to."""

import json
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from statuswatch.catalog.loader import load
from statuswatch.catalog.signatures import builtin_signatures
from statuswatch.core.health import Fault
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.observation import Diagnosis
from statuswatch.sources.apierror import diagnose
from statuswatch.sources.response import Response

_FOLDER = Path(__file__).resolve().parents[1] / "payloads" / "answers"


def answers() -> Iterator[dict[str, Any]]:
    """The labelled answers of `payloads/answers`."""
    for path in sorted(_FOLDER.glob("*.toml")):
        yield from tomllib.loads(path.read_text())["answer"]


def response_of(answer: dict[str, Any]) -> Response:
    """A labelled answer as a tap would have seen it; without a status it is pasted text."""
    return Response(answer.get("status"), answer.get("headers", {}), answer["body"], answer.get("url"), pasted="status" not in answer)


ANTHROPIC = "https://api.anthropic.com/v1/messages"
OPENAI = "https://api.openai.com/v1/responses"
GEMINI = "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:generateContent"
VERTEX = "https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/google/models/gemini-2.5-pro:generateContent"
AZURE = "https://house.openai.azure.com/openai/deployments/my-gpt/chat/completions"
BEDROCK = "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-x/converse"
ROUTER = "https://openrouter.ai/api/v1/chat/completions"
OWN = "http://127.0.0.1:4000/v1/chat/completions"
NEW = "https://api.nobody-knows.dev/v1/chat/completions"
SSE = {"content-type": "text/event-stream"}
EDGE_PROBLEM = {"content-type": "application/problem+json", "server": "cloudflare"}


@cache
def knowledge() -> Knowledge:
    return load(None, ()).knowledge


def read(status: int | None, body: object = "", headers: dict[str, str] | None = None, url: str | None = None, *, pasted: bool = False) -> Diagnosis:
    text = body if isinstance(body, str) else json.dumps(body)
    return diagnose(Response(status, headers or {}, text, url, pasted=pasted), builtin_signatures(), knowledge())


def err(**fields: object) -> dict[str, object]:
    return {"error": fields}


def typed(kind: str, message: str = "m") -> dict[str, object]:
    return {"type": "error", "error": {"type": kind, "message": message}}


def google(code: int, status: str, message: str = "m", *details: dict[str, object]) -> dict[str, object]:
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}


def info(reason: str) -> dict[str, object]:
    return {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}


QUOTA_FAILURE = {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": "RequestsPerDayPerModel"}]}
PAGE_502 = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>"
OVERLOAD_EVENT = 'event: message_start\ndata: {"type":"message_start"}\n\nevent: error\ndata: {"type":"error","error":{"type":"overloaded_error"}}\n\n'

# (fault, confidence, reason, status, body, headers, url)
CASES = {
    "anthropic overload": ("provider", "medium", "capacity", 529, typed("overloaded_error"), {}, ANTHROPIC),
    "overload told with the status of an internal error": ("provider", "medium", "capacity", 500, typed("overloaded_error"), {}, ANTHROPIC),
    "overload inside a stream": ("provider", "medium", "capacity", 200, OVERLOAD_EVENT, SSE, ANTHROPIC),
    "529 without a body": ("provider", "medium", "capacity", 529, "", {}, None),
    "anthropic internal": ("provider", "low", "server_error", 500, typed("api_error"), {}, ANTHROPIC),
    "anthropic timeout": ("provider", "low", "timeout", 504, typed("timeout_error"), {}, ANTHROPIC),
    "anthropic key": ("auth", "high", "auth", 401, typed("authentication_error"), {}, ANTHROPIC),
    "anthropic permission": ("auth", "high", "auth", 403, typed("permission_error"), {}, ANTHROPIC),
    "anthropic billing type": ("billing", "high", "billing", 402, typed("billing_error"), {}, ANTHROPIC),
    "credit told as a bad request": (
        "billing",
        "medium",
        "billing",
        400,
        typed("invalid_request_error", "Your credit balance is too low to go on"),
        {},
        ANTHROPIC,
    ),
    "spend limit told as a bad request": (
        "billing",
        "medium",
        "billing",
        400,
        typed("invalid_request_error", "You have reached your specified API usage limits."),
        {},
        None,
    ),
    "spend limit code": (
        "billing",
        "high",
        "billing",
        429,
        err(type="rate_limit_error", details={"error_code": "enforced_spend_limit_reached"}),
        {},
        ANTHROPIC,
    ),
    "anthropic request": ("request", "high", "request", 400, typed("invalid_request_error"), {}, ANTHROPIC),
    "anthropic size": ("request", "high", "request", 413, typed("request_too_large"), {}, ANTHROPIC),
    "anthropic model": ("model", "low", "model_unknown", 404, typed("not_found_error", "model: claude-nope"), {}, ANTHROPIC),
    "organization disabled": ("auth", "low", "auth", 400, typed("invalid_request_error", "This organization has been disabled."), {}, ANTHROPIC),
    "429 of the service itself": ("provider", "medium", "capacity", 429, typed("rate_limit_error", "Limiting requests (not your usage limit)"), {}, ANTHROPIC),
    "429 with nothing left": ("quota", "high", "quota", 429, typed("rate_limit_error"), {"anthropic-ratelimit-requests-remaining": "0"}, ANTHROPIC),
    "429 unified": ("quota", "high", "quota", 429, typed("rate_limit_error"), {"anthropic-ratelimit-unified-status": "rejected"}, ANTHROPIC),
    "429 that names the caller's limit": ("quota", "medium", "quota", 429, typed("rate_limit_error", "would exceed your organization's limit"), {}, ANTHROPIC),
    "429 of a subscription without numbers": ("unknown", "low", "limit_without_evidence", 429, typed("rate_limit_error"), {"request-id": "req_01"}, ANTHROPIC),
    "rate limit type alone": ("quota", "medium", "quota", 429, typed("rate_limit_error"), {}, ANTHROPIC),
    "ramped too fast": ("quota", "high", "quota", 503, err(code="slow_down", type="server_error"), {}, OPENAI),
    "openai quota is money": ("billing", "high", "billing", 429, err(code="insufficient_quota", type="insufficient_quota"), {}, OPENAI),
    "openai rate": ("quota", "medium", "quota", 429, err(code="rate_limit_exceeded", type="tokens"), {}, OPENAI),
    "openai overload": ("provider", "medium", "capacity", 503, err(code="server_is_overloaded"), {}, OPENAI),
    "openai server error": ("provider", "low", "server_error", 500, err(type="server_error", code=None, message="m"), {}, OPENAI),
    "openai key": ("auth", "high", "auth", 401, err(type="invalid_request_error", code="invalid_api_key"), {}, OPENAI),
    "openai without a key": ("auth", "medium", "auth", 401, err(type="invalid_request_error", code=None), {}, OPENAI),
    "openai 401 by the application": ("auth", "high", "auth", 401, err(type="invalid_request_error"), {"x-request-id": "r"}, OPENAI),
    "openai region": ("auth", "high", "auth", 403, err(code="unsupported_country_region_territory"), {}, OPENAI),
    "openai model": ("model", "medium", "model_unknown", 404, err(code="model_not_found", type="invalid_request_error"), {}, OPENAI),
    "openai wrong value for the model": ("model", "medium", "model_unknown", 400, err(code="invalid_value", param="model"), {}, OPENAI),
    "openai context": ("request", "high", "request", 400, err(code="context_length_exceeded"), {}, OPENAI),
    "openai other thing not found": (
        "request",
        "medium",
        "not_found",
        404,
        err(code="fine_tune_not_found"),
        {},
        "https://api.openai.com/v1/fine_tuning/jobs/1",
    ),
    "openai stream failure": (
        "provider",
        "low",
        "server_error",
        200,
        'event: response.failed\ndata: {"type":"response.failed","response":{"instructions":"rate limit","error":{"code":"server_error"}}}\n\n',
        SSE,
        OPENAI,
    ),
    "gemini capacity": ("provider", "medium", "capacity", 503, google(503, "UNAVAILABLE", "m", info("MODEL_CAPACITY_EXHAUSTED")), {}, GEMINI),
    "gemini unavailable": ("provider", "medium", "capacity", 503, google(503, "UNAVAILABLE"), {}, GEMINI),
    "gemini capacity told as 429": (
        "provider",
        "medium",
        "capacity",
        429,
        google(429, "RESOURCE_EXHAUSTED", "m", info("MODEL_CAPACITY_EXHAUSTED")),
        {},
        GEMINI,
    ),
    "gemini quota": ("quota", "high", "quota", 429, google(429, "RESOURCE_EXHAUSTED", "m", QUOTA_FAILURE), {}, GEMINI),
    "gemini bare 429": ("unknown", "low", "rate_limit_unspecified", 429, google(429, "RESOURCE_EXHAUSTED", "Try again later."), {}, GEMINI),
    "gemini in a list": ("quota", "high", "quota", 429, [google(429, "RESOURCE_EXHAUSTED", "m", QUOTA_FAILURE)], {}, GEMINI),
    "gemini key told as a bad request": ("auth", "high", "auth", 400, google(400, "INVALID_ARGUMENT", "m", info("API_KEY_INVALID")), {}, GEMINI),
    "gemini free tier": ("billing", "medium", "billing", 400, google(400, "FAILED_PRECONDITION"), {}, GEMINI),
    "gemini internal": ("provider", "low", "server_error", 500, google(500, "INTERNAL"), {}, GEMINI),
    "gemini deadline": ("provider", "low", "timeout", 504, google(504, "DEADLINE_EXCEEDED"), {}, GEMINI),
    "gemini cancelled": ("unknown", "low", "timeout", 499, google(499, "CANCELLED"), {}, GEMINI),
    "gemini credits": ("billing", "high", "billing", 429, google(429, "RESOURCE_EXHAUSTED", "m", info("INSUFFICIENT_G1_CREDITS_BALANCE")), {}, GEMINI),
    "vertex shared pool": ("provider", "medium", "capacity", 429, google(429, "RESOURCE_EXHAUSTED", "Resource exhausted, please try again later."), {}, VERTEX),
    "vertex provisioned": ("quota", "medium", "quota", 429, google(429, "RESOURCE_EXHAUSTED", "Too many. Exceeded the Provisioned Throughput."), {}, VERTEX),
    "azure demand": ("provider", "medium", "capacity", 429, err(code="429", message="The system is experiencing high demand now"), {}, AZURE),
    "azure own rate": ("quota", "medium", "quota", 429, err(code="429", message="Requests have exceeded call rate limit of your tier"), {}, AZURE),
    "azure deployment": ("model", "medium", "model_unknown", 404, err(code="DeploymentNotFound"), {}, AZURE),
    "azure filter": ("request", "high", "request", 400, err(code="content_filter", innererror={"code": "ResponsibleAIPolicyViolation"}), {}, AZURE),
    "azure resource": ("model", "low", "model_unknown", 404, err(code="404", message="Resource not found"), {}, AZURE),
    "bedrock throttling": (
        "quota",
        "high",
        "quota",
        429,
        {"message": "m"},
        {"x-amzn-errortype": "ThrottlingException:http://internal.example/coral/"},
        BEDROCK,
    ),
    "bedrock model not ready": ("provider", "medium", "capacity", 429, {"message": "m"}, {"x-amzn-errortype": "ModelNotReadyException"}, BEDROCK),
    "bedrock unavailable in a stream": ("provider", "medium", "capacity", 400, {"message": "m"}, {":exception-type": "serviceUnavailableException"}, BEDROCK),
    "bedrock quota told as 400": ("quota", "high", "quota", 400, {"__type": "com.amazon#ServiceQuotaExceededException"}, {}, BEDROCK),
    "bedrock validation": ("request", "high", "request", 400, {"message": "m"}, {"x-amzn-errortype": "ValidationException"}, BEDROCK),
    "bedrock model id": ("model", "low", "model_unknown", 400, {"message": "The provided model identifier is invalid."}, {}, BEDROCK),
    "bedrock timeout": ("unknown", "low", "timeout", 408, {"message": "m"}, {"x-amzn-errortype": "ModelTimeoutException"}, BEDROCK),
    "bedrock token": ("auth", "high", "auth", 403, {"message": "m"}, {"x-amzn-errortype": "ExpiredTokenException:http://x/"}, BEDROCK),
    "bedrock union member": ("provider", "medium", "capacity", None, {"modelStreamErrorException": {"message": "m"}}, {}, BEDROCK),
    "bedrock binary stream": (
        "provider",
        "medium",
        "capacity",
        200,
        "\x00\x0f:exception-type\x07\x00\x1bmodelStreamErrorException\r:content-type",
        {"content-type": "application/vnd.amazon.eventstream"},
        BEDROCK,
    ),
    "openrouter upstream overload": ("provider", "medium", "capacity", 502, err(code=502, metadata={"raw": json.dumps(typed("overloaded_error"))}), {}, ROUTER),
    "openrouter taxonomy": ("provider", "medium", "capacity", 503, err(code=503, metadata={"error_type": "provider_overloaded"}), {}, ROUTER),
    "openrouter availability": ("provider", "medium", "capacity", 429, err(code=429, availability={"code": "capacity_exhausted"}), {}, ROUTER),
    "openrouter shared pool": ("provider", "medium", "capacity", 429, err(code=429, metadata={"limit_source": "upstream_provider_shared_pool"}), {}, ROUTER),
    "openrouter nested request": ("request", "high", "request", 400, err(code=400, metadata={"raw": json.dumps(typed("invalid_request_error"))}), {}, ROUTER),
    "openrouter credits": ("billing", "high", "billing", 402, err(code=402, message="m"), {}, ROUTER),
    "openrouter no endpoints": ("model", "low", "model_unknown", 404, err(code=404, message="No endpoints found for a/b."), {}, ROUTER),
    "openrouter policy": ("request", "low", "request_constraint", 404, err(code=404, message="No endpoints found matching your data policy"), {}, ROUTER),
    "openrouter moderation": ("request", "low", "request", 403, err(code=403, message="This model requires moderation"), {}, ROUTER),
    "openrouter key limit": ("quota", "low", "quota", 403, err(code=403, message="Key limit exceeded"), {}, ROUTER),
    "openrouter error in a choice": (
        "provider",
        "low",
        "server_error",
        200,
        {"choices": [{"finish_reason": "error", "error": {"code": 502, "message": "m"}}]},
        {},
        ROUTER,
    ),
    "groq flex": ("provider", "medium", "capacity", 498, "", {}, "https://api.groq.com/openai/v1/chat/completions"),
    "groq rate told as 413": ("quota", "medium", "quota", 413, "{'error': {'message': 'm', 'type': 'tokens', 'code': 'rate_limit_exceeded'}}", {}, None),
    "fireworks suspended": ("billing", "medium", "billing", 412, err(message="m"), {}, "https://api.fireworks.ai/inference/v1/completions"),
    "mistral tier": ("provider", "medium", "capacity", 429, {"object": "error", "message": "Service tier capacity exceeded for it"}, {}, None),
    "xai permission": ("auth", "high", "auth", 403, {"code": "The caller does not have permission to execute the specified operation", "error": "m"}, {}, None),
    "xai key told as a bad request": (
        "auth",
        "low",
        "auth",
        400,
        {"code": "Client specified an invalid argument", "error": "Incorrect API key provided"},
        {},
        None,
    ),
    "copilot upstream": ("provider", "medium", "capacity", 503, err(code="upstream_provider_rate_limit"), {}, "https://api.githubcopilot.com/chat/completions"),
    "copilot month": ("billing", "high", "billing", 402, err(code="quota_exceeded"), {}, "https://api.githubcopilot.com/chat/completions"),
    "cerebras queue": ("provider", "medium", "capacity", 429, {"type": "too_many_requests_error", "code": "queue_exceeded"}, {}, None),
    "codex overload": ("provider", "medium", "capacity", None, {"codex_error_info": "server_overloaded"}, {}, None),
    "codex connection word is a lie": (
        "provider",
        "low",
        "server_error",
        None,
        {"codex_error_info": {"http_connection_failed": {"http_status_code": 502}}},
        {},
        None,
    ),
    "codex 429 without more": ("unknown", "low", "rate_limit_unspecified", None, {"codex_error_info": {"x": {"http_status_code": 429}}}, {}, None),
    # gateways
    "litellm passes an overload on as 500": (
        "provider",
        "low",
        "capacity",
        500,
        err(message=f"litellm.InternalServerError: AnthropicException - {json.dumps(typed('overloaded_error'))}", code="500"),
        {},
        OWN,
    ),
    "own gateway alone": ("unknown", "low", "gateway_or_provider", 502, PAGE_502, {}, OWN),
    "own gateway's own words": ("unknown", "low", "gateway_or_provider", 500, err(type="internal_server_error", code="500"), {}, OWN),
    "gateway by its header": (
        "unknown",
        "low",
        "gateway_or_provider",
        500,
        err(type="upstream_error"),
        {"x-litellm-call-id": "1"},
        "https://llm.house.example/v1/x",
    ),
    "gateway budget": ("billing", "high", "billing", 400, err(type="budget_exceeded", code="400"), {}, OWN),
    "gateway could not connect": ("unknown", "low", "gateway_or_provider", 502, {"code": "ECONNREFUSED"}, {}, NEW),
    "upstream header through the gateway": ("quota", "high", "quota", 429, "", {"llm_provider-x-ratelimit-remaining-requests": "0"}, OWN),
    "429 told as 500": ("unknown", "low", "masked_refusal", 500, err(message="upstream returned 429: too many", type="server_error"), {}, NEW),
    "400 told as 502": ("unknown", "low", "masked_refusal", 502, {"message": "Bad Request", "code": "upstream_error"}, {}, NEW),
    "request type told as 502": ("request", "medium", "request", 502, typed("invalid_request_error"), {}, NEW),
    "local model": ("model", "low", "model_unknown", 404, {"error": "model 'x' not found"}, {}, "http://localhost:11434/api/chat"),
    "local model server": ("gateway", "low", "own_server", 500, {"error": "llama runner process has terminated"}, {}, "http://localhost:11434/api/chat"),
    # standards
    "network authentication": ("network", "high", "captive_portal", 511, "<html>", {}, ANTHROPIC),
    "captive api": ("network", "high", "captive_portal", 200, '{"captive":true}', {"content-type": "application/captive+json"}, ANTHROPIC),
    "portal page": ("network", "medium", "captive_portal", 200, "<!doctype html><title>Hotel</title>", {"content-type": "text/html"}, ANTHROPIC),
    "page with a request id": ("unknown", "low", "page_instead_of_api", 200, "<html></html>", {"request-id": "r"}, ANTHROPIC),
    "page of the own gateway": ("gateway", "medium", "page_instead_of_api", 200, "<html></html>", {}, OWN),
    "redirect to another host": ("network", "medium", "captive_portal", 302, "", {"location": "http://portal.example/"}, ANTHROPIC),
    "redirect to a login": ("network", "low", "captive_portal", 302, "", {"location": "/login"}, ANTHROPIC),
    "redirect": ("unknown", "low", "redirected", 308, "", {"location": "/v2"}, ANTHROPIC),
    "proxy credentials": ("gateway", "high", "own_proxy", 407, "", {}, ANTHROPIC),
    "problem: reduced capacity": (
        "provider",
        "medium",
        "capacity",
        503,
        {"type": "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity"},
        {},
        NEW,
    ),
    "problem: quota": ("quota", "high", "quota", 429, {"type": "https://iana.org/assignments/http-problem-types#quota-exceeded"}, {}, NEW),
    "ratelimit field": ("quota", "high", "quota", 429, "", {"ratelimit": '"default";r=0;t=30'}, NEW),
    "ratelimit field with units left": ("unknown", "low", "rate_limit_unspecified", 429, "", {"ratelimit": '"default";r=3;t=30'}, NEW),
    "hop could not reach the origin": ("provider", "medium", "origin_unreachable", 504, "", {"proxy-status": "cdn; error=connection_timeout"}, NEW),
    "hop failed itself": ("edge", "medium", "edge_error", 502, "", {"proxy-status": "cdn; error=proxy_internal_error"}, NEW),
    "hop refused": ("request", "low", "edge_policy", 403, "", {"proxy-status": "cdn; error=http_request_denied"}, NEW),
    "own hop could not reach": ("unknown", "low", "gateway_or_provider", 504, "", {"proxy-status": "mine; error=connection_timeout"}, OWN),
    "malformed structured fields": ("provider", "low", "server_error", 503, "", {"proxy-status": ";;;=", "ratelimit": "(((", "cache-status": "?"}, NEW),
    # edges
    "edge error header": ("edge", "medium", "edge_error", 409, "", {"cf-error-type": "1101"}, NEW),
    "edge limits the address": ("quota", "medium", "edge_rate_limit", 429, "", {"cf-error-type": "1015"}, NEW),
    "edge limits in words": ("quota", "low", "edge_rate_limit", 429, "error code: 1015", {}, NEW),
    "edge blocks the address": ("network", "low", "address_blocked", 403, "error code: 1020", {}, NEW),
    "edge challenge": ("edge", "low", "edge_challenge", 403, "<html><title>Just a moment...</title>", {}, ANTHROPIC),
    "edge challenge by header": ("edge", "medium", "edge_challenge", 403, "", {"cf-mitigated": "challenge"}, ANTHROPIC),
    "origin behind the edge": ("provider", "medium", "origin_unreachable", 522, "<html>cloudflare</html>", {}, ANTHROPIC),
    "edge page": ("edge", "low", "edge_or_provider", 502, "<html><h1>502</h1><hr>cloudflare</html>", {}, ANTHROPIC),
    "branded page": ("provider", "low", "origin_unreachable", 502, "<html>Cloudflare Ray ID: x</html>", {}, ANTHROPIC),
    "edge without a page": ("edge", "low", "edge_or_provider", 502, "", {"server": "cloudflare"}, ANTHROPIC),
    "page of nobody": ("provider", "low", "server_error", 502, PAGE_502, {}, ANTHROPIC),
    "company filter": ("network", "low", "own_filter", 403, "<html>Blocked by Zscaler</html>", {}, ANTHROPIC),
    "forbidden page": ("unknown", "low", "blocked_before_api", 403, "<html><h1>403</h1></html>", {}, ANTHROPIC),
    # by meaning, from a provider that nobody listed
    "means capacity": ("provider", "low", "capacity", 503, err(code="MODEL_AT_CAPACITY"), {}, NEW),
    "means capacity, camel": ("provider", "low", "capacity", 429, {"errorCode": "ClusterOverloaded"}, {}, NEW),
    "means billing": ("billing", "medium", "billing", 403, err(code="creditsDepleted"), {}, NEW),
    "means auth": ("auth", "medium", "auth", 400, {"errors": [{"code": "ApiKeyRevoked"}]}, {}, NEW),
    "means quota": ("quota", "medium", "quota", 429, {"detail": {"status": "DailyQuotaReached"}}, {}, NEW),
    "means model": ("model", "low", "model_unknown", 400, err(kind="model-was-retired"), {}, NEW),
    "means content": ("request", "medium", "request", 400, err(code="contentModerationFailed"), {}, NEW),
    "means upstream": ("provider", "low", "capacity", 429, err(code="upstream_rate_limited"), {}, NEW),
    "means too many": ("quota", "low", "rate_limit_unspecified", 429, err(code="TooManyRequests"), {}, NEW),
    "means unavailable": ("provider", "low", "server_error", 503, err(code="inference_backend_unavailable"), {}, NEW),
    "error inside a success by its fields": (
        "billing",
        "low",
        "billing",
        200,
        {"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}},
        {},
        NEW,
    ),
    "means more tokens": ("request", "medium", "request", 400, err(code="TokenLimitPassed"), {}, NEW),
    "means that the model cannot answer": ("provider", "low", "capacity", 503, err(code="model_unavailable"), {}, NEW),
    "means the request": ("request", "medium", "request", 400, err(code="MalformedToolCall"), {}, NEW),
    # other things that answer instead, and what words can add to a status
    "squid": ("network", "medium", "own_proxy", 503, "", {"x-squid-error": "ERR_DNS_FAIL 0"}, ANTHROPIC),
    "squid page": ("network", "low", "own_proxy", 503, "<html>Generated by proxy (squid/5.7)</html>", {}, ANTHROPIC),
    "ngrok": ("gateway", "medium", "own_proxy", 404, "", {"ngrok-error-code": "ERR_NGROK_3200"}, NEW),
    "proxy asks with another status": ("gateway", "medium", "own_proxy", 401, "", {"proxy-authenticate": "Basic"}, NEW),
    "edge refuses the address": ("network", "medium", "address_blocked", 403, "", {"cf-error-type": "1020"}, NEW),
    "edge cannot find the origin": ("provider", "medium", "origin_unreachable", 530, "", {"cf-error-type": "1016"}, NEW),
    "balance told as 403": ("billing", "low", "billing", 403, {"message": "Insufficient balance for this call"}, {}, NEW),
    "account told as 412": ("billing", "low", "billing", 412, {"message": "Account house is suspended"}, {}, NEW),
    "upstream limit told as 503": ("provider", "low", "capacity", 503, {"message": "upstream provider rate limit"}, {}, NEW),
    "429 with upstream in its words": ("provider", "low", "capacity", 429, {"message": "The upstream said no"}, {}, NEW),
    "404 with the model in its words": (
        "model",
        "low",
        "model_unknown",
        404,
        {"message": "the big model you want is no longer here"},
        {},
        "https://x.example/v1/things",
    ),
    "context told as 403": ("request", "low", "request", 403, {"message": "Input validation error: tokens exceed the maximum"}, {}, NEW),
    "426": ("request", "low", "request", 426, "", {}, NEW),
    # status alone
    "401": ("auth", "medium", "auth", 401, "", {}, NEW),
    "401 page": ("auth", "low", "auth", 401, "<html></html>", {}, NEW),
    "402": ("billing", "high", "billing", 402, "", {}, NEW),
    "403": ("auth", "low", "auth", 403, "no", {}, NEW),
    "403 json": ("auth", "medium", "auth", 403, {"message": "no"}, {}, NEW),
    "404": ("request", "medium", "not_found", 404, "no such page", {}, NEW),
    "404 where models answer": ("model", "low", "model_unknown", 404, {"message": "no"}, {}, NEW),
    "408": ("unknown", "low", "timeout", 408, "", {}, NEW),
    "410": ("model", "low", "model_retired", 410, "", {}, NEW),
    "422": ("request", "medium", "request", 422, {"detail": [{"msg": "m", "loc": ["body"]}]}, {}, NEW),
    "429": ("unknown", "low", "rate_limit_unspecified", 429, "", {}, NEW),
    "429 in words": ("quota", "low", "quota", 429, "Tokens per minute limit exceeded", {}, NEW),
    "429 money in words": ("billing", "low", "billing", 429, {"message": "You are out of credits"}, {}, NEW),
    "500": ("provider", "low", "server_error", 500, "oops", {}, NEW),
    "503 busy": ("provider", "low", "capacity", 503, {"message": "Service is too busy"}, {}, NEW),
    "a status nobody uses": ("unknown", "low", "unrecognised", 499 - 11, "", {}, NEW),
    "nothing at all": ("unknown", "low", "unrecognised", None, "", {}, None),
    "success": ("unknown", "low", "no_error", 200, {"choices": [{"message": {"content": "overloaded_error"}}]}, {}, NEW),
    "stream that stopped": ("unknown", "low", "stream_cut", 200, 'data: {"delta":"overloaded"}\n\n', SSE, NEW),
    "stream that ended": ("unknown", "low", "no_error", 200, "data: {}\n\ndata: [DONE]\n\n", SSE, NEW),
    "lines of json": ("provider", "low", "server_error", 200, '{"message":{"content":"x"}}\n{"error":{"code":500}}\n', {}, NEW),
    "xml": ("quota", "high", "quota", 503, "<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>m</Message></Error>", {}, NEW),
    # rows beside
    "past its sunset": (
        "model",
        "medium",
        "model_retired",
        410,
        {"detail": "m"},
        {"sunset": "Sun, 30 Jun 2024 23:59:59 GMT", "date": "Mon, 01 Jul 2024 10:00:00 GMT"},
        NEW,
    ),
    "edge problem: limit": ("quota", "medium", "edge_rate_limit", 429, {"error_code": 1015}, EDGE_PROBLEM, NEW),
    "edge problem: refused": ("network", "medium", "address_blocked", 403, {"error_code": 1020, "error_name": "access_denied"}, EDGE_PROBLEM, NEW),
    "edge problem: origin": ("provider", "medium", "origin_unreachable", 409, {"error_code": 1033}, EDGE_PROBLEM, NEW),
    "edge problem: its own": ("edge", "medium", "edge_error", 500, {"error_code": 1101}, EDGE_PROBLEM, NEW),
    "an internal error that tells of a refusal": (
        "unknown",
        "low",
        "masked_refusal",
        None,
        err(type="server_error", message="maximum context length is 5"),
        {},
        None,
    ),
    "exhausted and no more": (
        "unknown",
        "low",
        "rate_limit_unspecified",
        429,
        google(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
        {},
        GEMINI,
    ),
    "throttled behind litellm": ("unknown", "low", "rate_limit_unspecified", 429, err(type="throttling_error", message="litellm.RateLimitError: m"), {}, NEW),
    "a tool of the caller's": ("unknown", "low", "own_tool", 424, err(type="external_connector_error", message="status code: 502"), {}, OPENAI),
    "a part of theirs is away": ("provider", "low", "server_error", 503, err(code="quota_service_unavailable"), {}, NEW),
    "a part behind the own gateway is away": ("unknown", "low", "gateway_or_provider", 503, err(code="auth_service_timeout"), {}, OWN),
    "a number like the edge's from somebody else": ("auth", "medium", "auth", 403, {"error_code": 1015}, {"content-type": "application/json"}, NEW),
    "own key store, unclear": ("unknown", "low", "own_key_store", 503, typed("cmek_context_unavailable"), {}, ANTHROPIC),
    "own key store": ("auth", "medium", "own_key_store", 400, {"__type": "KMSDisabledException"}, {}, BEDROCK),
    "own key store, by meaning": ("auth", "low", "own_key_store", 503, err(code="byok_key_unreachable"), {}, NEW),
    "a limit to the upstream under a rate limit's type": ("provider", "low", "capacity", 503, typed("rate_limit_error", "upstream overloaded"), {}, NEW),
    "any limit behind the own gateway": ("unknown", "low", "rate_limit_unspecified", 429, err(type="throttling_error"), {}, OWN),
    "throttling of nobody known": ("quota", "medium", "quota", 429, err(code="Throttling"), {}, NEW),
    "permission by its class": ("auth", "high", "auth", 403, google(403, "PERMISSION_DENIED"), {}, GEMINI),
    "exhausted without a status": ("unknown", "low", "rate_limit_unspecified", 200, "", {"grpc-status": "8"}, GEMINI),
    "unavailable by grpc": ("provider", "medium", "capacity", 200, "", {"grpc-status": "14"}, GEMINI),
    "grpc without trouble": ("unknown", "low", "no_error", 200, "", {"grpc-status": "0"}, GEMINI),
    "gemini place": ("auth", "medium", "auth", 400, google(400, "FAILED_PRECONDITION", "User location is not supported here."), {}, GEMINI),
    "own hop failed itself": ("gateway", "medium", "own_proxy", 502, "", {"proxy-status": "mine; error=proxy_internal_error"}, OWN),
    "hop refused too many": ("unknown", "low", "rate_limit_unspecified", 429, "", {"proxy-status": "cdn; error=http_request_error"}, NEW),
    "403 about money": ("billing", "low", "billing", 403, {"code": 30001, "message": "Sorry, the account balance is insufficient"}, {}, NEW),
    "404 about the address": ("request", "low", "not_found", 404, err(message="Invalid URL (POST /v1/v1/x)", type="invalid_request_error"), {}, OPENAI),
    "redirect to a sibling": ("unknown", "low", "redirected", 308, "", {"location": "https://eu.anthropic.com/v1/messages"}, ANTHROPIC),
    "redirect to another provider": ("unknown", "low", "redirected", 308, "", {"location": "https://api.mistral.ai/v1"}, NEW),
    "a fact that only the reader may state": ("unknown", "low", "rate_limit_unspecified", 429, "", {"@quota": "used-up"}, NEW),
}

PASTED = {
    'API Error: 529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}': Fault.PROVIDER,
    'API Error: 400 {"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low"}}': Fault.BILLING,
    "openai.AuthenticationError: Error code: 401 - {'error': {'message': 'm', 'code': 'invalid_api_key', 'param': None}}": Fault.AUTH,
    'litellm.InternalServerError: AnthropicException - b\'{"type":"error","error":{"type":"overloaded_error"}}\'': Fault.PROVIDER,
    "botocore.errorfactory.ThrottlingException: An error occurred (ThrottlingException) when calling the Converse operation": Fault.QUOTA,
    "[GoogleGenerativeAI Error]: Error fetching from https://x.example/v1: [503 Service Unavailable] The model is overloaded.": Fault.PROVIDER,
    "Claude usage limit reached. Your limit will reset at 3pm": Fault.QUOTA,
    "getaddrinfo ENOTFOUND api.example.com": Fault.NETWORK,
    "connect ECONNREFUSED 127.0.0.1:4000": Fault.GATEWAY,
    "APIError { status: 429, error: { type: 'error', error: { type: 'rate_limit_error' } }, requestID: undefined }": Fault.QUOTA,
    "stream disconnected before completion": Fault.UNKNOWN,
    "self signed certificate in certificate chain": Fault.NETWORK,
    "Invalid API key · Please run /login": Fault.AUTH,
    "what a nice day": Fault.UNKNOWN,
    "We limit requests now (not your usage limit)": Fault.PROVIDER,
    "Selected model is at capacity": Fault.PROVIDER,
    "prompt is too long for it": Fault.REQUEST,
    "model gone-1 does not exist": Fault.MODEL,
    "httpx.ProxyError: 503 Service Unavailable": Fault.GATEWAY,
    "error: certificate has expired": Fault.UNKNOWN,
    "x509: certificate signed by unknown authority": Fault.NETWORK,
    "dial tcp 127.0.0.1:8080: connect: connection refused": Fault.GATEWAY,
}

TRANSPORT = [
    ("ENOTFOUND", "api.example.com", "network", "low", "name_resolution"),
    ("EAI_AGAIN", None, "network", "low", "name_resolution"),
    ("ENETUNREACH", "api.example.com", "network", "medium", "network_unreachable"),
    ("ECONNREFUSED", "127.0.0.1:4000", "gateway", "high", "own_gateway_down"),
    ("ECONNREFUSED", "[::1]:4000", "gateway", "high", "own_gateway_down"),
    ("ECONNREFUSED", "::1", "gateway", "high", "own_gateway_down"),
    ("ECONNREFUSED", "api.example.com", "unknown", "low", "connection_lost"),
    ("ECONNRESET", "localhost", "gateway", "low", "own_gateway_down"),
    ("ECONNRESET", "api.example.com", "unknown", "low", "connection_lost"),
    ("ETIMEDOUT", "api.example.com", "unknown", "low", "timeout"),
    ("UND_ERR_CONNECT_TIMEOUT", "api.example.com", "unknown", "low", "timeout"),
    ("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "api.example.com", "network", "medium", "tls_verification"),
    ("SSLCertVerificationError", "api.example.com", "network", "medium", "tls_verification"),
    ("CERT_HAS_EXPIRED", "api.example.com", "unknown", "low", "tls_expired"),
    ("ERR_PROXY_CONNECTION_FAILED", "api.example.com", "gateway", "medium", "own_proxy"),
    ("never heard of", "api.example.com", "unknown", "low", "transport_unknown"),
    ("", None, "unknown", "low", "transport_unknown"),
]
