"""What every test of a surface stands on."""

import pytest

from statuswatch.surfaces import client


@pytest.fixture(autouse=True)
def _a_busy_machine_is_no_dead_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """How soon an engine has to answer is for the tests that give that time themselves; in all others one that is late has answered."""
    monkeypatch.setattr(client.Link.open.__func__, "__defaults__", (10.0, None))
    monkeypatch.setattr(client.engine_answers, "__defaults__", (10.0,))
