"""Which provider and surface a client's call went to, as tables: the client's own word for it, or the shape of a model's or message's id.

Sources: code.claude.com/docs/en/{amazon-bedrock,google-vertex-ai} (model ids), models.dev (opencode's provider ids), Codex config docs, Gemini CLI auth types.
"""

import re
from dataclasses import dataclass

from statuswatch.core.ids import Surface
from statuswatch.sources.clients import record


@dataclass(frozen=True, slots=True)
class Place:
    """A provider and the way it is used."""

    provider: str
    surface: Surface | None = None


# Ids that only one platform uses, whichever client wrote them.
_MARKS = (
    (
        re.compile(r"(?:[a-z]{2,6}\.)?(?:anthropic|amazon|meta|mistral|cohere|deepseek|ai21|openai|qwen)\.[a-z].*|arn:aws[a-z-]*:bedrock:.*|msg_bdrk_.*"),
        Place("aws-bedrock", Surface.CLOUD),
    ),
    (re.compile(r"claude-[a-z0-9-]+@(?:\d{8}|default|latest)|publishers/.*|projects/.*|msg_vrtx_.*"), Place("google-cloud", Surface.CLOUD)),
)

HOME = {
    "claude-code": Place("anthropic", Surface.CODE),
    "codex": Place("openai", Surface.CODE),
    "copilot-cli": Place("github-copilot", Surface.CODE),
    "gemini-cli": Place("google-gemini", Surface.CODE),
}

# What a client calls the provider it was set up with: opencode's providerID, Codex's model_provider, Claude Code's anthropic.provider, Gemini's auth_type.
_NAMED = {
    "anthropic": Place("anthropic", Surface.API),
    "firstparty": Place("anthropic", Surface.CODE),
    "openai": Place("openai", Surface.API),
    "github-copilot": Place("github-copilot", Surface.CODE),
    "github-copilot-enterprise": Place("github-copilot", Surface.CODE),
    "google": Place("google-gemini", Surface.API),
    "gemini": Place("google-gemini", Surface.API),
    "gcp.gen_ai": Place("google-gemini", Surface.API),
    "gcp.gemini": Place("google-gemini", Surface.API),
    "gemini-api-key": Place("google-gemini", Surface.API),
    "oauth-personal": Place("google-gemini", Surface.CODE),
    "login_with_google": Place("google-gemini", Surface.CODE),
    "google-vertex": Place("google-cloud", Surface.CLOUD),
    "google-vertex-anthropic": Place("google-cloud", Surface.CLOUD),
    "gcp.vertex_ai": Place("google-cloud", Surface.CLOUD),
    "vertex": Place("google-cloud", Surface.CLOUD),
    "vertex-ai": Place("google-cloud", Surface.CLOUD),
    "amazon-bedrock": Place("aws-bedrock", Surface.CLOUD),
    "aws.bedrock": Place("aws-bedrock", Surface.CLOUD),
    "bedrock": Place("aws-bedrock", Surface.CLOUD),
    "azure": Place("azure-openai", Surface.CLOUD),
    "azure-openai": Place("azure-openai", Surface.CLOUD),
    "azure.ai.openai": Place("azure-openai", Surface.CLOUD),
    "openrouter": Place("openrouter", Surface.API),
    "groq": Place("groq", Surface.API),
    "mistral": Place("mistral", Surface.API),
    "mistral_ai": Place("mistral", Surface.API),
    "deepseek": Place("deepseek", Surface.API),
    "togetherai": Place("together", Surface.API),
    "together": Place("together", Surface.API),
    "fireworks-ai": Place("fireworks", Surface.API),
    "fireworks": Place("fireworks", Surface.API),
    "cohere": Place("cohere", Surface.API),
    "cerebras": Place("cerebras", Surface.API),
    "perplexity": Place("perplexity", Surface.API),
    "xai": Place("xai", Surface.API),
    "x_ai": Place("xai", Surface.API),
}
_PROVIDER = re.compile(r"[a-z0-9][a-z0-9.-]{0,39}")


def place_by_id(*ids: object) -> Place | None:
    """The platform that only such an id can come from, None where the ids say nothing."""
    for value in ids:
        if isinstance(value, str):
            for pattern, place in _MARKS:
                if pattern.fullmatch(value[:300]):
                    return place
    return None


def place_named(name: object, home: Place) -> Place:
    """The place a client's own provider word stands for; `home` where it says none. A word of the user's own making stays itself: it is not guessed."""
    if not isinstance(name, str) or not name:
        return home
    if name.lower() == home.provider:
        return home
    known = _NAMED.get(name.lower())
    if known is not None:
        return known
    own = name.lower().replace("_", "-")
    return Place(own, Surface.API) if _PROVIDER.fullmatch(own) and record.identifier(own) else home
