"""What the fast verbs cost as processes, beside a Python that does nothing.

    python bench/startup.py [ROUNDS]

A wheel is built and installed into an environment of its own, so that neither an editable install nor test tools add to what every Python reads at its start.
Rounds alternate between the programs; printed are medians in milliseconds by the clock and of processor time, each with its ratio to `python -c pass`. Three
conditions:

- as installed: the console script that the wheel brings;
- entry point: the script that pip wrote for [project.scripts] up to its version 23, with its `import re`: what our own is there to avoid;
- isolated (-I -S): no site module, so nobody pays for .pth files, but nobody has loaded `os` yet either, and ours pays for that alone.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEXT = "\n".join(f"line {number} of a picture as the engine renders it, about as long as they are" for number in range(25))
ENTRY_POINT = """#!{python}
# -*- coding: utf-8 -*-
import re
import sys
from statuswatch.cli import main
if __name__ == '__main__':
    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])
    sys.exit(main())
"""


def install(folder: Path) -> Path:
    """An environment with nothing but our wheel; returns the folder of its programs."""
    build = "import sys, hatchling.build as build; print(build.build_wheel(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", build, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True)
    venv.create(folder / "venv", with_pip=False)
    programs = folder / "venv" / "bin"
    wheel = folder / done.stdout.split()[-1]
    target = ["--python", str(programs / "python"), "install", "-q", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", *target], check=True)
    old = programs / "statuswatch-by-entry-point"
    old.write_text(ENTRY_POINT.format(python=programs / "python"), encoding="utf-8")
    old.chmod(0o755)
    return programs


def conditions(programs: Path) -> dict[str, dict[str, list[str]]]:
    """What is run, by condition; the first of each is what the others are compared with."""
    python, ours, old = (str(programs / name) for name in ("python", "statuswatch", "statuswatch-by-entry-point"))
    packages = next((programs.parent / "lib").glob("python*/site-packages"))
    alone = f"import sys; sys.path.insert(0, {str(packages)!r}); from statuswatch.cli import entry; entry()"
    verbs = ("prompt", "status", "--help")
    return {
        "as installed": {"python -c pass": [python, "-c", "pass"], **{f"statuswatch {verb}": [ours, verb] for verb in verbs}},
        "entry point": {
            "python -c pass": [python, "-c", "pass"],
            **{f"statuswatch {verb}": [old, verb] for verb in verbs},
            "python -c 'import argparse, json'": [python, "-c", "import argparse, json"],
        },
        "isolated": {"python -I -S -c pass": [python, "-I", "-S", "-c", "pass"], **{verb: [python, "-I", "-S", "-c", alone, verb] for verb in verbs}},
    }


def once(argv: list[str], environ: dict[str, str]) -> tuple[float, float]:
    """Milliseconds by the clock, and of processor time."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(argv, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    clock, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return clock * 1000, (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, nothing pinned, {rounds} alternating rounds, medians")
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        run.mkdir()
        (run / "prompt").write_text("1\t4000000000\tfailing\topus failing 23m\n", encoding="utf-8")
        (run / "status.txt").write_text(f"1\t4000000000\t1\n{TEXT}\n", encoding="utf-8")
        environ = {**os.environ, "STATUSWATCH_HOME": folder}
        for condition, programs in conditions(install(Path(folder))).items():
            found: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
            for argv in programs.values():
                once(argv, environ)  # the bytecode is written once
            for _ in range(rounds):
                for name, argv in programs.items():
                    found[name].append(once(argv, environ))
            print(condition)
            base = next(iter(found.values()))
            for name, figures in found.items():
                (clock, spent), (clock0, spent0) = (tuple(statistics.median(each) for each in zip(*pairs, strict=True)) for pairs in (figures, base))
                print(f"  {name:<34} {clock:>7.2f} ms {clock / clock0:>5.2f} x   {spent:>7.2f} ms of cpu {spent / spent0:>5.2f} x")


if __name__ == "__main__":
    main()
