"""Hurts bodies of every format at random and looks whether its parser survives: no exception, no endless work, nothing unknown that became ok.

    python bench/fuzz.py [SECONDS [SEED [FORMAT ...]]]      (1 second a format and seed 0 where not given; ten minutes a format: 600)

Seconds are of processor time. The seeds are the hand-made payloads, and the recorded bodies where $STATUSWATCH_RECORDINGS or ../shared/data holds them.
A finding is printed with what makes it again, and ends the script with status 1.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from statuswatch.sources.formats import FORMATS  # noqa: E402 - the path comes first
from support.fuzzing import fuzz, seeds  # noqa: E402


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    findings = 0
    for form in sys.argv[3:] or list(FORMATS):
        own = len(seeds(form))
        count, slowest, found = 0, 0.0, None
        for hurt in fuzz(form, seconds, seed):
            count, slowest = count + 1, max(slowest, hurt.took)
            found = hurt if hurt.wrong else None
        print(f"{form:<24} {count:>8} bodies from {own} seeds, slowest {slowest * 1000:7.1f} ms{'  FOUND' if found else ''}", flush=True)
        if found is not None:
            findings += 1
            path = Path(f"fuzz-{form}.body")
            path.write_bytes(found.data)
            print(f"  {found.wrong}\n  seed {seed}, body {count}, kept in {path}")
    return int(findings > 0)


if __name__ == "__main__":
    sys.exit(main())
