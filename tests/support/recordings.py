"""Where the recordings lie. They are read in place and never copied: tests that need them are skipped, with the reason, where they are absent."""

import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]


def required(what: str) -> bool:
    """Whether $STATUSWATCH_REQUIRE (a comma-separated list, or `all`) asks for `what`."""
    wanted = os.environ.get("STATUSWATCH_REQUIRE", "").split(",")
    return "all" in wanted or what in wanted


def missing(what: str, reason: str) -> None:
    """Skip the running test because `what` is absent, or fail it where `what` is required."""
    if required(what):
        pytest.fail(f"{what} is required and missing: {reason}")
    pytest.skip(f"{what}: {reason}")


def recordings(relative: str) -> Path:
    """The recorded file or folder `relative`; skips or fails where it is absent."""
    base = Path(os.environ.get("STATUSWATCH_RECORDINGS") or _ROOT.parent / "shared" / "data")
    path = base / relative
    if not path.exists():
        missing("recordings", f"{relative} is not below {base}; set STATUSWATCH_RECORDINGS to the folder that holds it")
    return path
