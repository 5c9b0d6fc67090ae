"""The decision table and the providers with a person's own files, for the verbs that read failures without an engine."""

import sys
from pathlib import Path

from statuswatch.catalog.loader import load
from statuswatch.catalog.signatures import load_signatures
from statuswatch.config.paths import config_dir, providers_dir
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.signatures import Signatures
from statuswatch.sources.formats import FORMATS
from statuswatch.surfaces.plain import plain

_MOST_PROBLEMS = 20


def table(verb: str) -> tuple[Signatures, Knowledge]:
    """`signatures/*.toml` and `providers/*.toml` below the configuration, laid over ours. What is wrong in them is told on stderr, with file and line.

    A wrong row is left out and the rest is used, so the verb's exit status stays that of its own input.
    """
    signatures, wrong = load_signatures(Path(config_dir()))
    catalogue = load(providers_dir(), FORMATS)
    problems = (*wrong, *catalogue.problems)
    for problem in problems[:_MOST_PROBLEMS]:
        sys.stderr.write(f"statuswatch {verb}: {plain(str(problem))}\n")
    if len(problems) > _MOST_PROBLEMS:
        sys.stderr.write(f"statuswatch {verb}: and {len(problems) - _MOST_PROBLEMS} problems more\n")
    return signatures, catalogue.knowledge
