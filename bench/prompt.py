"""What the prompt segment costs a prompt, in zsh, bash and fish, beside other ways to the same text.

    python bench/prompt.py [ROUNDS]

Each way is run in a loop inside one shell; rounds alternate between the ways; printed are medians in microseconds a prompt by the clock and the ratio to a
built-in read of the same file (x); processor time without the loop and an empty function, and its ratio to the read's (+: the figure to trust on a busy
machine); and the 99th percentile by the clock of single prompts (of groups of twenty in fish, which has no clock of its own).

`state:` the file is absent, corrupt, 10 MB without a line break, or locked by another program. starship is measured where it is installed ($STARSHIP may
name it), with one custom module that runs the segment's own script.
"""

import fcntl
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
CODE = HERE / "src" / "statuswatch" / "surfaces" / "prompt"
STARSHIP = os.environ.get("STARSHIP") or shutil.which("starship") or ""
WAYS = {
    "nothing": 10_000,
    "read": 10_000,
    "segment, all well": 10_000,
    "segment, trouble": 10_000,
    "segment, engine dead": 10_000,
    "segment, state: absent": 2_000,
    "segment, state: corrupt": 2_000,
    "segment, state: 10 MB": 200,
    "segment, state: locked": 2_000,
    "sh -c cat": 100,
    "script": 100,
    "starship": 20,
    "python": 10,
}

SCRIPTS = {
    "zsh": r"""
source "$CODE"; PROMPT="> "
w_nothing() { : }
w_read() { local line; read -r line <$__statuswatch_file }
w_segment() { __statuswatch_precmd }
w_sh() { local line=$(sh -c 'cat "$1"' x $__statuswatch_file) }
w_script() { local line=$(sh $SCRIPT) }
w_starship() { local line=$($STARSHIP prompt) }
w_python() { local line=$("$PYTHON" -m statuswatch prompt) }
typeset -F begun=$EPOCHREALTIME
for ((i = 0; i < COUNT; i++)); do $WAY; done
print $(( (EPOCHREALTIME - begun) * 1e6 / COUNT ))
typeset -F at
for ((i = 0; i < SINGLES; i++)); do at=$EPOCHREALTIME; $WAY; print $(( (EPOCHREALTIME - at) * 1e6 )); done
""",
    "bash": r"""
source "$CODE"; PS1="> "
w_nothing() { :; }
w_read() { local line; read -r line <"$__statuswatch_file"; }
w_segment() { __statuswatch_prompt; }
w_sh() { local line; line=$(sh -c 'cat "$1"' x "$__statuswatch_file"); }
w_script() { local line; line=$(sh "$SCRIPT"); }
w_starship() { local line; line=$("$STARSHIP" prompt); }
w_python() { local line; line=$("$PYTHON" -m statuswatch prompt); }
begun=${EPOCHREALTIME/[.,]/}
for ((i = 0; i < COUNT; i++)); do $WAY; done
echo $(( (${EPOCHREALTIME/[.,]/} - begun) * 1000 / COUNT ))e-3
for ((i = 0; i < SINGLES; i++)); do begun=${EPOCHREALTIME/[.,]/}; $WAY; echo $(( ${EPOCHREALTIME/[.,]/} - begun )); done
""",
    "fish": r"""
function fish_prompt; end
source "$CODE"
function w_nothing; end
function w_read; read -l line <$__statuswatch_file; end
functions -c fish_prompt prompted  # by its own name fish looks for a newer file of it at each call, whoever wrote it
function w_segment; __statuswatch_read; prompted; end
function w_sh; set -l line (sh -c 'cat "$1"' x $__statuswatch_file); end
function w_script; set -l line (sh $SCRIPT); end
function w_starship; set -l line ($STARSHIP prompt); end
function w_python; set -l line ($PYTHON -m statuswatch prompt); end
set -l begun (date +%s%N)
for i in (seq $COUNT); $WAY; end
set -l ended (date +%s%N)
math "($ended - $begun) / 1000 / $COUNT" >&2
for group in (seq (math "ceil($SINGLES / 20)"))
  set begun (date +%s%N)
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; $WAY; end
  math "($(date +%s%N) - $begun) / 1000 / 20" >&2
end
""",
}
START = {"zsh": ["zsh", "-f", "-c"], "bash": ["bash", "--norc", "-c"], "fish": ["fish", "--no-config", "-i", "-c"]}
LINES = {"all well": "ok\t", "trouble": "failing\topus failing 23m", "engine dead": "failing\topus failing 23m"}


