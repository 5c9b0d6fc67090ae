"""The vendors' current SDKs through the watching transport: every attempt is told, and what the program gets is what it gets without it.

Where each takes its HTTP client: `http_client` of anthropic and openai (httpx2) and groq (httpx), `client`/`async_client` of mistralai (httpx2),
`HttpOptions(httpx_client, httpx_async_client)` of google-genai (either).
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import anthropic
import groq
import httpx
import httpx2
import openai
import pytest
from google import genai
from mistralai.client import Mistral
from mistralai.client.utils import BackoffStrategy, RetryConfig

import statuswatch.client as tap
from statuswatch.core.health import Fault
from statuswatch.sources.clients.diagnose import SignatureDiagnose
from statuswatch.sources.clients.places import Place
from statuswatch.sources.observed import call_in
from support.failures import builtin_signatures, knowledge
from support.modelapi import AT, Mailbox, ModelApi, engine_listens, model_api
from support.planting import MARK
from support.server import Answer

KEY = "sk-ant-api03-PLANTEDPLANTEDPLANTEDPLANTEDPLANTED0"
PROMPT = "please PLANTED refactor the payroll"
ASKED: Any = [{"role": "user", "content": PROMPT}]
ATTEMPTS = 3
Hook = Callable[[Any], Any]


def as_it_is(client: Any) -> Any:
    return client


def _anthropic(url: str, stream: bool, hook: Hook) -> Any:
    with anthropic.Anthropic(api_key=KEY, base_url=url, http_client=hook(anthropic.DefaultHttpxClient(trust_env=False))) as sdk:
        made = sdk.messages.create(model="claude-opus-4-5", max_tokens=9, messages=ASKED, stream=stream)  # type: ignore[call-overload]
        return [part.to_dict() for part in made] if stream else made.to_dict()


async def _aanthropic(url: str, stream: bool, hook: Hook) -> Any:
    async with anthropic.AsyncAnthropic(api_key=KEY, base_url=url, http_client=hook(anthropic.DefaultAsyncHttpxClient(trust_env=False))) as sdk:
        made = await sdk.messages.create(model="claude-opus-4-5", max_tokens=9, messages=ASKED, stream=stream)  # type: ignore[call-overload]
        return [part.to_dict() async for part in made] if stream else made.to_dict()


def _openai(url: str, stream: bool, hook: Hook) -> Any:
    with openai.OpenAI(api_key=KEY, base_url=f"{url}/v1", http_client=hook(openai.DefaultHttpxClient(trust_env=False))) as sdk:
        made: Any = sdk.responses.create(model="gpt-5.1", input=PROMPT, stream=stream)
        return [part.to_dict() for part in made] if stream else made.to_dict()


async def _aopenai(url: str, stream: bool, hook: Hook) -> Any:
    async with openai.AsyncOpenAI(api_key=KEY, base_url=f"{url}/v1", http_client=hook(openai.DefaultAsyncHttpxClient(trust_env=False))) as sdk:
        made: Any = await sdk.chat.completions.create(model="gpt-5.1", messages=ASKED, stream=stream)
        return [part.to_dict() async for part in made] if stream else made.to_dict()


def _groq(url: str, stream: bool, hook: Hook) -> Any:
    with groq.Groq(api_key=KEY, base_url=url, http_client=hook(groq.DefaultHttpxClient(trust_env=False))) as sdk:
        made: Any = sdk.chat.completions.create(model="llama-3.3-70b", messages=ASKED, stream=stream)
        return [part.to_dict() for part in made] if stream else made.to_dict()


async def _agroq(url: str, stream: bool, hook: Hook) -> Any:
    async with groq.AsyncGroq(api_key=KEY, base_url=url, http_client=hook(groq.DefaultAsyncHttpxClient(trust_env=False))) as sdk:
        made: Any = await sdk.chat.completions.create(model="llama-3.3-70b", messages=ASKED, stream=stream)
        return [part.to_dict() async for part in made] if stream else made.to_dict()


_RETRY = RetryConfig("backoff", BackoffStrategy(1, 1, 1.0, 200), retry_connection_errors=True)


def _mistral(url: str, stream: bool, hook: Hook) -> Any:
    with hook(tap._module("httpx2").Client(trust_env=False)) as client, Mistral(api_key=KEY, server_url=url, client=client) as sdk:
        ask: Any = sdk.chat.stream if stream else sdk.chat.complete
        made = ask(model="mistral-large", messages=ASKED)
        return [part.model_dump(mode="json") for part in made] if stream else made.model_dump(mode="json")


async def _amistral(url: str, stream: bool, hook: Hook) -> Any:
    async with hook(tap._module("httpx2").AsyncClient(trust_env=False)) as client:
        sdk = Mistral(api_key=KEY, server_url=url, async_client=client)
        ask: Any = sdk.chat.stream_async if stream else sdk.chat.complete_async
        made = await ask(model="mistral-large", messages=ASKED)
        return [part.model_dump(mode="json") async for part in made] if stream else made.model_dump(mode="json")


def _genai(url: str, stream: bool, hook: Hook) -> Any:
    with hook(tap._module("httpx2").Client(trust_env=False)) as client:
        sdk = genai.Client(api_key=KEY, http_options=genai.types.HttpOptions(base_url=url, httpx_client=client))
        ask: Any = sdk.models.generate_content_stream if stream else sdk.models.generate_content
        made = ask(model="gemini-2.5-pro", contents=PROMPT)
        return [part.text for part in made] if stream else made.text


async def _agenai(url: str, stream: bool, hook: Hook) -> Any:
    async with hook(tap._module("httpx").AsyncClient(trust_env=False)) as client:
        sdk = genai.Client(api_key=KEY, http_options=genai.types.HttpOptions(base_url=url, httpx_async_client=client))
        ask: Any = sdk.aio.models.generate_content_stream if stream else sdk.aio.models.generate_content
        made = await ask(model="gemini-2.5-pro", contents=PROMPT)
        return [part.text async for part in made] if stream else made.text


@dataclass(frozen=True)
class Sdk:
    """How one SDK asks. `model` is what it asks for, `attempts` how often it asks before it gives up on a failure that may pass."""

    ask: Callable[[str, bool, Hook], Any]
    model: str | None
    attempts: int
    provider: str

    def run(self, url: str, stream: bool, hook: Hook) -> tuple[Any, str | None]:
        """What the program gets: the answer, and the kind and status of what was raised."""
        try:
            got = self.ask(url, stream, hook)
            return (asyncio.run(got) if asyncio.iscoroutine(got) else got), None
        except Exception as error:  # noqa: BLE001 - whatever each SDK raises
            return getattr(error, "body", None), f"{type(error).__name__} {getattr(error, 'status_code', None)}"


SDKS = {
    "anthropic": Sdk(_anthropic, "claude-opus-4-5", ATTEMPTS, "anthropic"),
    "anthropic-async": Sdk(_aanthropic, "claude-opus-4-5", ATTEMPTS, "anthropic"),
    "openai": Sdk(_openai, "gpt-5.1", ATTEMPTS, "openai"),
    "openai-async": Sdk(_aopenai, "gpt-5.1", ATTEMPTS, "openai"),
    "groq": Sdk(_groq, "llama-3.3-70b", ATTEMPTS, "groq"),
    "groq-async": Sdk(_agroq, "llama-3.3-70b", ATTEMPTS, "groq"),
    "mistralai": Sdk(_mistral, "mistral-large", 1, "mistral"),
    "mistralai-async": Sdk(_amistral, "mistral-large", 1, "mistral"),
    "google-genai": Sdk(_genai, None, 1, "google-gemini"),
    "google-genai-async": Sdk(_agenai, None, 1, "google-gemini"),
}
EACH = pytest.mark.parametrize("name", SDKS)
STREAM = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
_DIAGNOSE = SignatureDiagnose(builtin_signatures(), knowledge())


@pytest.fixture(scope="module")
def server() -> Iterator[ModelApi]:
    with model_api() as api:
        yield api


@pytest.fixture
def api(server: ModelApi) -> ModelApi:
    server.answer = server.failure = server.times = None
    server.seen.clear()
    return server


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with engine_listens() as found:
        yield found


def faults(box: Mailbox, provider: str) -> list[Fault | None]:
    """What the engine makes of what was told, had it come from the provider's own host: a fault for each failed attempt, None for each answer."""
    calls = [{**call, "url": re.sub(r"^http://[^/]*", "https://api.acme.example", call["url"])} for call in box.calls()]
    told = [call_in({"call": call}, _DIAGNOSE, AT, lambda _host: Place(provider)) for call in calls]
    return [call.diagnosis.fault if call and call.diagnosis else None for call in told]


