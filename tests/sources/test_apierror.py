"""Whose fault an answer is. Bodies are written by hand after the vendors' documented shapes."""

import json
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statuswatch.catalog.loader import load
from statuswatch.catalog.signatures import builtin_signatures
from statuswatch.core.health import Confidence, Fault, Side
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.observation import Diagnosis
from statuswatch.sources.apierror import diagnose, diagnose_transport
from statuswatch.sources.response import Response
from support.recordings import recordings

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
}


@pytest.mark.parametrize("name", CASES)
def test_the_answer_is_read_as_its_row_says(name: str) -> None:
    fault, confidence, reason, status, body, headers, url = CASES[name]
    found = read(status, body, headers, url)
    assert (found.fault, found.confidence, found.reason) == (fault, confidence, reason), found.signals


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
}


@pytest.mark.parametrize("text", PASTED)
def test_pasted_text_is_read_and_stays_at_low_confidence(text: str) -> None:
    found = read(None, text, pasted=True)
    assert (found.fault, found.confidence, found.explicit) == (PASTED[text], Confidence.LOW, False)


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


@pytest.mark.parametrize(("code", "host", "fault", "confidence", "reason"), TRANSPORT)
def test_a_call_without_an_answer_is_read_by_its_error_and_host(code: str, host: str | None, fault: str, confidence: str, reason: str) -> None:
    found = diagnose_transport(code, host, builtin_signatures())
    assert (found.fault, found.confidence, found.reason) == (fault, confidence, reason)


def test_the_diagnosis_carries_what_the_answer_names() -> None:
    body = err(code=502, message="m", metadata={"provider_name": "Anthropic", "raw": json.dumps(typed("overloaded_error"))})
    found = read(502, body, {"retry-after": "7", "link": '<https://status.example.com/>; rel="status"', "x-request-id": "r"}, ROUTER)
    assert (found.code, found.status, found.provider, found.upstream) == ("overloaded_error", 502, "anthropic", "Anthropic")
    assert (found.retry_after_s, found.status_link, found.explicit) == (7.0, "https://status.example.com/", True)
    assert found.signals == ("rule:capacity-code", "code:overloaded_error", "status:502", "nested", "request-id")


@pytest.mark.parametrize(
    ("url", "body", "model"),
    [
        (GEMINI, google(503, "UNAVAILABLE"), "gemini-2.5-pro"),
        (AZURE, err(code="DeploymentNotFound"), "my-gpt"),
        (NEW, err(code="model_not_found", message="The model `gpt-nope` does not exist"), "gpt-nope"),
        (NEW, err(code="overloaded", model="big-1"), "big-1"),
        ("https://x.example/models/%1b%5b31m/x", err(code="overloaded"), None),
        (NEW, err(code="invalid_api_key", message="key `sk-secret` is wrong"), None),
    ],
)
def test_the_model_is_taken_from_fields_and_addresses_and_never_from_other_words(url: str, body: object, model: str | None) -> None:
    assert read(503, body, {}, url).model == model


@pytest.mark.parametrize(
    ("headers", "body", "wait"),
    [
        ({"retry-after-ms": "1500", "retry-after": "9"}, "", 1.5),
        ({}, google(429, "X", "m", {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "40s"}), 40.0),
        ({}, err(message="Please retry in 48.9s."), 48.9),
        ({}, err(message="Please retry after 7 seconds."), 7.0),
        ({}, err(message="try again in 2 minutes"), 120.0),
        ({}, err(message="try again in 1m30s"), 90.0),
        ({}, {"error": "m", "estimated_time": 20.0}, 20.0),
        ({"retry-after": "soon"}, "", None),
    ],
)
def test_the_wait_is_read_from_headers_then_fields_then_words(headers: dict[str, str], body: object, wait: float | None) -> None:
    assert read(429, body, headers).retry_after_s == wait


@pytest.mark.parametrize(
    ("headers", "body", "provider"),
    [
        ({"anthropic-ratelimit-requests-limit": "5"}, "", "anthropic"),
        ({}, {"type": "error", "error": {"type": "x"}, "request_id": "req_011CX7J5ZXp3npD8"}, "anthropic"),
        ({"openai-processing-ms": "5"}, "", "openai"),
        ({"x-request-id": "req_" + "0a" * 16}, "", "openai"),
        ({"apim-request-id": "x"}, "", "azure-openai"),
        ({"x-amzn-errortype": "XException:http://internal.amazon.com/coral/com.amazon.bedrock/"}, "", "aws-bedrock"),
        ({"x-request-id": "anything"}, "", None),
    ],
)
def test_who_answered_is_told_by_the_shape_where_no_address_says(headers: dict[str, str], body: object, provider: str | None) -> None:
    assert read(500, body, headers).provider == provider


