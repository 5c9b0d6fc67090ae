"""Hurts bodies of every format at random and looks whether its parser survives: no exception, no endless work, nothing unknown that became ok.

    python bench/fuzz.py [SECONDS [SEED [FORMAT ...]]]      (1 second a format and seed 0 where not given; ten minutes a format: 600)

The seeds are the hand-made payloads, and the recorded bodies where $STATUSWATCH_RECORDINGS or ../shared/data holds them. A finding is printed with what
makes it again, and ends the script with status 1.
"""

import json
import os
import random  # noqa: TID251 - seeded, so that a finding can be made again
import sys
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from statuswatch.core.codec import encode  # noqa: E402 - the path comes first
from statuswatch.core.health import Health  # noqa: E402
from statuswatch.core.incident import Page, Unreadable  # noqa: E402
from statuswatch.sources.body import Body  # noqa: E402
from statuswatch.sources.detect import parse_detected  # noqa: E402
from statuswatch.sources.formats import FORMATS, parser_for  # noqa: E402
from support.hostile import ODD_VALUES, WHOLESALE  # noqa: E402
from support.payloads import SAMPLES, sample  # noqa: E402

SLOW = 5.0  # seconds of processor time for one body; the largest bodies here have 200 kB
FINE = {"operational", "up", "ok", "pass", "resolved", "0", "1", "100", ""}
LARGEST = 200_000
TOKENS = [
    b"<",
    b">",
    b"]]>",
    b"<!--",
    b"<![CDATA[",
    b"&#x0;",
    b"&amp;",
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b"\\ud800",
    b"\\u0000",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\n",
]
TOKENS += [b"null", b"-1e999", b"9" * 400, b"9999-12-31T23:59:59Z", b"0001-01-01T00:00:00Z", b"Feb 29, 23:59 UTC", b"\xe2\x80\xae", b"<small>", b"Status: "]


def seeds(form: str) -> list[bytes]:
    found = [sample(name).data for name in SAMPLES[form]]
    folder = Path(os.environ.get("STATUSWATCH_RECORDINGS") or ROOT.parent / "shared" / "data") / "feeds"
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and path.suffix not in {".xz", ".tsv"} and path.stat().st_size <= LARGEST:
            data = path.read_bytes()
            if isinstance(parser_for(form)(Body(data, "acme")), Page):
                found.append(data)
    return found


def hurt(data: bytes, chance: random.Random, pool: list[bytes]) -> bytes:
    """The body with one to eight places changed: bytes, pieces of another body, tokens, repetitions, cuts, or JSON values."""
    if chance.random() < 0.4:
        changed = hurt_value(data, chance)
        if changed is not None:
            return changed
    body = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        hurt_place(body, chance, pool)
        if len(body) > 4 * LARGEST:
            break
    return bytes(body)


def hurt_place(body: bytearray, chance: random.Random, pool: list[bytes]) -> None:
    at, end = sorted(chance.randint(0, len(body)) for _ in range(2))
    end = min(end, at + chance.choice((0, 1, 4, 40, 4000)))
    kind = chance.randrange(6)
    if kind == 0:
        body[at:end] = chance.randbytes(chance.randint(0, 8))
    elif kind == 1:
        body[at:end] = chance.choice(TOKENS)
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


def hurt_value(data: bytes, chance: random.Random) -> bytes | None:
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
                holder[key] = chance.choice((*ODD_VALUES, 1e308, -(10**30), [value] if chance.random() < 0.1 else {"a": "b"}, "\u202e\x1b[2J\n" * 3))
                break
            holder = inner
    try:
        return json.dumps(value).encode()
    except (ValueError, RecursionError):
        return None


def look(form: str, data: bytes) -> tuple[str, float]:
    """What is wrong with how the body is read (nothing where all is well), and the processor time that it took."""
    started = time.process_time()
    try:
        for read in (parser_for(form)(Body(data, "acme")), parse_detected(Body(data, "acme"))):
            if not isinstance(read, Page | Unreadable):
                return f"neither a page nor a reason: {type(read)}", 0.0
            json.dumps(encode(read)).encode()
            if isinstance(read, Page):
                bad = [part for part in read.components if part.health is Health.OK and part.raw.strip().lower() not in FINE]
                if bad:
                    return f"an unknown word became ok: {bad[0].raw!r}", 0.0
                if not all(problem.isprintable() for problem in read.problems):
                    return "a problem that holds control characters", 0.0
    except Exception:  # noqa: BLE001 - that is what is looked for
        return traceback.format_exc(), 0.0
    took = time.process_time() - started
    return (f"took {took:.1f} s" if took > SLOW else ""), took


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    forms = sys.argv[3:] or list(FORMATS)
    findings = 0
    everything = [sample(name).data for names in SAMPLES.values() for name in names] + [data for data in WHOLESALE.values() if len(data) < LARGEST]
    for form in forms:
        chance = random.Random(f"{seed} {form}")
        own = seeds(form)
        count, slowest, wrong = 0, 0.0, ""
        until = time.process_time() + seconds
        while time.process_time() < until and not wrong:
            data = hurt(chance.choice(own), chance, everything)
            wrong, took = look(form, data)
            slowest = max(slowest, took)
            count += 1
        print(f"{form:<24} {count:>8} bodies from {len(own)} seeds, slowest {slowest * 1000:7.1f} ms{'  FOUND' if wrong else ''}", flush=True)
        if wrong:
            findings += 1
            path = Path(f"fuzz-{form}.body")
            path.write_bytes(data)
            print(f"  {wrong}\n  seed {seed}, body {count}, kept in {path}")
    return int(findings > 0)


if __name__ == "__main__":
    sys.exit(main())
