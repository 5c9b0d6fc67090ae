"""One year of a provider's page for four people: openings told by statuswatch, by a badge of the whole page, and by a filter on the person's component.

    python bench/year_of_notices.py [RECORDINGS]      (else $STATUSWATCH_RECORDINGS, else ../shared/data beside the project)
    python bench/year_of_notices.py --check|--write docs/explanation/a-year-of-notices.md

Prints Markdown, or holds that page's tables against it. People are routes of a family, since the versions in use changed several times within the year.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests"), str(ROOT / "bench")]

from tables import page_of, settle  # noqa: E402

from statuswatch.catalog.knowing import know  # noqa: E402 - the path comes first
from statuswatch.core.ids import Route, parse_route  # noqa: E402
from statuswatch.core.incident import OVER_STAGES, Impact, Incident, Kind  # noqa: E402
from statuswatch.core.knowledge import Knowledge  # noqa: E402
from statuswatch.core.moment import format_time  # noqa: E402
from statuswatch.core.notice import NoticeKind  # noqa: E402
from statuswatch.surfaces.cli.backtest import Playback  # noqa: E402
from statuswatch.surfaces.cli.histories import as_posted  # noqa: E402
from statuswatch.surfaces.cli.incidents import incident_from  # noqa: E402
from support.replays import history  # noqa: E402

PROVIDER = "anthropic"
FIRST, BEHIND = "2025-03", "2026-03"
MONTHS = tuple(f"{2025 + month // 12}-{month % 12 + 1:02d}" for month in range(2, 14))
PEOPLE = ("anthropic/code:claude-opus", "anthropic/code:claude-sonnet", "anthropic/code:claude-haiku", "anthropic/api:claude-opus")
COMPONENTS = {"code": "yyzkbfz2thpt", "api": "k8w3r06qmzrp"}
VARIANTS = ("-fast", "-1m", "-thinking", "-preview", "-instant")
SURE, OPEN, NOT = "affected", "affected-or-possible", "not"


@dataclass(frozen=True)
class Person:
    text: str
    route: Route
    surface: str
    family: str

    def filtered(self, incident: Incident, names: frozenset[str]) -> bool:
        """Whether the component of this surface is among the incident's; by id, or by its name where the record has names only."""
        return any(each.id == COMPONENTS[self.surface] or (each.id is None and each.name in names) for each in incident.components)


def people() -> list[Person]:
    return [Person(text, parse_route(text), text.split("/")[1].split(":")[0], text.split(":")[1]) for text in PEOPLE]


def month_of(incident: Incident) -> str:
    at = incident.posted_at or incident.started_at
    return format_time(at)[:7] if at else ""


