"""What reading the provider files costs at a start, by their number, beside a Python that does nothing.

    python bench/catalogue.py [ROUNDS]

Each figure is the CPU time of a fresh process (user and system), the median of alternating rounds. Verbs for the prompt read no provider file at all;
tests/catalog/test_cost.py holds them to that.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src"
LOAD = (
    "import statuswatch.catalog.loader as loader; from pathlib import Path; problems = []; "
    "loader.compose({{entry.id: entry for entry in loader.read_user(Path({folder!r}), problems)}}, (), problems)"
)


def cpu(argv: list[str]) -> float:
    """Milliseconds of CPU that a process took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, env={**os.environ, "PYTHONPATH": str(SOURCE)}, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    shipped = sorted((item for item in (files("statuswatch.catalog") / "providers").iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, nothing pinned, {rounds} alternating rounds, medians of CPU time")
    with tempfile.TemporaryDirectory() as base:
        programs = {"python -c pass": "pass", "importing the loader": "import statuswatch.catalog.loader"}
        for count in (0, 25, 50, len(shipped), 2 * len(shipped)):
            folder = Path(base, str(count))
            folder.mkdir()
            for number in range(count):
                text = shipped[number % len(shipped)].read_text(encoding="utf-8")
                again = number >= len(shipped)
                (folder / f"{number}.toml").write_text(text.replace('id = "', 'id = "x-', 1) if again else text, encoding="utf-8")
            programs[f"reading {count} provider files"] = LOAD.format(folder=str(folder))
        found: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(rounds):
            for name, code in programs.items():
                found[name].append(cpu([sys.executable, "-c", code]))
    base_line = statistics.median(found["python -c pass"])
    for name, figures in found.items():
        middle = statistics.median(figures)
        print(f"  {name:<28} {middle:>7.1f} ms   {middle / base_line:>5.2f} x")


if __name__ == "__main__":
    main()
