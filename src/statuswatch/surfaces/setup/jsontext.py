"""JSON as text: where its values stand, so that one can be put in, changed or taken out while every other character stays.

Comments (`//`, `/* */`) and a comma before a closing bracket are read over, as many tools allow them. The text must be one object.
"""

import json
import re
from dataclasses import dataclass

from statuswatch.surfaces.setup.target import SetupError

_SPACE = re.compile(r"(?:[ \t\r\n\ufeff]|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"', re.DOTALL)
_OTHER = re.compile(r"[-+.0-9A-Za-z]+")
_DEEPEST = 100


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an object, by positions in the text: its key and its value, and where what stands before it ends (the bracket, or the value before)."""

    key: str
    after: int
    start: int
    value: int
    end: int


@dataclass(frozen=True, slots=True)
class Object:
    """An object's brackets and members. `comma`: the position behind a comma that stands before the closing bracket, where one does."""

    start: int
    end: int
    members: tuple[Member, ...]
    comma: int | None

    def last(self, key: str) -> Member | None:
        """The member of this key: the last one, which is the one that counts."""
        return next((member for member in reversed(self.members) if member.key == key), None)


def read(text: str) -> Object:
    """The object that the text is. Raises SetupError where it is none."""
    start = _space(text, 0)
    if text[start : start + 1] != "{":
        raise _broken(text, start, "an object in braces")
    found = _object(text, start, 0)
    if _space(text, found.end) != len(text):
        raise _broken(text, _space(text, found.end), "nothing behind the object")
    return found


def member(text: str, member_: Member) -> Object | None:
    """The members of a member's value; None where that is no object."""
    return _object(text, member_.value, 0) if text[member_.value] == "{" else None


def value(text: str, member_: Member) -> object:
    """A member's value. Raises SetupError for one that JSON does not know, such as one with a comment in it."""
    try:
        return json.loads(text[member_.value : member_.end])
    except ValueError as error:
        raise _broken(text, member_.value, "plain JSON") from error


def read_all(text: str) -> dict[str, object]:
    """What the text says, comments left out. Raises SetupError where it is no object."""
    return _values(text, read(text))


def _values(text: str, found: Object) -> dict[str, object]:
    out: dict[str, object] = {}
    for each in found.members:
        inner = member(text, each)
        if inner is not None:
            out[each.key] = _values(text, inner)
        else:
            try:
                out[each.key] = value(text, each)
            except SetupError:
                out[each.key] = text[each.value : each.end]  # a list with comments, say
    return out


def replaced(text: str, member_: Member, raw: str) -> str:
    """The text with another value, as JSON, for this member."""
    return text[: member_.value] + raw + text[member_.end :]


def added(text: str, found: Object, key: str, raw: str) -> str:
    """The text with one more member at the end of the object, on a line of its own where the object has lines. `removed` undoes it exactly."""
    lines = "\n" in text[found.start : found.end]
    inner, break_ = _indent(text, found), "\r\n" if "\r\n" in text[found.start : found.end] else "\n"
    space = break_ + inner if lines else (" " if found.members else "")
    made = f"{space}{json.dumps(key)}: {raw.replace(chr(10), break_ + inner) if lines else ' '.join(part.strip() for part in raw.splitlines())}"
    if found.comma is not None:
        return text[: found.comma] + made + "," + text[found.comma :]
    if found.members:
        at = found.members[-1].end
        return text[:at] + "," + made + text[at:]
    return text[: found.start + 1] + made + text[found.start + 1 :]


def removed(text: str, found: Object, member_: Member) -> str:
    """The text without this member and the comma that parts it from its neighbour."""
    at = found.members.index(member_)
    last = at == len(found.members) - 1
    if last and found.comma is None:
        return text[: member_.after] + text[member_.end :]
    # A comma stands behind it: what follows moves up to what stands before.
    behind = text.index(",", _space(text, member_.end)) + 1
    before = member_.after
    if at > 0:
        before = text.index(",", _space(text, member_.after)) + 1
    return text[:before] + text[behind:]


def _indent(text: str, found: Object) -> str:
    """What stands before a member that begins a line: as the last one has it, else two spaces."""
    for member_ in reversed(found.members):
        line = text[text.rfind("\n", 0, member_.start) + 1 : member_.start]
        if not line.strip(" \t"):
            return line
    return "  "


def _object(text: str, start: int, depth: int) -> Object:
    members: list[Member] = []
    at, after, comma = start + 1, start + 1, None
    while True:
        at = _space(text, at)
        if text[at : at + 1] == "}":
            return Object(start, at + 1, tuple(members), comma)
        if members and comma is None:
            raise _broken(text, at, "a comma or a closing brace")
        key = _STRING.match(text, at)
        if key is None:
            raise _broken(text, at, "a name in quotes")
        colon = _space(text, key.end())
        if text[colon : colon + 1] != ":":
            raise _broken(text, colon, "a colon")
        begin = _space(text, colon + 1)
        end = _value(text, begin, depth + 1)
        members.append(Member(_text_of(text, key), after, at, begin, end))
        after, comma = end, None
        at = _space(text, end)
        if text[at : at + 1] == ",":
            at = comma = at + 1


def _value(text: str, at: int, depth: int) -> int:
    """Where the value that begins here ends."""
    if depth > _DEEPEST:
        raise _broken(text, at, f"at most {_DEEPEST} brackets in each other")
    match text[at : at + 1]:
        case "{":
            return _object(text, at, depth).end
        case "[":
            return _list(text, at, depth)
        case '"':
            found = _STRING.match(text, at)
        case _:
            found = _OTHER.match(text, at)
    if found is None:
        raise _broken(text, at, "a value")
    return found.end()


def _list(text: str, start: int, depth: int) -> int:
    at, more = start + 1, True
    while True:
        at = _space(text, at)
        if text[at : at + 1] == "]":
            return at + 1
        if not more:
            raise _broken(text, at, "a comma or a closing bracket")
        at = _space(text, _value(text, at, depth + 1))
        more = text[at : at + 1] == ","
        at += more


def _text_of(text: str, key: re.Match[str]) -> str:
    try:
        return str(json.loads(key.group()))
    except ValueError as error:
        raise _broken(text, key.start(), "a name in quotes") from error


def _space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _broken(text: str, at: int, expected: str) -> SetupError:
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    return SetupError(f"line {line}, column {column}: expected {expected}; correct the file first")
