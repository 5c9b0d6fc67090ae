"""What a program does with the SDKs of Anthropic and OpenAI, and what it got: a line of JSON each. Addresses come from the environment."""

import asyncio
import hashlib
import json
import sys
from typing import Any

import anthropic
import openai

SCENES = ("plain", "stream", "tools", "tools-stream", "overloaded", "midway", "slow", "dropped", "big", "parallel")


def told(value: Any) -> Any:
    """Long results as digests."""
    text = json.dumps(value, sort_keys=True)
    return value if len(text) < 2000 else hashlib.sha256(text.encode()).hexdigest()


async def claude(client: anthropic.AsyncAnthropic, model: str, *, stream: bool, prompt: str = "hi") -> Any:
    asked: Any = {"model": f"claude-opus-4-5-{model}", "max_tokens": 10, "messages": [{"role": "user", "content": prompt}]}
    if stream:
        return [event.to_dict() async for event in await client.messages.create(stream=True, **asked)]
    return (await client.messages.create(**asked)).to_dict()


async def gpt(client: openai.AsyncOpenAI, model: str, *, stream: bool, prompt: str = "hi") -> Any:
    asked: Any = {"model": f"gpt-5-{model}", "messages": [{"role": "user", "content": prompt}]}
    if stream:
        return [event.to_dict() async for event in await client.chat.completions.create(stream=True, **asked)]
    return (await client.chat.completions.create(**asked)).to_dict()


async def scene(name: str, ask: Any, client: Any) -> Any:
    if name == "big":
        return await ask(client, "plain", stream=False, prompt="x" * 100_000_000)
    if name == "parallel":
        return await asyncio.gather(*(ask(client, "plain", stream=True, prompt=f"n{number:02}") for number in range(64)))
    return await ask(client, name.partition("-")[0], stream=name in {"stream", "tools-stream", "midway", "dropped"})


async def main(scenes: list[str]) -> None:
    async with anthropic.AsyncAnthropic(api_key="sk-none", max_retries=0) as one, openai.AsyncOpenAI(api_key="sk-none", max_retries=0) as other:
        for sdk, ask, client in (("anthropic", claude, one), ("openai", gpt, other)):
            for name in scenes:
                try:
                    result: dict[str, Any] = {"got": told(await scene(name, ask, client))}
                except Exception as error:  # noqa: BLE001 - what the SDK raises is the result
                    response = getattr(error, "response", None)
                    headers = dict(response.headers) if response is not None else {}
                    result = {"raised": type(error).__name__, "status": getattr(error, "status_code", None), "says": str(error), "headers": headers}
                sys.stdout.write(json.dumps({"sdk": sdk, "scene": name, **result}) + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:] or list(SCENES)))