def table(head: list[str], rows: list[list[object]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|---|{'---:|' * (len(head) - 1)}"
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"
    yield ""


def the_year(incidents: list[Incident], knowledge: Knowledge) -> Iterator[str]:
    """Openings a month beside both other ways, then every notice by its kind, and how many incidents stayed silent for doubt."""
    badge = Counter(month_of(each) for each in incidents if each.impact is not Impact.NONE)
    filters = {
        surface: Counter(month_of(each) for each in incidents if any(part.id == ident for part in each.components)) for surface, ident in COMPONENTS.items()
    }
    plays = {person.text: Playback((person.route,), knowledge) for person in people()}
    told = {text: list(play.notices(as_posted(incidents))) for text, play in plays.items()}
    opened = {text: Counter(format_time(each.at)[:7] for each in notices if each.kind is NoticeKind.OPENED) for text, notices in told.items()}
    code, api = PEOPLE[:3], PEOPLE[3]
    columns = [badge, filters["code"], *(opened[text] for text in code), filters["api"], opened[api]]
    yield f"{len(incidents)} incidents were posted from {MONTHS[0]} to {MONTHS[-1]}. Openings a month:"
    yield ""
    head = [
        "month",
        "page badge",
        "filter Claude Code",
        *(f"`{text.removeprefix('anthropic/')}`" for text in code),
        "filter API",
        f"`{api.removeprefix('anthropic/')}`",
    ]
    rows: list[list[object]] = [[month, *(column[month] for column in columns)] for month in MONTHS]
    yield from table(head, [*rows, ["**year**", *(column.total() for column in columns)]])
    yield "All notices of the year, by kind, and the openings of the year as a share of the badge's and of the filter's:"
    yield ""
    kinds = sorted({each.kind.value for notices in told.values() for each in notices}, key=[kind.value for kind in NoticeKind].index)
    rows = []
    for person in people():
        count = Counter(each.kind.value for each in told[person.text])
        mine = opened[person.text].total()
        shares = [f"{100 * mine / whole:.0f} %" for whole in (badge.total(), filters[person.surface].total())]
        rows.append(
            [f"`{person.text}`", *(count[kind] for kind in kinds), count.total(), *shares, plays[person.text].summary()["by_reason"].get("not_sure_yet", 0)]
        )
    yield from table(["person", *kinds, "all", "of badge", "of filter", "silent: not sure"], rows)
    yield "Notices a month, `opened + all other kinds`:"
    yield ""
    every = {text: Counter(format_time(each.at)[:7] for each in notices) for text, notices in told.items()}
    yield from table(
        ["month", *(f"`{text.removeprefix('anthropic/')}`" for text in PEOPLE)],
        [[month, *(f"{opened[text][month]} + {every[text][month] - opened[text][month]}" for text in PEOPLE)] for month in MONTHS],
    )


def expected(label: dict, person: Person, reviews: list[dict]) -> str:
    """What a label says of a person, as the readers of the labels meant it; a family counts as named where one of its versions is."""
    for review in reviews:
        if review["key"] == label["key"] and review["route"].startswith(f"anthropic/{person.surface}:{person.family}"):
            return review["expected"] if review["expected"] in (SURE, OPEN) else NOT
    models, surfaces = label["models"], label["surfaces"]
    if label["inference"] != "yes" or person.surface in label["surfaces_excluded"] or models == "none":
        return NOT
    if isinstance(models, list):
        mine = [name for name in models if name.startswith(person.family)]
        if not mine or (surfaces and person.surface not in surfaces):
            return NOT
        return OPEN if all(name.endswith(VARIANTS) for name in mine) else SURE
    if person.surface not in surfaces:
        return NOT
    return SURE if models == "unspecified" else OPEN


def off_model(label: dict, person: Person) -> bool:
    """Whether the incident names models, and none that this person uses."""
    models = label["models"]
    return isinstance(models, list) and bool(models) and not any(name.startswith(person.family) for name in models)


def labelled(known: list[tuple[dict, Incident]], reviews: list[dict], knowledge: Knowledge) -> Iterator[str]:
    """The off-model alerts of both ways, and what became of the incidents that concern a person; below, each that is not as the label wants it."""
    names = {each.id: frozenset(each.names) for each in knowledge.providers[PROVIDER].components}
    rows: list[list[object]] = []
    sums: Counter[str] = Counter()
    odd: dict[str, list[str]] = {}
    for person in people():
        count: Counter[str] = Counter()
        for label, incident in known:
            filtered, told = person.filtered(incident, names[COMPONENTS[person.surface]]), tells(person, incident, knowledge)
            sorts = list(sorts_of(label, person, reviews, incident))
            count.update(sorts)
            count.update(f"{sort} filter" for sort in sorts if filtered)
            count.update(f"{sort} told" for sort in sorts if told)
            for sort in sorts:
                if told == (sort == "off"):
                    odd.setdefault(_odd(sort, label, incident), []).append(person.text.removeprefix("anthropic/"))
        rows.append(_row(f"`{person.text}`", count))
        sums += count
    head = [
        "person",
        "off-model",
        "filter tells",
        "statuswatch tells",
        "cut",
        "affected, posted live",
        "filter tells",
        "statuswatch tells",
        "lost",
        "affected, posted when over",
    ]
    yield from table([*head, "told", "affected or possible", "told"], [*rows, _row("**together**", sums)])
    for line, who in sorted(odd.items()):
        yield f"- {line}: {', '.join(f'`{each}`' for each in who)}"
    yield ""


def tells(person: Person, incident: Incident, knowledge: Knowledge) -> bool:
    """Whether this incident, played alone, gives a notice; alone, so that no other trouble of the time covers it."""
    return any(True for _ in Playback((person.route,), knowledge).notices(as_posted([incident])))


def sorts_of(label: dict, person: Person, reviews: list[dict], incident: Incident) -> Iterator[str]:
    """What an incident counts as for a person: off-model, affected while it was live or posted only when it was over, open to two readings."""
    if off_model(label, person):
        yield "off"
    wanted = expected(label, person, reviews)
    if wanted == SURE:
        yield "live" if any(update.stage not in OVER_STAGES for update in incident.updates) else "late"
    elif wanted == OPEN:
        yield "open"


def _odd(sort: str, label: dict, incident: Incident) -> str:
    if sort == "off":
        named = label["named_at"]
        return f"told, off-model: `{incident.id}` ({f'no model named before post {named + 1}' if named else 'named in the title or the first post'})"
    words = {"live": "LOST, affected and posted live", "late": "not told, affected but posted only when over", "open": "not told, affected or possible"}
    return f"{words[sort]}: `{incident.id}` (confidence of the label: {label['confidence']})"


def _row(name: str, count: Counter[str]) -> list[object]:
    cut = f"{100 - 100 * count['off told'] / count['off filter']:.0f} %" if count["off filter"] else "-"
    live = [count["live"], count["live filter"], count["live told"], count["live"] - count["live told"]]
    return [name, count["off"], count["off filter"], count["off told"], cut, *live, count["late"], count["late told"], count["open"], count["open told"]]


def main() -> int:
    target = page_of(sys.argv)
    base = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("STATUSWATCH_RECORDINGS") or ROOT.parent / "shared" / "data")
    printed = "\n".join(report(base))
    if target:
        return settle(*target, printed)
    print(printed)
    return 0


def report(base: Path) -> Iterator[str]:
    knowledge = know(None).knowledge
    raw = history(base / "feeds/anthropic/incidents-raw-until-2026-02.jsonl", PROVIDER)
    year = [each for each in raw if FIRST <= month_of(each) < BEHIND and each.kind is Kind.INCIDENT]
    yield from the_year(year, knowledge)
    labels, normal, reviews = (_lines(base / "incidents" / f"{name}.jsonl") for name in ("labels", "incidents", "reviewed"))
    by_key = {each["key"]: incident_from(each) for each in normal} | {each.key: each for each in raw}
    known = [(label, by_key[label["key"]]) for label in labels if label["key"].startswith(f"{PROVIDER}:")]
    inside = {each.key for each in year}
    of_year = [(label, incident) for label, incident in known if incident.key in inside]
    for where, part in (("of the year", of_year), ("of all years", known)):
        yield f"{len(part)} incidents {where} carry a reader's label. Incidents, each played alone:\n"
        yield from labelled(part, reviews, knowledge)


def _lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    raise SystemExit(main())
