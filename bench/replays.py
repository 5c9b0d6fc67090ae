"""Three recorded outages, poll by poll through `statuswatch backtest`: every notice with what it was about, as a page in Markdown.

    python bench/replays.py [RECORDINGS] > docs/explanation/replays.md

RECORDINGS: else $STATUSWATCH_RECORDINGS, else ../shared/data beside the project. What the incidents were about and whether a notice was right is a reader's
judgement, in replays.toml; everything else is what the program answers. A notice that nobody judged is printed as such, so that a new one is seen.
"""

import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from textwrap import fill
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_WIDTH = 160
_HEAD = (
    "What a person would have been told, from the page alone, while three outages went on. The polls were made by other people's archives at the time; "
    "`statuswatch backtest` reads each body as the engine would have, with the same parser, the same split of shared pages and the same decisions. Nobody's "
    "own calls are in it: with calls, trouble is told earlier and doubt ends sooner. The judgement is a reader's, who looked at each post; texts of the pages "
    "are not repeated here, an incident is named by its id."
)
_FOOT = "This page is written by `python bench/replays.py > docs/explanation/replays.md`. [How to play your own history](../how-to/backtest.md)."


def replays() -> list[dict[str, Any]]:
    """The replays with their judgements, as in replays.toml."""
    found: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["replay"]
    return found


def answers(replay: dict[str, Any], recordings: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The notices and the summary of one replay. Raises SystemExit where the program cannot answer."""
    return _played(replay["provider"], tuple(replay["routes"]), str(recordings / replay["archive"]))


@cache
def _played(provider: str, routes: tuple[str, ...], archive: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    words = ["--provider", provider, *(word for route in routes for word in ("--using", route)), archive]
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "STATUSWATCH_HOME": home}
        done = subprocess.run([sys.executable, "-m", "statuswatch", "backtest", "--json", *words], capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise SystemExit(done.stderr)
    *rows, last = (json.loads(line) for line in done.stdout.splitlines())
    return rows, last["summary"]


def section(replay: dict[str, Any], recordings: Path) -> Iterator[str]:
    """One replay: its story, the command, every notice, and what was not told."""
    rows, summary = answers(replay, recordings)
    yield from (f"## {replay['title']}", "", fill(replay["story"], _WIDTH), "", "```sh")
    using = [f"--using '{route}'" for route in replay["routes"]]
    yield " \\\n    ".join([f"statuswatch backtest --provider {replay['provider']}", *using, f"$STATUSWATCH_RECORDINGS/{replay['archive']}"])
    yield from ("```", "")
    yield from (
        ("| time (UTC) | kind | what is told | why | incident | what it was about | judgement |", "|---|---|---|---|---|---|---|") if rows else ("No notice.",)
    )
    for row in rows:
        ident, about = row["incident"] or "", replay["about"]
        judged = replay.get("wrong", {}).get(ident) or ("right" if ident in about else "not judged yet")
        when = row["at"].replace("T", " ").removesuffix("Z")
        yield f"| {when} | `{row['kind']}` | {row['title']} | `{row['reason']}` | `{ident}` | {about.get(ident, 'not looked at yet')} | {judged} |"
    reasons = ", ".join(f"{count} {reason.replace('_', ' ')}" for reason, count in summary["by_reason"].items())
    yield from ("", f"{summary['incidents']} incidents, {summary['notices']} notices. Incidents without a notice: {reasons}.", "")
    yield from (fill(f"- {note}", _WIDTH, subsequent_indent="  ") for note in replay["notes"])
    yield ""


def page(recordings: Path) -> str:
    """The whole page."""
    lines = ["# Three recorded outages, poll by poll", "", fill(_HEAD, _WIDTH), "", _FOOT, ""]
    for replay in replays():
        lines += section(replay, recordings)
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    """Print the page."""
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("STATUSWATCH_RECORDINGS") or ROOT.parent / "shared" / "data"
    sys.stdout.write(page(Path(given)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
