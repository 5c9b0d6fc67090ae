import subprocess
import sys

import pytest

from statuswatch.core.errors import StatuswatchError
from statuswatch.notify.registry import KINDS, available, create


def test_the_registry_names_what_exists_when_asked_for_something_else() -> None:
    with pytest.raises(StatuswatchError, match=r"carrier-pigeon.*desktop"):
        create("carrier-pigeon", lambda *_: None)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_made_and_knows_its_name(kind: str) -> None:
    assert create(kind, lambda *_: None).name == kind


async def test_doctor_hears_of_every_kind_in_one_sentence() -> None:
    lines = await available()
    assert [kind for kind, _, _ in lines] == list(KINDS)
    assert lines[0][1] is False  # the tests' environment has no session bus
    assert "no session bus" in lines[0][2]


def test_no_library_is_loaded_before_a_way_of_telling_is_asked_for() -> None:
    script = "import sys, statuswatch.notify.registry as r; print([m for m in sys.modules if m.startswith(('dbus_fast','desktop_notifier'))])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip() == "[]"
