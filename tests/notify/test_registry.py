import subprocess
import sys

import pytest

from statuswatch.app.telling import options, wanted
from statuswatch.config.model import Config, Notices
from statuswatch.core.errors import StatuswatchError
from statuswatch.notify.registry import KINDS, Options, available, create, look


def test_the_registry_names_what_exists_when_asked_for_something_else() -> None:
    with pytest.raises(StatuswatchError, match=r"carrier-pigeon.*desktop"):
        create("carrier-pigeon", lambda *_: None)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_made_and_knows_its_name(kind: str) -> None:
    assert create(kind, lambda *_: None, Options(("true",), webhook="https://example.org/")).name == kind


@pytest.mark.parametrize("ask", [available, look])
async def test_doctor_hears_of_every_kind_in_one_sentence(ask) -> None:
    lines = await ask(("desktop", "command", "carrier-pigeon"), Options(("no-such-program",)))
    assert [(kind, works) for kind, works, _ in lines] == [("desktop", False), ("command", False), ("carrier-pigeon", False)]
    assert "no session bus" in lines[0][2]  # the tests' environment has none
    assert "no program" in lines[1][2]


def test_no_library_is_loaded_before_a_way_of_telling_is_asked_for() -> None:
    script = "import sys, statuswatch.notify.registry as r; print([m for m in sys.modules if m.startswith(('dbus_fast','desktop_notifier','apprise','httpx'))])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("desktop", "terminal", "screens"),
    [(True, True, ("screen",)), (True, False, ("desktop",)), (False, True, ("terminal",)), (False, False, ())],
)
def test_a_notice_goes_to_one_screen_at_most(*, desktop: bool, terminal: bool, screens: tuple[str, ...]) -> None:
    config = Config(notices=Notices(desktop=desktop, terminal=terminal, sound=True, push=True))
    assert wanted(config) == (*screens, "push")
    assert wanted(config, desktop=False) == ("push",)
    assert wanted(config, simulated=True) == screens
    assert options(config).sound is True


async def test_doctor_hears_of_both_screens_where_both_are_on() -> None:
    assert [(kind, works) for kind, works, _ in await look(("screen",))] == [("desktop", False), ("terminal", False)]
    assert [(kind, works) for kind, works, _ in await available(("screen",))] == [("screen", False)]
