"""What tmux is told of, and how often."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from statuswatch.app.statusline import StatusLine, shown_of
from statuswatch.notify import tmuxline
from support import snapshots


@pytest.mark.parametrize(
    ("picture", "text", "colour"),
    [
        (snapshots.calm, "", ""),
        (snapshots.empty, "", ""),
        (snapshots.trouble, "▲ opus failing 23m", "yellow"),
        (snapshots.recovering, "↑ opus back 1m", "cyan"),
        (snapshots.yours, "▲ credit used up", "yellow"),
    ],
)
def test_the_line_is_that_of_the_prompt(picture, text, colour):
    assert shown_of(picture())[:2] == (text, colour)


async def test_it_is_told_on_change_and_before_it_would_lapse_and_not_otherwise(monkeypatch):
    told = []

    async def show(_environ, text, _colour, _until):
        told.append(text)
        return 1

    monkeypatch.setattr(tmuxline, "show", show)
    picture = None
    line = StatusLine({"TMUX": "/nowhere,1,0"}, lambda: picture)
    running = asyncio.create_task(line.run())

    async def step(shown, seconds=0):
        nonlocal picture
        picture = replace(shown, engine=replace(shown.engine, expires_at=shown.engine.expires_at + timedelta(seconds=seconds))) if shown else None
        line.stepped()
        for _ in range(5):
            await asyncio.sleep(0)

    await step(None)
    assert told == []
    await step(snapshots.calm())
    await step(snapshots.calm(), 600)
    assert told == [""]
    await step(snapshots.trouble())
    await step(snapshots.trouble(), 20)
    assert told == ["", "▲ opus failing 23m"]
    await step(snapshots.trouble(), 60)
    assert told == ["", "▲ opus failing 23m", "▲ opus failing 23m"]
    await step(snapshots.recovering())
    assert told[-1] == "↑ opus back 1m"
    running.cancel()
