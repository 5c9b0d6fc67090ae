"""What the prompt segment costs a prompt, in zsh, bash and fish, beside other ways to the same text.

    python bench/prompt.py [ROUNDS]

Each way is run in a loop inside one shell; rounds alternate between the ways; printed are medians in microseconds a prompt and the ratio to an empty
built-in read of the same file. `nothing` is the loop itself with an empty function, and is not subtracted.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
CODE = HERE / "src" / "statuswatch" / "surfaces" / "prompt"
WAYS = {
    "nothing": 10_000,
    "read": 10_000,
    "segment, all well": 10_000,
    "segment, trouble": 10_000,
    "segment, engine dead": 10_000,
    "sh -c cat": 100,
    "python": 10,
}

SCRIPTS = {
    "zsh": r"""
source "$CODE"; PROMPT="> "
w_nothing() { : }
w_read() { local line; read -r line <$__statuswatch_file }
w_segment() { __statuswatch_precmd }
w_sh() { local line=$(sh -c 'cat "$1"' x $__statuswatch_file) }
w_python() { local line=$("$PYTHON" -m statuswatch prompt) }
typeset -F begun=$EPOCHREALTIME
for ((i = 0; i < COUNT; i++)); do $WAY; done
print $(( (EPOCHREALTIME - begun) * 1e6 / COUNT ))
""",
    "bash": r"""
source "$CODE"; PS1="> "
w_nothing() { :; }
w_read() { local line; read -r line <"$__statuswatch_file"; }
w_segment() { __statuswatch_prompt; }
w_sh() { local line; line=$(sh -c 'cat "$1"' x "$__statuswatch_file"); }
w_python() { local line; line=$("$PYTHON" -m statuswatch prompt); }
begun=${EPOCHREALTIME/[.,]/}
for ((i = 0; i < COUNT; i++)); do $WAY; done
echo $(( (${EPOCHREALTIME/[.,]/} - begun) * 1000 / COUNT ))e-3
""",
    "fish": r"""
function fish_prompt; end
source "$CODE"
function w_nothing; end
function w_read; read -l line <$__statuswatch_file; end
function w_segment; __statuswatch_read; statuswatch_segment >/dev/null; end
function w_sh; set -l line (sh -c 'cat "$argv[1]"' x $__statuswatch_file); end
function w_python; set -l line ($PYTHON -m statuswatch prompt); end
set -l begun (date +%s%N)
for i in (seq $COUNT); $WAY; end
set -l ended (date +%s%N)
math "($ended - $begun) / 1000 / $COUNT"
""",
}
START = {"zsh": ["zsh", "-f", "-c"], "bash": ["bash", "--norc", "-c"], "fish": ["fish", "--no-config", "-i", "-c"]}
LINES = {"all well": "ok\t", "trouble": "failing\topus failing 23m", "engine dead": "failing\topus failing 23m"}


def once(shell: str, way: str, home: Path) -> float:
    """Microseconds a prompt, of one run."""
    state = way.partition(", ")[2] or "trouble"
    expires = int(time.time()) + (-100 if state == "engine dead" else 10_000)  # noqa: TID251 - a measurement
    (home / "run" / "prompt").write_text(f"1\t{expires}\t{LINES[state]}\n", encoding="utf-8")
    name = "w_" + way.split(maxsplit=1)[0].rstrip(",")
    environ = {**os.environ, "STATUSWATCH_HOME": str(home), "CODE": str(CODE / f"statuswatch.{shell}"), "WAY": name, "COUNT": str(WAYS[way])}
    environ |= {"PYTHON": sys.executable, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
    done = subprocess.run([*START[shell], SCRIPTS[shell]], env=environ, capture_output=True, text=True, timeout=300, check=True)
    return float(done.stdout.split()[-1])


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, nothing pinned, {rounds} alternating rounds, medians")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "run").mkdir()
        for shell in SCRIPTS:
            if shutil.which(shell) is None:
                print(f"{shell}: not installed")
                continue
            found: dict[str, list[float]] = {way: [] for way in WAYS}
            for _ in range(rounds):
                for way in WAYS:
                    found[way].append(once(shell, way, home))
            read = statistics.median(found["read"])
            print(shell)
            for way, figures in found.items():
                middle = statistics.median(figures)
                print(f"  {way:<22} {middle:>10.1f} us  {middle / read:>8.2f} x read  (n={WAYS[way]})")


if __name__ == "__main__":
    main()
