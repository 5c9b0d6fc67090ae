"""What a target is: a file of another tool, and how our part gets in and out of its text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from statuswatch.core.errors import StatuswatchError


class SetupError(StatuswatchError):
    """A file that cannot be changed safely; the text says why and what to do by hand."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a person's settings lie: the environment, the home folder, and the folder of our own code that settings point to."""

    environ: Mapping[str, str]
    home: Path
    code: Path

    def folder(self, variable: str, usual: str) -> Path:
        """The folder that `variable` names, where it is an absolute path; else `usual` below the home folder."""
        named = self.environ.get(variable, "")
        return Path(named) if named.startswith("/") else self.home / usual


@dataclass(frozen=True, slots=True)
class Target:
    """One tool.

    `program` is what its presence is known by. `file` says which file is changed. `put(text, ground)` gives the text with our part in it, up to date;
    `take(text, before)` the text without it, `before` being the whole text as it was before the first change, where that is known. `empty` is the text of
    a file that is not there. `then` tells what the person does next, `note` what they should know; `untested` why nobody has seen it work; `undone` what they
    do after it was taken out.
    """

    name: str
    title: str
    program: str
    file: Callable[[Ground], Path]
    put: Callable[[str, Ground], str]
    take: Callable[[str, str | None], str]
    then: str
    empty: str = ""
    note: str = ""
    untested: str = ""
    undone: str = ""
