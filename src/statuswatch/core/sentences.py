"""Status prose cut into clauses of words. Hostile text in, plain values out: bounded size, linear time, no wrong word.

A word is a run of ASCII letters and digits. A run with letters of another alphabet in it (a homoglyph of a name) is one opaque word that equals nothing;
invisible and directional characters end a word, so that nothing hidden can complete a name.
"""

import re
from dataclasses import dataclass

LONGEST_TEXT = 20_000
LONGEST_QUOTE = 400
MOST_CLAUSES = 300
_LONGEST_CLAUSE = 300
OPAQUE = "\ufffd"

_BREAK = re.compile(r"<br ?/?>|</?(?:p|li|ul|div)>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]]{1,500}")
_RUN_ON = re.compile(r"(?<=[a-z)])\.(?=[A-Z][a-z])")
# CJK stands without spaces beside Latin words; it is cut off so that the Latin word stays one.
_CJK = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]+")
_TOKEN = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?|\d+(?:\.\d+)?%|\w[\w.+'·-]*|[,;:!?()\[\]&/|\u2014\u2013\u2022\n]|(?<=\s)[-*](?=\s)")
_ENDS = frozenset("!?\n•*")
_DASHES = frozenset("\u2014\u2013-|")
_TURNS = frozenset({"but", "however", "while", "whereas", "although", "though", "nevertheless", ";"})
_SAVE_FOR = frozenset({"models", "model", "all", "everything", "nothing", "none"})


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence, or its part up to a turn (`but`, `however`, `;`).

    `words`: lower-case words and punctuation marks; `raw`: the same as written; `sentence`: the whole sentence as written, for quoting;
    `joined`: the words between single spaces, with one at each end, for finding phrases.
    """

    words: tuple[str, ...]
    raw: tuple[str, ...]
    sentence: str
    joined: str

    def has(self, phrases: tuple[str, ...]) -> bool:
        """Whether one of `phrases` (each with a space at both ends, or an open end) stands in the clause."""
        joined = self.joined
        for phrase in phrases:  # noqa: SIM110 - a generator costs more than the search, and this is the innermost loop
            if phrase in joined:
                return True
        return False

    def index(self, phrases: tuple[str, ...]) -> int | None:
        """The index of the word after the first place where one of `phrases` (whole words) stands."""
        places = [self.joined.find(phrase) + len(phrase) for phrase in phrases if phrase in self.joined]
        return self.joined[: min(places)].count(" ") - 1 if places else None

    def part(self, start: int, end: int) -> "Clause":
        """The words from `start` up to `end` as a clause of the same sentence."""
        words = self.words[start:end]
        return Clause(words, self.raw[start:end], self.sentence, f" {' '.join(words)} ")


def clauses(text: str) -> tuple[Clause, ...]:
    """`text` as clauses, in order. At most LONGEST_TEXT characters and MOST_CLAUSES clauses are read."""
    found: list[Clause] = []
    for sentence, tokens in _sentences(_plain(text[:LONGEST_TEXT])):
        if len(found) >= MOST_CLAUSES:
            break
        _cut(tokens, " ".join(sentence.split())[:LONGEST_QUOTE], found)
    return tuple(found[:MOST_CLAUSES])


def _plain(text: str) -> str:
    text = _ADDRESS.sub(" ", _TAG.sub(" ", _BREAK.sub("\n", text)))
    text = text.replace("\u2019", "'").replace("\u2018", "'").replace("**", "")
    return _CJK.sub(" ", _RUN_ON.sub(". ", text))


def _sentences(text: str) -> list[tuple[str, list[str]]]:
    """Each sentence as written, with its tokens."""
    out: list[tuple[str, list[str]]] = []
    tokens: list[str] = []
    begin = 0
    for match in _TOKEN.finditer(text):
        written = match[0]
        if written in _ENDS:
            _close(out, text[begin : match.end()], tokens)
            tokens, begin = [], match.end()
            continue
        word = written.rstrip(".'+-·")
        tokens.append(("—" if written in _DASHES else word) or "—")
        if word != written and written.endswith(".") and not text[match.end() : match.end() + 1].strip():
            _close(out, text[begin : match.end()], tokens)
            tokens, begin = [], match.end()
    _close(out, text[begin:], tokens)
    return out


def _close(out: list[tuple[str, list[str]]], sentence: str, tokens: list[str]) -> None:
    if tokens:
        out.append((sentence, tokens))


def _cut(tokens: list[str], sentence: str, found: list[Clause]) -> None:
    part: list[str] = []
    for index, word in enumerate(tokens):
        if (word.lower() in _TURNS and not _saves(tokens, index)) or len(part) >= _LONGEST_CLAUSE:
            _add(part, sentence, found)
            part = []
        if word != ";":
            part.append(word)
    _add(part, sentence, found)


def _saves(tokens: list[str], index: int) -> bool:
    """Whether a `but` excepts a name and turns nothing: "all models but Haiku"."""
    return 0 < index < len(tokens) - 1 and tokens[index].lower() == "but" and tokens[index - 1].lower() in _SAVE_FOR and tokens[index + 1][:1].isupper()


def _add(part: list[str], sentence: str, found: list[Clause]) -> None:
    if part:
        raw = tuple(part)
        words = tuple(word if word.isascii() or word == "—" else OPAQUE for word in (written.lower().replace("·", "-") for written in raw))
        found.append(Clause(words, raw, sentence, f" {' '.join(words)} "))