def test_a_cached_error_is_less_sure_than_a_fresh_one() -> None:
    assert read(529, "", {"cache-status": "cdn; hit"}).confidence is Confidence.LOW
    assert "answered-from-a-cache" in read(529, "", {"cache-status": "cdn; hit"}).signals


def test_a_status_link_counts_only_from_a_host_that_is_known() -> None:
    link = {"link": '<https://status.example.com/>; rel="status"'}
    assert read(500, "", link, NEW).status_link is None
    assert read(500, "", link, OPENAI).status_link == "https://status.example.com/"


def test_without_knowledge_the_body_still_speaks() -> None:
    found = diagnose(Response(529, {}, json.dumps(typed("overloaded_error")), ANTHROPIC), builtin_signatures())
    assert (found.fault, found.provider) == (Fault.PROVIDER, None)


ERROR_WORDS = [
    "overloaded_error",
    "529 Overloaded",
    "rate limit exceeded",
    "insufficient_quota",
    "invalid api key",
    "Your credit balance is too low",
    "model not found",
    'API Error: 529 {"type":"error","error":{"type":"overloaded_error"}}',
    '{"error":{"code":"insufficient_quota"}}',
    "ThrottlingException",
    "503 service unavailable",
    "litellm.RateLimitError: AnthropicException",
    "error code: 1015",
    "<html><title>Just a moment...</title></html>",
    "event: error",
]
ECHO = st.tuples(
    st.sampled_from(["Invalid value: '", "messages.0.content: ", 'could not read "', "field prompt is wrong: "]),
    st.lists(st.sampled_from(ERROR_WORDS), min_size=1, max_size=4),
).map(lambda parts: parts[0] + " ".join(parts[1]))


@given(ECHO, st.sampled_from([400, 413, 422]), st.sampled_from(["invalid_request_error", "bad_request"]))
def test_error_words_in_an_echoed_prompt_do_not_change_a_refused_request(echo: str, status: int, kind: str) -> None:
    plain, echoed = read(status, typed(kind, "m"), {}, NEW), read(status, typed(kind, echo), {}, NEW)
    assert (echoed.fault, echoed.confidence, echoed.reason) == (plain.fault, plain.confidence, plain.reason)


@given(ECHO)
def test_error_words_in_an_echoed_body_do_not_change_a_refused_request(echo: str) -> None:
    body = {
        "detail": [{"type": "missing", "loc": ["body", "x"], "msg": "m", "input": {"error": {"type": echo}}}],
        "body": {"messages": [echo], "type": "overloaded_error"},
    }
    assert read(422, body, {}, NEW).fault is Fault.REQUEST


@given(st.lists(st.sampled_from(ERROR_WORDS), min_size=1, max_size=4).map(" ".join))
def test_error_words_in_an_answer_are_no_error(words: str) -> None:
    answers = [
        {"id": "1", "type": "message", "content": [{"type": "text", "text": words}]},
        {"object": "chat.completion", "choices": [{"finish_reason": "stop", "message": {"content": words}}]},
        {"candidates": [{"content": {"parts": [{"text": words}]}}]},
        {"message": {"content": words}, "done": True},
    ]
    for answer in answers:
        assert read(200, answer, {}, NEW).reason == "no_error"
    stream = "".join(f"data: {json.dumps({'type': 'content_block_delta', 'delta': {'text': words}})}\n\n" for _ in range(2)) + "data: [DONE]\n\n"
    assert read(200, stream, SSE, NEW).reason == "no_error"


def test_a_sentence_that_passes_on_another_error_never_turns_a_refused_request_against_the_provider() -> None:
    found = read(400, {"message": f"request failed with status 529 - {json.dumps(typed('overloaded_error'))}"}, {}, NEW)
    assert found.side is Side.YOURS


def shuffled(value: object) -> object:
    if isinstance(value, dict):
        return {key: shuffled(content) for key, content in reversed(value.items())}
    return [shuffled(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if isinstance(case[4], dict)])
def test_the_order_of_keys_and_headers_changes_nothing(name: str) -> None:
    _, _, _, status, body, headers, url = CASES[name]
    assert read(status, shuffled(body), dict(reversed(headers.items())), url) == read(status, body, headers, url)


