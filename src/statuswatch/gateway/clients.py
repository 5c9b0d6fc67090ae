"""How clients are pointed at the gateway, as data: `clients.toml`, where the words are explained."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files as resources
from typing import Any

OTHERS = "program"
"""The row for what has none of its own."""


@dataclass(frozen=True, slots=True)
class File:
    """Where settings of a client lie. `key` is what is looked for, its parts joined by dots."""

    file: str = ""
    under: str = ""
    usual: str = ""
    above: bool = False
    named: str = ""
    fixed: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Other:
    """Settings with which a client calls something that the gateway is not put before: where `file` says anything but `usual`."""

    file: File
    what: str
    usual: str | None = None
    free: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """How one API of a client is led through the gateway."""

    api: str
    path: str = ""
    variable: str = ""
    argument: tuple[str, ...] = ()
    document: str = ""
    member: str = ""
    key: str = ""
    whole: str = ""
    needs: tuple[str, ...] = ()
    signs: tuple[File, ...] = ()
    given: str = ""
    over: tuple[str, ...] = ()
    unless: str = ""
    also: Mapping[str, str] = field(default_factory=dict)
    untried: str = ""


@dataclass(frozen=True, slots=True)
class Client:
    """One client, with all its ways."""

    name: str
    title: str
    source: str
    programs: tuple[str, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    other: tuple[Other, ...] = ()
    files: tuple[File, ...] = ()
    named: bool = False
    costs: str = ""
    untried: str = ""
    ways: tuple[Way, ...] = ()


@cache
def clients() -> tuple[Client, ...]:
    """All of them, the row for others last."""
    return read(resources(__package__).joinpath("clients.toml").read_text(encoding="utf-8"))


def read(text: str) -> tuple[Client, ...]:
    """The clients of a table. Raises TypeError or KeyError for words that no row has: the table is ours."""
    return tuple(_client(row) for row in tomllib.loads(text)["client"])


def client_of(program: str) -> Client:
    """The client that is started as `program`, a name or a path."""
    name = program.rpartition("/")[2]
    return next((one for one in clients() if name in one.programs), clients()[-1])


def _client(row: Mapping[str, Any]) -> Client:
    plain = {key: _tuple(value) for key, value in row.items() if key not in {"way", "files", "other"}}
    other = tuple(_other(each) for each in row.get("other", ()))
    return Client(**plain, other=other, files=tuple(File(**each) for each in row.get("files", ())), ways=tuple(_way(each) for each in row["way"]))


def _other(row: Mapping[str, Any]) -> Other:
    where = {key: value for key, value in row.items() if key not in {"is", "not", "free"}}
    return Other(File(**where), row["is"], row.get("not"), tuple(row.get("free", ())))


def _way(row: Mapping[str, Any]) -> Way:
    plain = {key: _tuple(value) for key, value in row.items() if key != "signs"}
    return Way(**plain, signs=tuple(File(**each) for each in row.get("signs", ())))


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
