"""Bodies hurt at random, and what is wrong with how one of them is read: for `bench/fuzz.py`, which runs for hours, and the test, which runs for seconds."""

import copy
import json
import os
import random
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from statuswatch.core.codec import encode
from statuswatch.core.health import Health
from statuswatch.core.incident import Page, Unreadable
from statuswatch.sources.body import Body
from statuswatch.sources.detect import parse_detected
from statuswatch.sources.formats import parser_for
from support.hostile import ODD_VALUES, WHOLESALE
from support.payloads import SAMPLES, sample

SLOW = 5.0  # seconds of processor time for one body; the largest bodies here have 200 kB
LARGEST = 200_000
_FINE = {"operational", "up", "ok", "pass", "resolved", "0", "1", "100", ""}
_DETECTED_TOO = 4  # one body of so many is also read by whatever format is found in it: that part is the same for all
_TOKENS = [b"<", b">", b"]]>", b"<!--", b"<![CDATA[", b"&#x0;", b"&amp;", b'"', b"{", b"}", b"[", b"]", b"\\ud800", b"\\u0000", b"\xff\xfe", b"\xef\xbb\xbf"]
_TOKENS += [b"\n", b"null", b"-1e999", b"9" * 400, b"9999-12-31T23:59:59Z", b"0001-01-01T00:00:00Z", b"Feb 29, 23:59 UTC", b"\xe2\x80\xae", b"<small>"]
_TOKENS += [b"1e400", b"\x00", b"true", b"\\", b"2026-02-30T25:61:61+99:99", b"-0", b"<?xml ", b"<item>", b"</", b"0x7f", b"$undefined", b"Status: "]


@dataclass(frozen=True, slots=True)
class Hurt:
    """One body that was tried. `wrong` is empty where all is well; `took` is processor seconds."""

    data: bytes
    wrong: str
    took: float


def fuzz(form: str, seconds: float, seed: int) -> Iterator[Hurt]:
    """Bodies of the format `form`, hurt in ways that `seed` decides, for so many seconds of processor time or until one is read wrongly."""
    chance = random.Random(f"{seed} {form}")
    own, others = seeds(form), _pool()
    until = time.process_time() + seconds
    while time.process_time() < until:
        start = min(chance.choice(own), chance.choice(own), key=len)  # the smaller the body, the more of them
        data = _hurt(start, chance, others)
        wrong, took = look(form, data, detected=chance.randrange(_DETECTED_TOO) == 0)
        yield Hurt(data, wrong, took)
        if wrong:
            return


@lru_cache(maxsize=64)
def seeds(form: str) -> tuple[bytes, ...]:
    """The hand-made payloads of the format, and the recorded bodies that are in it where they are there."""
    found = [sample(name).data for name in SAMPLES[form]]
    folder = Path(os.environ.get("STATUSWATCH_RECORDINGS") or Path(__file__).resolve().parents[3] / "shared" / "data") / "feeds"
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and path.suffix not in {".xz", ".tsv"} and path.stat().st_size <= LARGEST:
            data = path.read_bytes()
            if isinstance(parser_for(form)(Body(data, "acme")), Page):
                found.append(data)
    return tuple(found)


@lru_cache(maxsize=1)
def _pool() -> tuple[bytes, ...]:
    """Bodies that pieces are taken from."""
    return (*(sample(name).data for names in SAMPLES.values() for name in names), *(data for data in WHOLESALE.values() if len(data) < LARGEST))


def look(form: str, data: bytes, *, detected: bool = True) -> tuple[str, float]:
    """What is wrong with how the body is read (nothing where all is well), and the processor time that it took."""
    started = time.process_time()
    try:
        reads = [parser_for(form)(Body(data, "acme"))]
        if detected:
            reads.append(parse_detected(Body(data, "acme")))
        for read in reads:
            if wrong := _complaint(read):
                return wrong, 0.0
    except Exception:  # noqa: BLE001 - that is what is looked for
        return traceback.format_exc(), 0.0
    took = time.process_time() - started
    return (f"took {took:.1f} s" if took > SLOW else ""), took


def _complaint(read: object) -> str:
    if not isinstance(read, Page | Unreadable):
        return f"neither a page nor a reason: {type(read)}"
    json.dumps(encode(read)).encode()
    if isinstance(read, Page):
        bad = [part for part in read.components if part.health is Health.OK and part.raw.strip().lower() not in _FINE]
        if bad:
            return f"an unknown word became ok: {bad[0].raw!r}"
        if not all(problem.isprintable() for problem in read.problems):
            return "a problem that holds control characters"
    return ""


def _hurt(data: bytes, chance: random.Random, pool: tuple[bytes, ...]) -> bytes:
    """The body with one to eight places changed: bytes, pieces of another body, tokens, repetitions, cuts, or JSON values."""
    if chance.random() < 0.4:
        changed = _hurt_value(data, chance)
        if changed is not None:
            return changed
    body = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        _hurt_place(body, chance, pool)
        if len(body) > 4 * LARGEST:
            break
    return bytes(body)


def _hurt_place(body: bytearray, chance: random.Random, pool: tuple[bytes, ...]) -> None:
    at, end = sorted(chance.randint(0, len(body)) for _ in range(2))
    end = min(end, at + chance.choice((0, 1, 4, 40, 4000)))
    kind = chance.randrange(6)
    if kind == 0:
        body[at:end] = chance.randbytes(chance.randint(0, 8))
    elif kind == 1:
        body[at:end] = chance.choice(_TOKENS)
    elif kind == 2:
        other = chance.choice(pool)
        start = chance.randint(0, len(other))
        body[at:end] = other[start : start + chance.choice((10, 100, 3000))]
    elif kind == 3:
        body[at:at] = body[at:end] * chance.choice((1, 2, 50))
    elif kind == 4:
        del body[at:end]
    elif chance.random() < 0.2:
        del body[at:]


def _hurt_value(data: bytes, chance: random.Random) -> bytes | None:
    try:
        value = json.loads(data.decode("utf-16" if data[:2] in (b"\xfe\xff", b"\xff\xfe") else "utf-8"))
    except ValueError:
        return None
    for _ in range(chance.randint(1, 4)):
        holder = value
        while isinstance(holder, dict | list) and holder:
            key = chance.choice(sorted(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
            inner = holder[key]
            if not isinstance(inner, dict | list) or not inner or chance.random() < 0.15:
                odd = (*ODD_VALUES, 1e308, -(10**30), [value] if chance.random() < 0.1 else {"a": "b"}, "\u202e\x1b[2J\n" * 3)
                holder[key] = copy.deepcopy(chance.choice(odd))  # a later step may change what stands there, and these are everybody's
                break
            holder = inner
    try:
        return json.dumps(value).encode()
    except (ValueError, RecursionError):
        return None
