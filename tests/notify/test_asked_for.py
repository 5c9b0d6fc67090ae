"""What the settings ask for and this machine cannot do is a problem of the engine's, told wherever its picture is shown."""

from pathlib import Path

import pytest

from statuswatch.app.wiring import Start, make_engine, read_setting
from statuswatch.config import paths
from statuswatch.engine.clock import SystemClock


@pytest.mark.parametrize(("program", "told"), [("no-such-program-here", True), ("/bin/sh", False)])
async def test_a_command_for_notices_that_is_not_there_is_told_of_before_there_is_a_notice(program: str, told: bool, tmp_path: Path) -> None:
    file = Path(paths.config_file())
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'[notices]\ncommand = ["{program}"]\n')
    made = make_engine(read_setting(), Start(SystemClock(), environ={}, home=tmp_path, desktop=False))
    try:
        assert any(f"no program '{program}' was found" in problem for problem in made.engine._parts.problems) is told
    finally:
        made.engine._parts.store.close()
        await made.fetcher.close()
