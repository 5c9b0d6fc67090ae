"""Reads `config.toml`. Every problem at once, each with file, line and key, what was expected and the nearest known key."""

import math
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, Field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from statuswatch.catalog.located import Document, Problem, nearest, read_bytes, unknown_key
from statuswatch.catalog.located import Path as Key
from statuswatch.catalog.model import Catalogue
from statuswatch.catalog.schema import kind_of
from statuswatch.config.errors import ConfigError
from statuswatch.config.model import Config, ProviderOverride, Rule
from statuswatch.core.errors import RouteError
from statuswatch.core.ids import parse_route

S = TypeVar("S")
_LIMIT = 60


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
    config = _config(document, problems)
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
    return tuple(sorted(problems, key=lambda problem: (problem.line, len(problem.key), problem.key)))


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


def _config(document: Document, problems: list[Problem]) -> Config:
    """The settings of `document`; what is wrong with them is added to `problems`, and has its default here."""
    parts: dict[str, Any] = {}
    for part in fields(Config):
        data = _table(document, (part.name,), document.data.get(part.name, {}), problems)
        if part.name == "providers":
            tables = {name: _table(document, ("providers", name), value, problems) for name, value in data.items()}
            found = {name: _section(document, ProviderOverride, ("providers", name), table, problems) for name, table in tables.items()}
            parts["providers"] = {name: override for name, override in found.items() if override is not None}
        else:
            kind: Any = part.type
            parts[part.name] = _section(document, kind, (part.name,), data, problems) or kind()
    _unknown(document, (), document.data, parts, problems)
    return Config(**parts)


def _table(document: Document, where: Key, value: object, problems: list[Problem]) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    problems.append(document.problem(where, f"expected a table, got {kind_of(value)}"))
    return {}


def _section(document: Document, kind: type[S], where: Key, data: Mapping[str, Any], problems: list[Problem]) -> S | None:
    """One section, None where anything in it is wrong: a value among others may mean something else."""
    before = len(problems)
    settings: tuple[Field[Any], ...] = fields(kind)  # type: ignore[arg-type]  # the sections are dataclasses
    values: dict[str, Any] = {}
    for setting in settings:
        if setting.name in data:
            value = data[setting.name]
            rule: Rule = setting.metadata["rule"]
            problems += [document.problem((*where, setting.name, *below), message) for below, message in _READERS[rule.kind](rule, value)]
            values[setting.name] = tuple(value) if isinstance(value, list) else value
        elif setting.default is MISSING:
            problems.append(document.problem(where, f"missing key {setting.name!r}"))
    _unknown(document, where, data, [setting.name for setting in settings], problems)
    if len(problems) > before:
        return None
    section = kind(**values)
    fault = getattr(section, "fault", None)
    if fault is not None:
        problems.append(document.problem(where, fault))
    return section


def _unknown(document: Document, where: Key, data: Mapping[str, Any], known: Collection[str], problems: list[Problem]) -> None:
    problems += [document.problem((*where, key), unknown_key(key, known)) for key in data if key not in known]


Faults = list[tuple[Key, str]]
"""What is wrong with a value: the place below it, empty for itself, and a sentence."""


def _flag(_rule: Rule, value: object) -> Faults:
    return [] if isinstance(value, bool) else [((), f"expected true or false, got {kind_of(value)}")]


def _number(rule: Rule, value: object) -> Faults:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return [((), f"expected a number, got {kind_of(value)}")]
    return _bounded(rule, value)


def _whole(rule: Rule, value: object) -> Faults:
    if isinstance(value, bool) or not isinstance(value, int):
        return [((), f"expected a whole number, got {kind_of(value)}")]
    return _bounded(rule, value)


def _bounded(rule: Rule, value: float) -> Faults:
    if not -math.inf < value < math.inf:
        return [((), f"expected a finite number, got {kind_of(value)}")]
    if value < rule.least:
        return [((), f"expected at least {rule.least:g}, got {_short(value)}")]
    return [((), f"expected at most {rule.most:g}, got {_short(value)}")] if value > rule.most else []


def _short(value: float) -> str:
    """A number for a sentence; TOML's integers may have any length."""
    return f"{value:g}" if abs(value) < 10**_LIMIT else "a number of many digits"


def _text(rule: Rule, value: object) -> Faults:
    if not isinstance(value, str):
        return [((), f"expected a string, got {kind_of(value)}")]
    if rule.words and value not in rule.words:
        *first, last = map(repr, rule.words)
        return [((), f"expected {', '.join(first)} or {last}, got {value!r:.{_LIMIT}}")]
    fault = rule.fault(value) if rule.fault else None
    return [((), fault)] if fault else []


def _texts(rule: Rule, value: object) -> Faults:
    if not isinstance(value, list):
        return [((), f"expected a list, got {kind_of(value)}")]
    if rule.needed and not value:
        return [((), rule.needed)]
    return [((place,), message) for place, item in enumerate(value) for _, message in _text(rule, item)]


_READERS: Mapping[str, Callable[[Rule, object], Faults]] = {"flag": _flag, "number": _number, "whole": _whole, "text": _text, "texts": _texts}