def told_as_seen(sdk: Sdk, api: ModelApi, box: Mailbox, stream: bool) -> list[dict[str, Any]]:
    """Run watched and not; the program must get the same; one call must be told for each request that came."""
    watched = sdk.run(api.url, stream, tap.watch)
    asked = len(api.seen)
    calls = box.calls()
    assert len(calls) == asked
    assert sdk.run(api.url, stream, as_it_is) == watched
    assert len(box.calls()) == asked
    assert MARK.encode() not in b"".join(box.raw)
    assert b"payroll" not in b"".join(box.raw)
    return calls


@EACH
@STREAM
def test_an_answer_is_told_and_is_the_same_as_without(api: ModelApi, box: Mailbox, name: str, stream: bool) -> None:
    sdk = SDKS[name]
    (call,) = told_as_seen(sdk, api, box, stream)
    assert (call["outcome"], call.get("model")) == ("ok", sdk.model)


@EACH
@STREAM
def test_every_attempt_of_an_overload_is_told(api: ModelApi, box: Mailbox, name: str, stream: bool) -> None:
    sdk = SDKS[name]
    api.failure = "overloaded"
    calls = told_as_seen(sdk, api, box, stream)
    assert len(calls) == sdk.attempts
    assert len({call["turn"] for call in calls}) == 1
    assert [call["final"] for call in calls] == [number == ATTEMPTS for number in range(1, len(calls) + 1)]
    assert faults(box, sdk.provider) == [Fault.PROVIDER] * len(calls)


