"""Cloud regions that a clause names, by their shape: `us-east5`, `europe-west9-a`, `us-east-1`, `australia-southeast2`."""

import re

from statuswatch.core.sentences import Clause

_REGION = re.compile(
    r"((?:us|eu|europe|asia|ap|australia|africa|me|northamerica|southamerica|ca|sa|af|il|mx|uk|de|fr|in|jp|kr|cn)(?:-gov)?-(?:north|south|east|west|central|northeast|northwest|southeast|southwest)(?:-?\d{1,2})?)"
    r"(?:-?[a-f])?"
)
_EVERYWHERE = (" global", " all regions ", " multi region", " multiple regions ", " worldwide ", " multi-region", " many regions ")


def regions(clause: Clause) -> frozenset[str]:
    """The regions named, in lower case without a zone letter; `*` where the clause speaks of all of them."""
    if clause.has(_EVERYWHERE):
        return frozenset({"*"})
    return frozenset(match[1] for word in clause.words if (match := _REGION.fullmatch(word)))


def same_region(named: frozenset[str], region: str) -> bool:
    """Whether `region` is among those named; hyphens before the number do not matter."""
    return "*" in named or any(each.replace("-", "") == region.replace("-", "") for each in named)
