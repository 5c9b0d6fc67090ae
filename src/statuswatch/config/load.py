"""Reads `config.toml`. Every problem at once, each with file, line and key, what was expected and the nearest known key."""

import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any, cast, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from statuswatch.catalog.located import Document, Problem, nearest, read_bytes, unknown_key
from statuswatch.catalog.located import Path as Key
from statuswatch.catalog.model import Catalogue
from statuswatch.catalog.schema import kind_of
from statuswatch.config.errors import ConfigError
from statuswatch.config.model import Config
from statuswatch.core.errors import RouteError
from statuswatch.core.ids import parse_route

_WANTED = {
    "string_type": "a string",
    "bool_type": "true or false",
    "float_type": "a number",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "finite_number": "a finite number",
    "string_too_short": "a string that is not empty",
    "string_too_long": "a shorter string",
}


def load_config(path: str | os.PathLike[str], known_providers: Collection[str] | None = None) -> Config:
    """The settings in the file at `path`; the defaults where there is none.

    With `known_providers`, a `[providers.ID]` or a route of another provider is a problem. Raises ConfigError with every problem of the file.
    """
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        return Config()
    except OSError as error:
        raise ConfigError((Problem(os.fspath(path), 1, "", f"cannot be read: {error.strerror}"),)) from error
    document = read_bytes(os.fspath(path), data)
    if isinstance(document, Problem):
        raise ConfigError((document,))
    problems = [] if known_providers is None else [*_unknown_overrides(document, known_providers), *_unknown_in_routes(document, known_providers)]
    try:
        config = Config.model_validate(document.data)
    except ValidationError as error:
        problems += [_problem(document, detail) for detail in error.errors()]
        raise ConfigError(_in_order(problems)) from error
    if problems:
        raise ConfigError(_in_order(problems))
    return config


def with_overrides(catalogue: Catalogue, config: Config) -> Catalogue:
    """The catalogue with each overridden provider's main feed (the first of its own) at the addresses of the settings."""
    left = dict(config.providers)
    feeds = []
    for feed in catalogue.feeds:
        override = left.pop(feed.provider, None)
        feeds.append(feed if override is None else replace(feed, urls=override.urls, verified=False, source="config.toml"))
    return replace(catalogue, feeds=tuple(feeds))


def _in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: (problem.line, problem.key)))


def _unknown_overrides(document: Document, known: Collection[str]) -> list[Problem]:
    overrides = document.data.get("providers")
    if not isinstance(overrides, dict):
        return []
    return [_no_provider(document, ("providers", provider), provider, known) for provider in overrides if provider not in known]


def _unknown_in_routes(document: Document, known: Collection[str]) -> list[Problem]:
    """Routes that nobody could ever say anything about. What is no route at all is told by the model."""
    watch = document.data.get("watch")
    routes = watch.get("routes") if isinstance(watch, dict) else None
    found = []
    for number, text in enumerate(routes if isinstance(routes, list) else ()):
        try:
            provider = parse_route(text).provider if isinstance(text, str) else None
        except RouteError:
            continue
        if provider is not None and provider not in known:
            found.append(_no_provider(document, ("watch", "routes", number), provider, known))
    return found


def _no_provider(document: Document, key: Key, provider: str, known: Collection[str]) -> Problem:
    meant = nearest(provider, known)
    hint = f"did you mean {meant!r}?" if meant else "`statuswatch providers list` shows those that are known"
    return document.problem(key, f"no such provider{'' if key[-1] == provider else f': {provider!r:.60}'}; {hint}")


def _problem(document: Document, detail: ErrorDetails) -> Problem:
    key: Key = detail["loc"]
    context: dict[str, Any] = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            return document.problem(key, unknown_key(str(key[-1]), _keys_at(key[:-1])))
        case "missing":
            return document.problem(key[:-1], f"missing key {key[-1]!r}")
        case "value_error":
            return document.problem(key, str(context["error"]))
        case "greater_than_equal":
            return document.problem(key, f"expected at least {context['ge']:g}, got {detail['input']:g}")
        case "less_than_equal":
            return document.problem(key, f"expected at most {context['le']:g}, got {detail['input']:g}")
        case kind if kind in _WANTED:
            return document.problem(key, f"expected {_WANTED[kind]}, got {kind_of(detail['input'])}")
        case _:
            wanted = detail["msg"].removeprefix("Input should be ").removeprefix("String should ").lower()
            return document.problem(key, f"expected {wanted}, got {detail['input']!r:.60}")


def _keys_at(path: Key) -> Collection[str]:
    """The keys that the table at `path` may hold."""
    model: type[BaseModel] = Config
    for part in path:
        field = model.model_fields.get(str(part))
        if field is None:  # the name of an entry in a table of tables, whose model was reached with the table
            continue
        inner = (get_args(field.annotation) or (field.annotation,))[-1]
        model = cast("type[BaseModel]", inner)
    return model.model_fields.keys()
