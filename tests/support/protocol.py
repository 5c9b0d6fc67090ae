"""The bridge's messages as a JSON Schema (draft 2020-12): the envelopes as the protocol's page has them, what they carry from the types of the code."""

import copy
import dataclasses
import types
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints

from statuswatch.core.health import Side
from statuswatch.core.history import History
from statuswatch.core.notice import Notice
from statuswatch.core.observation import CommandKind
from statuswatch.core.offers import Offer
from statuswatch.core.snapshot import CallView, Snapshot
from statuswatch.core.verdict import Verdict
from statuswatch.engine.claims import Shower

TEXT = {"type": "string"}
YES = {"const": True}
BOOL = {"type": "boolean"}
ID = {"type": ["string", "null"], "maxLength": 64}
TIME = {"type": "string", "format": "date-time"}
TARGET = {"type": "string", "minLength": 1, "maxLength": 200}
ASKED = ("open", "why", "claim", "attend")
LATER = {"Snapshot": ("hushed",), "RouteView": ("acknowledged", "headroom"), "History": ("unread", "skipped"), "TroubleSpan": ("unknown_since",)}
"""Fields that were added after version 1.0, by type: an older engine does not send them."""


class Kinds:
    """The definitions that were needed so far, by the name of the type."""

    def __init__(self):
        self.defs = {}

    def of(self, hint) -> dict[str, Any]:
        origin = get_origin(hint)
        if origin in {Union, types.UnionType}:
            members = [self.of(member) for member in get_args(hint)]
            return members[0] if len(members) == 1 else {"anyOf": members}
        if origin in {tuple, frozenset, list}:
            return {"type": "array", "items": self.of(get_args(hint)[0])}
        if origin is not None and issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.of(get_args(hint)[1])}
        if dataclasses.is_dataclass(hint):
            return self._object(hint)
        return self._plain(hint)

    def _plain(self, hint) -> dict[str, Any]:
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            self.defs[hint.__name__] = {"description": first_line(hint), "enum": [member.value for member in hint]}
            return {"$ref": f"#/$defs/{hint.__name__}"}
        return {str: TEXT, int: {"type": "integer"}, float: {"type": "number"}, bool: BOOL, datetime: TIME, type(None): {"type": "null"}}[hint]

    def _object(self, hint) -> dict[str, Any]:
        if hint.__name__ not in self.defs:
            self.defs[hint.__name__] = {}
            hints = get_type_hints(hint)
            fields = {field.name: self.of(hints[field.name]) for field in dataclasses.fields(hint)}
            self.defs[hint.__name__] = message(first_line(hint), fields, LATER.get(hint.__name__, ()))
        return {"$ref": f"#/$defs/{hint.__name__}"}


def first_line(hint) -> str:
    return (hint.__doc__ or "").strip().splitlines()[0]


def message(description, fields, optional=()) -> dict[str, Any]:
    return {"description": description, "type": "object", "required": [name for name in fields if name not in optional], "properties": fields}


def schema() -> dict[str, Any]:
    """The whole schema."""
    kinds = Kinds()
    said = {**_pictures(kinds), **_answers(kinds)}
    asked = _asked()
    both = {name: {"oneOf": [{"$ref": f"#/$defs/{key}"} for key in part]} for name, part in (("bridge", said), ("editor", asked))}
    defs = {**both, **said, **asked, **dict(sorted(kinds.defs.items()))}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "statuswatch bridge, version 1",
        "description": "$defs/bridge is what the bridge says, $defs/editor what an editor says. Within version 1 all is only added to: skip what is unknown.",
        "oneOf": [{"$ref": "#/$defs/bridge"}, {"$ref": "#/$defs/editor"}],
        "$defs": defs,
    }