@EACH
def test_an_overload_that_passes_is_told_with_the_answer_after_it(api: ModelApi, box: Mailbox, name: str) -> None:
    sdk = SDKS[name]
    if sdk.attempts == 1:
        assert sdk.run(api.url, False, tap.watch)[1] is None
        return
    api.failure, api.times = "overloaded", 2
    assert sdk.run(api.url, False, tap.watch)[1] is None
    assert faults(box, sdk.provider) == [Fault.PROVIDER, Fault.PROVIDER, None]


@EACH
@pytest.mark.parametrize(
    ("failure", "fault"),
    [("auth", Fault.AUTH), ("quota", Fault.QUOTA), ("credit", Fault.BILLING), ("server_error", Fault.PROVIDER), ("bad_gateway", Fault.PROVIDER)],
)
def test_each_refusal_is_read_as_what_it_is(api: ModelApi, box: Mailbox, name: str, failure: str, fault: Fault) -> None:
    sdk = SDKS[name]
    api.failure = failure
    told_as_seen(sdk, api, box, stream=False)
    assert set(faults(box, sdk.provider)) == {fault}


@EACH
def test_an_overload_inside_a_stream_is_told_though_its_status_is_fine(api: ModelApi, box: Mailbox, name: str) -> None:
    sdk = SDKS[name]
    api.failure = "overloaded_stream"
    calls = told_as_seen(sdk, api, box, stream=True)
    assert [call["status"] for call in calls] == [200]
    assert faults(box, sdk.provider) == [Fault.PROVIDER]


@pytest.mark.parametrize(
    ("name", "url"),
    [*((name, "http://127.0.0.1:9") for name in SDKS), *((name, "http://nowhere.invalid") for name in ("anthropic", "groq-async", "google-genai"))],
)
def test_no_connection_is_told_for_every_attempt(box: Mailbox, name: str, url: str) -> None:
    sdk = SDKS[name]
    assert sdk.run(url, False, tap.watch)[1] is not None
    calls = box.calls()
    assert len(calls) >= sdk.attempts
    assert {call["outcome"] for call in calls} == {"failed"}
    assert all(call["transport"] == "ECONNREFUSED" if "127" in url else call["transport"].startswith(("EAI_", "ENOTFOUND")) for call in calls)
    assert not any("status" in call for call in calls)


