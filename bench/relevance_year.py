"""One year of one provider's page, for four people: notices a month beside a page badge and a component filter, and off-model alerts on the labelled incidents.

python bench/relevance_year.py [RECORDINGS]      (else $STATUSWATCH_RECORDINGS, else ../shared/data beside the project)
"""

import json
import os
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from statuswatch.catalog.knowing import know  # noqa: E402 - the path comes first
from statuswatch.core.health import Relevance  # noqa: E402
from statuswatch.core.ids import parse_route  # noqa: E402
from statuswatch.core.incident import Impact, Kind  # noqa: E402
from statuswatch.core.modelnames import parse_model  # noqa: E402
from statuswatch.core.relevance import assess  # noqa: E402
from statuswatch.surfaces.cli.backtest import Playback  # noqa: E402
from statuswatch.surfaces.cli.histories import as_posted  # noqa: E402
from support.replays import history  # noqa: E402

FIRST, LAST, MONTHS = "2025-03", "2026-02", 12
PEOPLE = {
    "Opus in Claude Code": "anthropic/code:opus",
    "Sonnet in Claude Code": "anthropic/code:sonnet",
    "Haiku in Claude Code": "anthropic/code:haiku",
    "Sonnet over the API": "anthropic/api:sonnet",
}


def main() -> int:
    base = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("STATUSWATCH_RECORDINGS") or ROOT.parent / "shared" / "data")
    knowledge = know(None).knowledge
    everything = history(base / "feeds/anthropic/incidents-raw-until-2026-02.jsonl", "anthropic")
    year = [
        incident for incident in everything if incident.posted_at and FIRST <= incident.posted_at.isoformat()[:7] <= LAST and incident.kind is Kind.INCIDENT
    ]
    badge = [incident for incident in year if incident.impact is not Impact.NONE]
    print(f"{len(year)} incidents from {FIRST} to {LAST}; per month: page badge {len(badge) / MONTHS:.1f}\n")
    print("| who | page badge | component filter | statuswatch: incidents told | of those surely theirs | all notices (with ends) |")
    print("|---|---|---|---|---|---|")
    for who, text in PEOPLE.items():
        route = parse_route(text)
        listed = [incident for incident in badge if _lists(incident, route.surface.value)]
        play = Playback((route,), knowledge)
        kinds = Counter(notice.kind.value for notice in play.notices(as_posted(year)))
        told = [incident for incident in year if incident.key in play.noticed]
        sure = [incident for incident in told if assess(incident, route, knowledge).relevance is Relevance.AFFECTED]
        figures = (len(badge), len(listed), kinds["opened"] + kinds["grew"] + kinds["reopened"], len(sure), sum(kinds.values()))
        print(f"| {who} | " + " | ".join(f"{figure / MONTHS:.1f}" for figure in figures) + " |")
    labelled(base, knowledge, everything)
    return 0


def _lists(incident, surface):
    word = {"code": "code", "api": "api"}[surface]
    names = [component.name for component in incident.components] + [change.name for update in incident.updates for change in update.components]
    return any(word in name.lower() for name in names)


def labelled(base, knowledge, everything):
    """On the labelled incidents of this provider: whom a component filter alerts off their model, and whom we do; and the affected ones that are lost."""
    labels = {label["key"]: label for label in map(json.loads, (base / "incidents/labels.jsonl").read_text(encoding="utf-8").splitlines())}
    by_key = {incident.key: incident for incident in everything}
    print("\non the labelled incidents that name models (families of a person's route):\n")
    print("| who | off-model alerts of a component filter | off-model alerts here | cut | affected | lost |")
    print("|---|---|---|---|---|---|")
    for who, text in PEOPLE.items():
        route = parse_route(text)
        counts = Counter()
        for key, label in labels.items():
            incident = by_key.get(key)
            if incident is None or not isinstance(label["models"], list) or label["inference"] != "yes" or not _lists(incident, route.surface.value):
                continue
            hit = any(parse_model(model).words >= route.name.words or parse_model(model).words <= route.name.words for model in label["models"])
            found = assess(incident, route, knowledge).relevance
            counts["affected" if hit else "off"] += 1
            counts["lost"] += hit and found is Relevance.UNAFFECTED
            counts["told"] += not hit and found is not Relevance.UNAFFECTED
        cut = 100 * (1 - counts["told"] / counts["off"]) if counts["off"] else 0
        print(f"| {who} | {counts['off']} | {counts['told']} | {cut:.0f} % | {counts['affected']} | {counts['lost']} |")


if __name__ == "__main__":
    raise SystemExit(main())