def _pictures(kinds) -> dict[str, Any]:
    picture = kinds.of(Snapshot)
    change = {
        "type": "object",
        "required": ["what", "was", "now"],
        "properties": {
            "what": {"enum": ["route", "incident", "feed"]},
            **dict.fromkeys(("route", "incident", "feed"), TEXT),
            **{name: {"type": ["string", "null"]} for name in ("was", "now")},
        },
    }
    words = {"type": "array", "items": TEXT}
    hello = {"type": {"const": "hello"}, "v": {"const": 1}, "version": TEXT, "capabilities": words, "engine": BOOL}
    more = {"pid": {"type": "integer"}, "reason": TEXT, "missing": words}
    told = {"type": {"const": "notice"}, "notice": kinds.of(Notice), "actions": {"type": "array", "items": kinds.of(Offer)}}
    claimed = {"type": {"const": "claimed"}, "notice": TEXT, "trouble": TEXT, "by": kinds.of(Shower)}
    return {
        "hello": message("The greeting. engine is added by the bridge and not said at the socket.", {**hello, **more}, ("engine", *more)),
        "snapshot": message("The whole picture.", {"type": {"const": "snapshot"}, "snapshot": picture, "stale": YES}, ("stale",)),
        "changes": message(
            "What changed, and the whole new picture.", {"type": {"const": "changes"}, "changes": {"type": "array", "items": change}, "snapshot": picture}
        ),
        "notice": message("Something worth telling once. Version 1.0 had no actions.", told, ("actions",)),
        "claimed": message("Somebody else shows a notice.", claimed),
    }


def _answers(kinds) -> dict[str, Any]:
    by = {"anyOf": [kinds.of(Shower), {"type": "null"}]}
    done = {"type": {"const": "done"}, "id": ID, "ok": BOOL}
    more = {
        "error": TEXT,
        "by": by,
        "url": {"type": "string", "pattern": "^https://"},
        "host": TEXT,
        "why": _why(kinds),
        "lines": {"type": "array", "items": TEXT},
    }
    return {
        "done": message("The answer to a command; what else is in it depends on the command.", {**done, **more, "stale": YES}, (*more, "stale")),
        "pong": message("The answer to a ping.", {"type": {"const": "pong"}, "id": ID}),
        "historyAnswer": message("The answer to history.", {"type": {"const": "history"}, "id": ID, "history": kinds.of(History)}),
        "error": message("A line that could not be used.", {"type": {"const": "error"}, "id": ID, "error": TEXT, "message": TEXT}, ("id", "message")),
    }


def _why(kinds) -> dict[str, Any]:
    """The object of `why --json`: the fields of a verdict, each null where there is none."""
    hints = get_type_hints(Verdict)
    names = ("health", "fault", "confidence", "reason", "since", "as_of", "evidence", "advice", "incident", "relevance", "relevance_reason")

    def maybe(hint):
        return kinds.of(Union[hint, None])  # noqa: UP007 - a text of a type has no |

    fields = {"v": {"const": 1}, "at": maybe(datetime), "out_of_date": BOOL, "exit_status": {"enum": [0, 1, 3, 4]}, "headline": TEXT}
    fields |= {"title": maybe(str), "route": maybe(str), "side": maybe(Side), **{name: maybe(hints[name]) for name in names}, "call": maybe(CallView)}
    return message("The verdict with its evidence, as `statuswatch why --json` prints it.", fields)


def _asked() -> dict[str, Any]:
    command = {"type": {"const": "command"}, "id": ID, "command": {"enum": [*(kind.value for kind in CommandKind), *ASKED]}, "target": TARGET}
    more = {
        "until": TIME,
        "for_s": {"type": "number", "exclusiveMinimum": 0, "maximum": 366 * 86400},
        "width": {"type": "integer", "minimum": 20, "maximum": 400},
    }
    more["on"] = BOOL
    routes = {"type": "array", "items": TARGET, "maxItems": 256}
    return {
        "greeting": message("Who speaks, and in which version.", {"type": {"const": "hello"}, "id": ID, "v": {"const": 1}, "client": TEXT}, ("id", "client")),
        "ping": message("Is anybody there?", {"type": {"const": "ping"}, "id": ID}, ("id",)),
        "command": message("A person's wish, or a question.", {**command, **more}, ("id", "target", *more)),
        "history": message("Ask for the past of routes.", {"type": {"const": "history"}, "id": ID, "routes": routes}, ("id", "routes")),
        "observe": message(
            "Tell of a call of yours, or of a record to read.",
            {"type": {"const": "observe"}, "id": ID, "call": {"type": "object"}, "record": {"type": "object"}},
            ("id", "call", "record"),
        ),
    }


def strict(found) -> Any:
    """The same schema, in which nothing may be said that it does not list."""
    found = copy.deepcopy(found)
    for node in _nodes(found):
        if "properties" in node:
            node["additionalProperties"] = False
    return found


def _nodes(value):
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _nodes(item)
    elif isinstance(value, list):
        for item in value:
            yield from _nodes(item)
