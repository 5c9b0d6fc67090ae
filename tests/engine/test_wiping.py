"""Freed memory of the engine is overwritten; a person's own settings are left alone, and children do not inherit ours."""

import os
import sys

import pytest

from statuswatch.engine import wiping

ENGINE = ["/usr/bin/python3", "-m", "statuswatch", "engine", "run"]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str], dict[str, str]]]:
    calls: list[tuple[str, list[str], dict[str, str]]] = []
    monkeypatch.setattr(os, "execve", lambda *given: calls.append(given))
    monkeypatch.setattr(sys, "platform", "linux")
    return calls


def test_an_engine_is_started_anew_with_memory_that_is_overwritten(started) -> None:
    environ = {"HOME": "/home/ada"}
    wiping.begin(environ, ENGINE)
    assert started == [(sys.executable, [sys.executable, *ENGINE[1:]], {"HOME": "/home/ada", **wiping.SETTINGS})]


def test_once_it_holds_children_do_not_inherit_it(started) -> None:
    environ = {"HOME": "/home/ada", **wiping.SETTINGS}
    wiping.begin(environ, ENGINE)
    assert (started, environ) == ([], {"HOME": "/home/ada"})


@pytest.mark.parametrize("own", [{"PYTHONMALLOC": "debug"}, {"GLIBC_TUNABLES": "glibc.malloc.check=1"}])
def test_a_persons_own_settings_stay(started, own: dict[str, str]) -> None:
    environ = dict(own)
    wiping.begin(environ, ENGINE)
    assert (started, environ) == ([], own)


def test_no_other_program_is_ever_started_anew(started, monkeypatch: pytest.MonkeyPatch) -> None:
    wiping.begin({}, ["python", "-m", "pytest"])
    monkeypatch.setattr(sys, "platform", "darwin")
    wiping.begin({}, ENGINE)
    assert started == []