KEYS = st.sampled_from(
    [
        "error",
        "errors",
        "code",
        "type",
        "status",
        "message",
        "detail",
        "details",
        "metadata",
        "raw",
        "__type",
        "choices",
        "base_resp",
        "request_id",
        "param",
        "@type",
        "ZException",
    ]
)
BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40) | st.sampled_from(ERROR_WORDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=8), inner, max_size=5),
    max_leaves=20,
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "content-type",
            "link",
            "retry-after",
            "retry-after-ms",
            "date",
            "ratelimit",
            "proxy-status",
            "cache-status",
            "x-amzn-errortype",
            "location",
            "cf-error-type",
            "server",
            "x-request-id",
        ]
    ),
    st.text(max_size=60) | st.sampled_from(["text/html", "text/event-stream", "application/json"]),
    max_size=5,
)


@settings(max_examples=300)
@given(st.none() | st.integers(100, 999), BODIES.map(json.dumps) | st.text(max_size=300), HEADERS, st.none() | st.text(max_size=60))
def test_no_answer_makes_it_raise_and_the_same_answer_is_read_the_same(status: int | None, body: str, headers: dict[str, str], url: str | None) -> None:
    response = Response(status, headers, body, url)
    found = diagnose(response, builtin_signatures(), knowledge())
    assert found == diagnose(response, builtin_signatures(), knowledge())
    if found.fault is Fault.UNKNOWN:
        assert found.confidence is Confidence.LOW


@given(st.text(max_size=80), st.none() | st.text(max_size=40))
def test_no_transport_error_makes_it_raise(code: str, host: str | None) -> None:
    assert diagnose_transport(code, host, builtin_signatures()).signals


HOSTILE = {
    "deep objects": '{"error":' * 100_000,
    "deep lists": "[" * 200_000,
    "open braces": "{" * 200_000,
    "open quotes": "'\"" * 100_000,
    "escaped quotes": '\\"{' * 60_000,
    "long number": '{"code":' + "9" * 10_000 + "}",
    "wide": json.dumps({"errors": [{"code": f"c{n}"} for n in range(5_000)]}),
    "binary": bytes(range(256)).decode("latin-1") * 200,
    "surrogates": '{"error":{"code":"\\ud800","message":"\\ud800"}}',
    "huge message": json.dumps(err(type="invalid_request_error", message="a" * 2_000_000)),
    "tags": "<html>" + "<title>" * 50_000,
    "events": "event: error\n" * 50_000,
}


@pytest.mark.timeout(10)
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("status", [None, 200, 400, 500])
def test_hostile_bodies_are_read_without_harm(name: str, status: int | None) -> None:
    found = read(status, HOSTILE[name], {"link": "<" * 8000}, NEW)
    assert len(found.code or "") <= 64
    if status == 400:
        assert found.fault is Fault.REQUEST


def test_nothing_of_a_bodys_wording_is_in_the_result() -> None:
    secret = "sk-ant-secret tell me about my illness"
    found = read(
        400,
        {"error": {"type": "invalid_request_error", "message": secret, "param": secret, "reason": secret}, "metadata": {"model": secret}},
        {"authorization": secret},
        NEW,
    )
    assert "secret" not in repr(found)
    assert "illness" not in repr(found)


def test_every_row_of_the_table_is_shown_by_an_answer() -> None:
    found = [read(status, body, headers, url) for _, _, _, status, body, headers, url in CASES.values()]
    found += [read(None, text, pasted=True) for text in PASTED]
    found += [diagnose_transport(code, host, builtin_signatures()) for code, host, _, _, _ in TRANSPORT]
    reached = {signal.removeprefix("rule:") for one in found for signal in one.signals if signal.startswith("rule:")}
    assert {row.id for rows in builtin_signatures().rows.values() for row in rows} == reached


def test_the_recorded_errors_are_read_as_a_careful_reader_reads_them() -> None:
    cases = [json.loads(line) for line in recordings("errors/api-errors.jsonl").read_text().splitlines()]
    assert len(cases) == 78
    sides = {fault: Diagnosis(fault, Confidence.LOW, "").side for fault in Fault}
    for case in cases:
        found = diagnose(
            Response(case["status"], case["headers"], case["body"] or "", case["url"], pasted=case["status"] is None), builtin_signatures(), knowledge()
        )
        accepted = case.get("accept", [case["expected"]])
        assert found.fault in accepted, case["id"]
        assert found.side in {sides[Fault(fault)] for fault in accepted}