@pytest.mark.parametrize(("name", "library"), [("anthropic", httpx2), ("openai-async", httpx2), ("groq", httpx)])
def test_an_answer_that_does_not_come_in_time_is_told(api: ModelApi, box: Mailbox, name: str, library: Any) -> None:
    api.answer = Answer(before=60)

    def hurried(client: Any) -> Any:
        client.timeout = library.Timeout(60, read=0.2)
        return tap.watch(client)

    assert SDKS[name].run(api.url, False, hurried)[1] is not None
    assert {call["transport"] for call in box.calls()} == {"ReadTimeout"}


def test_an_error_that_repeats_the_prompt_and_the_key_is_told_without_them(api: ModelApi, box: Mailbox) -> None:
    body = {"type": "error", "error": {"type": "invalid_request_error", "message": f"messages.0: {PROMPT} (key {KEY})", "param": PROMPT}}
    api.answer = Answer(400, {"content-type": "application/json", "set-cookie": f"session={KEY}", "x-request-id": KEY}, json.dumps(body).encode())
    for sdk in SDKS.values():
        sdk.run(api.url, False, tap.watch)
    assert len(box.calls()) == len(SDKS)
    assert MARK.encode() not in b"".join(box.raw)
    assert b"payroll" not in b"".join(box.raw)
    assert all("authorization" not in data.decode().lower() and "cookie" not in data.decode() for data in box.raw)


async def test_the_ready_clients_are_taken_by_each_sdk(api: ModelApi, box: Mailbox) -> None:
    def ask(newer: Any, older: Any, other: Any) -> None:
        anthropic.Anthropic(api_key=KEY, base_url=api.url, http_client=newer).messages.create(model="m-1", max_tokens=9, messages=ASKED)
        openai.OpenAI(api_key=KEY, base_url=f"{api.url}/v1", http_client=newer).responses.create(model="m-2", input=PROMPT)
        groq.Groq(api_key=KEY, base_url=api.url, http_client=older).chat.completions.create(model="m-3", messages=ASKED)
        Mistral(api_key=KEY, server_url=api.url, client=newer, async_client=other).chat.complete(model="m-4", messages=ASKED)
        options = genai.types.HttpOptions(base_url=api.url, httpx_client=newer, httpx_async_client=other)
        genai.Client(api_key=KEY, http_options=options).models.generate_content(model="gemini-2.5-pro", contents=PROMPT)

    async with tap.async_http_client() as other:
        with tap.http_client() as newer, tap.http_client("httpx") as older:
            await asyncio.to_thread(ask, newer, older, other)
    assert [call.get("model") for call in box.calls()] == ["m-1", "m-2", "m-3", "m-4", None]


async def test_an_sdk_that_is_set_up_to_try_again_is_told_so_with_each_try(api: ModelApi, box: Mailbox) -> None:
    def ask(client: Any, other: Any) -> None:
        api.failure, api.times = "overloaded", 1
        Mistral(api_key=KEY, server_url=api.url, client=client, async_client=other, retry_config=_RETRY).chat.complete(model="m-4", messages=ASKED)
        retries = genai.types.HttpRetryOptions(attempts=2, initial_delay=0.01)
        options = genai.types.HttpOptions(base_url=api.url, httpx_client=client, httpx_async_client=other, retry_options=retries)
        api.times = 1
        genai.Client(api_key=KEY, http_options=options).models.generate_content(model="gemini-2.5-pro", contents=PROMPT)

    async with tap.async_http_client() as other:
        with tap.http_client() as client:
            await asyncio.to_thread(ask, client, other)
    assert [call["outcome"] for call in box.calls()] == ["failed", "ok"] * 2


def test_a_client_of_the_other_library_is_refused_by_the_sdk_in_words(api: ModelApi) -> None:
    with tap.http_client("httpx") as client, pytest.raises(TypeError, match="httpx2"):
        anthropic.Anthropic(api_key=KEY, base_url=api.url, http_client=client)