def put(home: Path, state: str) -> None:
    """The file as this state has it."""
    file = home / "run" / "prompt"
    file.unlink(missing_ok=True)
    expires = int(time.time()) + (-100 if state == "engine dead" else 10_000)  # noqa: TID251 - a measurement
    if state == "state: corrupt":
        file.write_bytes(bytes(range(256)))
    elif state == "state: 10 MB":
        file.write_bytes(b"x" * 10_000_000)
    elif state != "state: absent":
        file.write_text(f"1\t{expires}\t{LINES.get(state, LINES['trouble'])}\n", encoding="utf-8")


def once(shell: str, way: str, home: Path, *, singles: bool) -> tuple[float, float, list[float]]:
    """Microseconds a prompt of one run, by the clock and of processor time with the shell's start in it; and those of single prompts."""
    state = way.partition(", ")[2] or "trouble"
    put(home, state)
    name, count = "w_" + way.split(maxsplit=1)[0].rstrip(","), WAYS[way]
    environ = {**os.environ, "STATUSWATCH_HOME": str(home), "CODE": str(CODE / f"statuswatch.{shell}"), "WAY": name, "COUNT": str(count)}
    environ |= {"PYTHON": sys.executable, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "STARSHIP": STARSHIP, "SCRIPT": str(CODE / "statuswatch.sh")}
    environ |= {"STARSHIP_CONFIG": str(home / "starship.toml"), "STARSHIP_SHELL": shell, "SINGLES": str(count if singles else 0)}
    held = (home / "run" / "prompt").open("rb") if state == "state: locked" else None
    if held:
        fcntl.flock(held, fcntl.LOCK_EX)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = subprocess.run([*START[shell], SCRIPTS[shell]], env=environ, capture_output=True, text=True, timeout=300, check=True)
    finally:
        if held:
            held.close()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    said = (done.stderr if shell == "fish" else done.stdout).split()
    return float(said[0]), spent * 1e6 / count, sorted(float(word) for word in said[1:])


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, nothing pinned, {rounds} alternating rounds, medians; x: with the loop, +: without it")
    ways = [way for way in WAYS if way != "starship" or STARSHIP]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "run").mkdir()
        (home / "starship.toml").write_text(
            'format = "$custom"\nadd_newline = false\n'
            f'[custom.statuswatch]\ncommand = \'sh "{CODE / "statuswatch.sh"}"\'\nwhen = true\nshell = ["sh"]\nformat = "$output "\n',
            encoding="utf-8",
        )
        for shell in SCRIPTS:
            if shutil.which(shell) is None:
                print(f"{shell}: not installed")
                continue
            found: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
            for _ in range(rounds):
                for way in ways:
                    found[way].append(once(shell, way, home, singles=False)[:2])
            clock = {way: statistics.median(run[0] for run in runs) for way, runs in found.items()}
            spent = {way: statistics.median(run[1] for run in runs) for way, runs in found.items()}
            # Only where the loop is as long can the shell's own start be taken off with it.
            cost = {way: spent[way] - spent["nothing"] for way in ways if WAYS[way] == WAYS["nothing"]}
            print(shell)
            for way in ways:
                tail = once(shell, way, home, singles=True)[2]
                ninety = tail[int(len(tail) * 0.99)]
                used = f"{cost[way]:>9.1f} us of cpu {cost[way] / cost['read']:>7.2f} +" if way in cost else " " * 29
                print(f"  {way:<24} {clock[way]:>9.1f} us {clock[way] / clock['read']:>7.2f} x   {used}   p99 {ninety:>9.1f}  (n={WAYS[way]})")


if __name__ == "__main__":
    main()
