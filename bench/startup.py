"""What the fast verbs cost as processes, beside a Python that does nothing.

    python bench/startup.py [ROUNDS]

Rounds alternate between the programs; printed are medians in milliseconds and the ratio to `python -c pass` of the same interpreter. Two conditions:

- as installed: the console script of this environment. pip wrote an `import re` into such scripts until its version 23, which costs more than all of ours;
- bare script: the same script without that import, as newer installers write it. An editable install and test tools add .pth files that every Python
  reads at its start: both sides pay for those, which hides a part of the ratio;
- isolated (-I -S): no site module, so nobody pays for .pth files, but nobody has loaded `os` yet either, and ours pays for that alone.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src"
SCRIPT = Path(sys.executable).parent / "statuswatch"
TEXT = "\n".join(f"line {number} of a picture as the engine renders it, about as long as they are" for number in range(25))


def isolated(*argv: str) -> list[str]:
    """Our program without the site module."""
    run = f"import sys; sys.path.insert(0, {str(SOURCE)!r}); from statuswatch.cli import main; sys.exit(main({list(argv)!r}))"
    return [sys.executable, "-I", "-S", "-c", run]


def bare(*argv: str) -> list[str]:
    """Our program as a newer installer's console script starts it."""
    return [sys.executable, "-c", f"import sys; from statuswatch.cli import main; sys.exit(main({list(argv)!r}))"]


CONDITIONS = {
    "as installed": {
        "python -c pass": [sys.executable, "-c", "pass"],
        "statuswatch prompt": [str(SCRIPT), "prompt"],
        "statuswatch status": [str(SCRIPT), "status"],
        "statuswatch --help": [str(SCRIPT), "--help"],
        "python -c 'import argparse, json'": [sys.executable, "-c", "import argparse, json"],
    },
    "bare script": {
        "python -c pass": [sys.executable, "-c", "pass"],
        "prompt": bare("prompt"),
        "status": bare("status"),
        "--help": bare("--help"),
    },
    "isolated": {
        "python -I -S -c pass": [sys.executable, "-I", "-S", "-c", "pass"],
        "prompt": isolated("prompt"),
        "status": isolated("status"),
        "--help": isolated("--help"),
        "import argparse, json": [sys.executable, "-I", "-S", "-c", "import argparse, json"],
    },
}


def milliseconds(argv: list[str], environ: dict[str, str]) -> float:
    begun = time.perf_counter()
    subprocess.run(argv, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return (time.perf_counter() - begun) * 1000


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, nothing pinned, {rounds} alternating rounds, medians (and the best)")
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        run.mkdir()
        (run / "prompt").write_text("1\t4000000000\tfailing\topus failing 23m\n", encoding="utf-8")
        (run / "status.txt").write_text(f"1\t4000000000\t1\n{TEXT}\n", encoding="utf-8")
        environ = {**os.environ, "STATUSWATCH_HOME": folder}
        for condition, programs in CONDITIONS.items():
            found: dict[str, list[float]] = {name: [] for name in programs}
            for argv in programs.values():
                milliseconds(argv, environ)  # the bytecode is written once
            for _ in range(rounds):
                for name, argv in programs.items():
                    found[name].append(milliseconds(argv, environ))
            print(condition)
            base = next(iter(found.values()))
            for name, figures in found.items():
                middle = statistics.median(figures)
                ratio, best = middle / statistics.median(base), min(figures) / min(base)
                print(f"  {name:<34} {middle:>7.2f} ms ({min(figures):>6.2f})  {ratio:>5.2f} x  (best {best:.2f} x)")


if __name__ == "__main__":
    main()
