"""JSON and what looks like it: strict JSON, and the dumps that people and gateways pass on (Python and JavaScript object notation). Bounded and total."""

import json
import re
from typing import Any

_DECODER = json.JSONDecoder(strict=False)  # pasted strings hold raw line breaks
_LONGEST_DUMP = 32_768
_TRIES = 8
_DEEPEST = 60
# One piece of a dump: a string in either quote, a bracket, a separator, a bare word or number, or a character that belongs to nothing.
_PIECE = re.compile(r"""[bur]{0,2}'((?:[^'\\]|\\.)*)'|[bur]{0,2}"((?:[^"\\]|\\.)*)"|([{}\[\]()])|([,:])|([A-Za-z_$][\w$.]*|-?\d[\w.+-]*)|\s+|(.)""", re.DOTALL)
_ESCAPE = re.compile(r"""\\(.)|(["\x00-\x1f])""", re.DOTALL)
_KEPT_ESCAPES = 'nrtbf"\\/'
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
_WORDS = {"True": "true", "true": "true", "False": "false", "false": "false"}


class NotDataError(ValueError):
    """A text is no data in any notation known here."""


def strict(text: str) -> Any:
    """The value of a whole JSON text; raises NotDataError."""
    try:
        return _DECODER.decode(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise NotDataError from error


def whole(text: str) -> Any:
    """The object or list that the whole text is, in JSON or as a Python or JavaScript dump; raises NotDataError for anything else, also for a bare word."""
    text = text.strip()
    if text[:1] not in ("{", "["):
        raise NotDataError
    try:
        return strict(text)
    except NotDataError:
        value, end = loose(text)
        if text[end:].strip():
            raise NotDataError from None
        return value


def first(text: str) -> Any:
    """The first object inside a text; raises NotDataError where there is none. Looks at a bounded number of braces; escaped quotes are tried once."""
    try:
        return _first(text)
    except NotDataError:
        if '\\"' not in text:
            raise
        return _first(text.replace('\\"', '"'))


def _first(text: str) -> Any:
    at = -1
    for _ in range(_TRIES):
        at = text.find("{", at + 1)
        if at < 0:
            break
        try:
            return _DECODER.raw_decode(text, at)[0]
        except (ValueError, RecursionError):
            pass
        try:
            return loose(text[at : at + _LONGEST_DUMP])[0]
        except NotDataError:
            pass
    raise NotDataError


def loose(text: str) -> tuple[Any, int]:
    """The Python or JavaScript dump that `text` begins with, and where it ends: single quotes, None, undefined, unquoted keys. Raises NotDataError.

    Names that are no data (`[Object]`, `<Response …>` and the like) become null; nothing is ever evaluated.
    """
    pieces: list[str] = []
    open_brackets: list[str] = []
    for match in _PIECE.finditer(text[:_LONGEST_DUMP]):
        single, double, bracket, separator, word, stray = match.groups()
        if stray is not None:
            raise NotDataError
        if single is not None or double is not None:
            pieces.append('"' + _ESCAPE.sub(_escaped, single if single is not None else double) + '"')
        elif bracket:
            pieces.append(_bracket(bracket, open_brackets))
            if not open_brackets:
                return strict(_tidy("".join(pieces))), match.end()
        elif separator:
            pieces.append(separator)
        elif word:
            pieces.append(_bare(word, text, match.end()))
    raise NotDataError


def _bracket(bracket: str, open_brackets: list[str]) -> str:
    if bracket in "{[(":
        if len(open_brackets) >= _DEEPEST:
            raise NotDataError
        open_brackets.append({"{": "}", "[": "]", "(": ")"}[bracket])
        return "{" if bracket == "{" else "["
    if not open_brackets or open_brackets.pop() != bracket:
        raise NotDataError
    return "}" if bracket == "}" else "]"


def _bare(word: str, text: str, end: int) -> str:
    """A word without quotes: a key where a colon follows, else a number, a truth value or nothing."""
    rest = text[end : end + 40].lstrip()
    if rest.startswith(":"):
        return json.dumps(word)
    return _WORDS.get(word) or (word if _NUMBER.fullmatch(word) else "null")


def _tidy(data: str) -> str:
    return re.sub(r",\s*([}\]])", r"\1", data)


def _escaped(match: re.Match[str]) -> str:
    escape, raw = match.groups()
    if raw is not None:
        return json.dumps(raw)[1:-1]
    if escape in _KEPT_ESCAPES:
        return "\\" + escape
    return "'" if escape == "'" else "?"
