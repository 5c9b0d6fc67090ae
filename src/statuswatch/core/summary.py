"""The answer in one line for all routes together: for the top of every surface, the prompt and the exit status."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

from statuswatch.core.health import Health, Side
from statuswatch.core.hushing import names_of
from statuswatch.core.judge import Judgement
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.snapshot import Level, Summary
from statuswatch.core.verdict import Reason, Verdict
from statuswatch.core.wording import advice_line, age_of, age_words, evidence_line, headline, offline_sentence, short_model

FINE, THEIRS, YOURS, CANNOT_TELL = 0, 1, 3, 4
LABEL_LENGTH = 40
_EXIT = {
    Level.OK: FINE,
    Level.RECOVERING: THEIRS,
    Level.UNKNOWN: CANNOT_TELL,
    Level.UNSURE: CANNOT_TELL,
    Level.YOURS: YOURS,
    Level.FAILING: THEIRS,
    Level.DOWN: THEIRS,
}
_RANK = (Level.DOWN, Level.FAILING, Level.YOURS, Level.UNSURE, Level.RECOVERING, Level.UNKNOWN, Level.OK)
_LABEL_WORD = {Level.DOWN: "down", Level.FAILING: "failing", Level.UNSURE: "not sure", Level.RECOVERING: "coming back"}


def level_of(verdict: Verdict) -> Level:
    """The weight of one verdict."""
    if verdict.side is Side.YOURS:
        return Level.YOURS
    return {
        Health.OK: Level.OK,
        Health.SUSPECT: Level.UNSURE,
        Health.DEGRADED: Level.FAILING,
        Health.DOWN: Level.DOWN,
        Health.RECOVERING: Level.RECOVERING,
        Health.MAINTENANCE: Level.OK,
        Health.UNKNOWN: Level.UNKNOWN,
    }[verdict.health]


def summarise(judgement: Judgement, knowledge: Knowledge, acknowledged: Mapping[str, datetime], now: datetime, zone: tzinfo = UTC) -> Summary:
    """The summary of all verdicts, with clock times in `zone`.

    `acknowledged`: routes, incidents, providers or "*" (all), with the time a person said so; what was known then does not lead any more.
    """
    verdicts = judgement.verdicts
    if not verdicts:
        return Summary(Level.UNKNOWN, None, "Nothing is watched yet: no model or tool of yours was found.", exit_status=CANNOT_TELL)
    ranked = sorted(verdicts, key=lambda verdict: (_RANK.index(level_of(verdict)), verdict.since or now))
    new = [verdict for verdict in ranked if not is_acknowledged(verdict, acknowledged)]
    worst = (new or ranked)[0]
    level = level_of(worst)
    if judgement.offline_since is not None:
        words = f"{offline_sentence(verdicts, judgement.offline_since, now, zone)} Nothing below is newer than that."
        todo = tuple(advice_line(item, knowledge) for item in next((verdict.advice for verdict in ranked if verdict.offline), ()))
        return Summary(Level.YOURS, Side.YOURS, words, todo, label=f"offline {age_of(judgement.offline_since, now)}", exit_status=YOURS)
    if level is Level.OK or not new:
        return _calm(ranked, knowledge, now, zone)
    if level is Level.UNKNOWN:
        known = sum(verdict.health is not Health.UNKNOWN for verdict in verdicts)
        words = (
            headline(worst, knowledge, now, zone) if known or len(verdicts) == 1 else "Nothing is known yet: no page was read and no call of yours was seen."
        )
        return Summary(level, None, words, exit_status=CANNOT_TELL)
    details = tuple(evidence_line(item, knowledge, now, zone) for item in worst.evidence) + tuple(advice_line(item, knowledge) for item in worst.advice)
    return Summary(level, worst.side, headline(worst, knowledge, now, zone), details, label(worst, level, now), _EXIT[level])


def is_acknowledged(verdict: Verdict, acknowledged: Mapping[str, datetime]) -> bool:
    """Whether a person has said that they know of this trouble, by any name that it has (see names_of): not of what began after they said so.

    What is not known is no trouble, and nobody can know of it: it is never acknowledged.
    """
    said = [acknowledged[name] for name in names_of(verdict) if name in acknowledged]
    return bool(said) and verdict.trouble and (verdict.since is None or verdict.since <= max(said))


def _calm(ranked: list[Verdict], knowledge: Knowledge, now: datetime, zone: tzinfo) -> Summary:
    """Nothing new is wrong. What was acknowledged goes on, and a script that asks is told so."""
    worst = ranked[0]
    if level_of(worst) is not Level.OK:
        return Summary(Level.OK, None, f"Nothing else is wrong. As you know: {headline(worst, knowledge, now, zone)}", exit_status=_EXIT[level_of(worst)])
    working = next((verdict for verdict in ranked if verdict.health is Health.MAINTENANCE), None)
    return Summary(Level.OK, None, headline(working, knowledge, now, zone) if working else _all_well(tuple(ranked)), exit_status=FINE)


def _all_well(verdicts: tuple[Verdict, ...]) -> str:
    proven = sum(verdict.reason is Reason.CALLS_SUCCEED for verdict in verdicts)
    count = len(verdicts)
    if count == 1:
        return "What you use is fine." if proven else "No trouble known with what you use; no call of yours lately."
    if proven == count:
        return f"{'Both' if count == 2 else f'All {count}'} things you use are fine."  # noqa: PLR2004 - two are both
    return f"No trouble known with the {count} things you use; your own calls show it for {proven}."


def label(verdict: Verdict, level: Level, now: datetime) -> str:
    """The prompt's text, from an allow-listed alphabet and never from a feed: `opus failing 23m`."""
    if verdict.side is Side.YOURS:
        words = f"{short_model(verdict.route.model)} your {verdict.fault}"
    else:
        name = verdict.route.provider if verdict.route.model == "*" else short_model(verdict.route.model)
        words = f"{name} {_LABEL_WORD.get(level, level)}"
    age = age_words((now - verdict.since).total_seconds()) if verdict.since else ""
    text = re.sub(r"[^A-Za-z0-9 .:+_-]", "", f"{words[: LABEL_LENGTH - len(age) - 1]} {age}")
    return text.strip()[:LABEL_LENGTH]
