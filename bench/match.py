"""Incidents x routes per second, growth and memory of the matcher, on made-up incidents of real length.

    python bench/match.py [INCIDENTS] [ROUTES]      (2500 and 50 where not given)

The recorded incidents are measured too where $STATUSWATCH_RECORDINGS or ../shared/data holds them.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from statuswatch.catalog.knowing import know  # noqa: E402 - the path comes first
from statuswatch.core.ids import parse_route  # noqa: E402
from statuswatch.core.scope import read_scope  # noqa: E402
from statuswatch.core.weighing import turns, weigh  # noqa: E402
from statuswatch.surfaces.cli.incidents import incident_from  # noqa: E402

MODELS = ("claude-opus-4.5", "claude-sonnet-4.5", "claude-haiku-4.5", "claude-opus-4.6", "gpt-5.5", "gpt-4o", "gpt-4o-mini", "gemini-2.5-pro", "*", "opus")
PROVIDERS = ("anthropic/api", "anthropic/code", "openai/api", "github-copilot/code", "google-gemini/api")
TITLES = ("Elevated errors on Claude {0}", "Elevated errors across many models", "Errors on {0} and {1}", "Login issues", "Elevated error rates on the API")
BODIES = (
    "We are currently investigating this issue.",
    "We have identified that the outage is related to {0}, {1} and {2}.",
    "A fix has been implemented and we are monitoring the results. The API is unaffected.",
    "The incident has been resolved. Between 10:00 and 11:20 UTC requests to {0} failed at a rate of 12%. No other models were affected.",
)
NAMES = ("Opus 4.5", "Sonnet 4.5", "Haiku 4.5", "Opus 4.6", "GPT-5.5", "Gemini 2.5 Pro")


def made_up(count: int) -> list[dict]:
    found = []
    for number in range(count):
        names = [NAMES[(number + step) % len(NAMES)] for step in range(3)]
        updates = [{"at": f"2026-03-01T12:{minute:02d}:00Z", "stage": "investigating", "body": body.format(*names)} for minute, body in enumerate(BODIES)]
        provider = PROVIDERS[number % len(PROVIDERS)].split("/")[0]
        title = TITLES[number % len(TITLES)].format(*names)
        found.append({"id": f"i{number}", "provider": provider, "title": title, "updates": updates, "components": ["API"]})
    return found


def recorded(count: int) -> list[dict]:
    base = Path(os.environ.get("STATUSWATCH_RECORDINGS") or ROOT.parent / "shared" / "data") / "incidents" / "incidents.jsonl"
    if not base.exists():
        return []
    lines = [json.loads(line) for line in base.read_text(encoding="utf-8").splitlines()]
    return [{**lines[number % len(lines)], "key": f"{lines[number % len(lines)]['provider']}:{number}"} for number in range(count)]


def measure(name: str, data: list[dict], routes: int, knowledge) -> float:
    used = [parse_route(f"{PROVIDERS[number % len(PROVIDERS)]}:{MODELS[number // len(PROVIDERS) % len(MODELS)]}") for number in range(routes)]
    started, busy = time.perf_counter(), time.process_time()
    reading = 0.0
    for item in data:
        incident = incident_from(item)
        begun = time.perf_counter()
        scope = read_scope(incident, knowledge)
        reading += time.perf_counter() - begun
        for route in used:
            turns(incident, scope, route, knowledge)
            weigh(incident, scope, route, knowledge)
    took, busy = time.perf_counter() - started, time.process_time() - busy
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pairs = len(data) * routes
    spent = f"{took:6.2f} s ({busy:.2f} s of processor), {pairs / busy:9.0f} pairs/s"
    print(f"{name:10} {len(data):6} incidents x {routes:3} routes: {spent}, reading {reading:5.2f} s, peak {memory:.0f} MB")
    return took


def main() -> int:
    count, routes = (int(sys.argv[1]) if len(sys.argv) > 1 else 2500), (int(sys.argv[2]) if len(sys.argv) > 2 else 50)
    knowledge = know(None).knowledge
    for name, source in (("made up", made_up), ("recorded", recorded)):
        data = source(count)
        if data:
            measure(name, data[: max(1, count // 4)], routes, knowledge)
            measure(name, data, routes, knowledge)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
