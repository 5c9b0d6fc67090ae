"""The snapshot plugin hands its folder over in the environment, which every test starts without; here it is given back."""

import os

import pytest


@pytest.fixture(scope="session")
def _plugin_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("TEXTUAL_SNAPSHOT")}


@pytest.fixture(autouse=True)
def _plugin_finds_its_folder(_plugin_environment: dict[str, str], _private_world: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in _plugin_environment.items():
        monkeypatch.setenv(name, value)
