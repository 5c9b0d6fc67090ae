"""How many incidents of the recordings are hard in which way: edited titles, the same components for every model, models named late.

python bench/live_titles.py [RECORDINGS]      (else $STATUSWATCH_RECORDINGS, else ../shared/data beside the project)
"""

import os
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from statuswatch.catalog.knowing import know  # noqa: E402 - the path comes first
from statuswatch.core.ids import Surface  # noqa: E402
from statuswatch.core.scope import read_scope  # noqa: E402
from support.replays import edited_titles, edited_while_live, history, same_components  # noqa: E402

API, CHAT, TOOL, TOOL_SINCE = "k8w3r06qmzrp", "rwppv331jlwc", "yyzkbfz2thpt", "2025-05-22"


def main() -> int:
    """Print the counts and the titles."""
    base = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("STATUSWATCH_RECORDINGS") or ROOT.parent / "shared" / "data")
    replay, raw = base / "feeds/anthropic/replay-2026-04_06-incidents_json.tar.xz", base / "feeds/anthropic/incidents-raw-until-2026-02.jsonl"
    knowledge = know(None).knowledge
    edited, live = edited_titles(replay, "anthropic"), edited_while_live(replay, "anthropic")
    print(f"titles edited: {len(edited)}, while live: {len(live)}")
    for identity, readings in live.items():
        print(f"  {identity}: {len(readings)} titles, models {[sorted(_named(reading, knowledge)) for reading in readings]}")
    incidents = history(raw, "anthropic")
    groups = same_components(incidents, knowledge)
    named = [incident for incident in incidents if _named(incident, knowledge)]
    print(f"incidents: {len(incidents)}, naming a model in the title: {len(named)}")
    print(f"of those in a group with the same components for several models: {sum(map(len, groups.values()))} in {len(groups)} groups")
    late = [incident for incident in incidents if not _named(incident, knowledge) and _named_later(incident, knowledge)]
    print(f"naming a model in an update only: {len(late)}")
    beside_the_tool(incidents, knowledge)
    return 0


def beside_the_tool(incidents, knowledge):
    """Of the incidents that name a model and list the API: how many list the coding tool, by what else they list and say."""
    found = Counter()
    for incident in incidents:
        listed = {component.id for component in incident.components}
        if API in listed and incident.posted_at and incident.posted_at.isoformat() >= TOOL_SINCE:
            claims = [claim for said in read_scope(incident, knowledge).said for claim in said.claims]
            if any(claim.names for claim in claims):
                said = any(Surface.API in claim.surfaces for claim in claims)
                found["with the chat" if CHAT in listed else "without the chat", "in words too" if said else "listed only", TOOL in listed] += 1
    print(f"naming a model and listing the API since {TOOL_SINCE}: {found.total()}")
    for chat, words in sorted({key[:2] for key in found}):
        print(f"  {chat}, API {words}: {found[chat, words, True] + found[chat, words, False]}, of those with the coding tool: {found[chat, words, True]}")


def _named(incident, knowledge):
    return {mention.name.canonical for claim in read_scope(incident, knowledge).said[0].claims for mention in claim.names}


def _named_later(incident, knowledge):
    return any(claim.names for said in read_scope(incident, knowledge).said[1:] for claim in said.claims)


if __name__ == "__main__":
    raise SystemExit(main())
