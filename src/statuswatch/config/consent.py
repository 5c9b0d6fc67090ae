"""Which records of clients may be read: the person's answers, one line a source. No answer is no consent."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from statuswatch.catalog.located import Problem, read_bytes
from statuswatch.catalog.schema import kind_of
from statuswatch.config.errors import ConfigError

_HEAD = "# Which records on this machine statuswatch may read. Written by its questions; edit freely: true or false.\n\n[sources]\n"
_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def load_consent(path: str | os.PathLike[str]) -> dict[str, bool]:
    """The answers in the file at `path`, by source; empty where nothing was asked yet.

    Raises ConfigError where the file is not of this form: a broken file is never read as consent.
    """
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError((Problem(os.fspath(path), 1, "", f"cannot be read: {error.strerror}"),)) from error
    document = read_bytes(os.fspath(path), data)
    if isinstance(document, Problem):
        raise ConfigError((document,))
    problems = [document.problem((key,), "unknown key; expected [sources]") for key in document.data if key != "sources"]
    answers = document.data.get("sources", {})
    if not isinstance(answers, dict):
        problems.append(document.problem(("sources",), f"expected a table, got {kind_of(answers)}"))
        answers = {}
    problems += [
        document.problem(("sources", name), f"expected true or false, got {kind_of(answer)}")
        for name, answer in answers.items()
        if not isinstance(answer, bool)
    ]
    if problems:
        raise ConfigError(tuple(problems))
    return dict(answers)


def save_consent(path: str | os.PathLike[str], answers: Mapping[str, bool]) -> None:
    """Write the answers, readable by this user alone, so that a reader sees the old file or the new one and nothing between.

    The folder must be there. Raises OSError where it cannot be written.
    """
    lines = "".join(f"{_key(name)} = {'true' if answer else 'false'}\n" for name, answer in sorted(answers.items()))
    target = Path(path)
    fresh = target.with_name(f"{target.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(_HEAD + lines)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(target)


def _key(name: str) -> str:
    """A bare key where TOML allows it; a JSON string is a TOML basic string once DEL is escaped as well."""
    return name if name and set(name) <= _BARE else json.dumps(name, ensure_ascii=False).replace("\x7f", "\\u007f")
