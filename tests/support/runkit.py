"""A person with an engine of their own whose gateway leads to servers of the test: `statuswatch run` as they would type it."""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from statuswatch.catalog.loader import read_built_in

ADDED = {"link", "statuswatch-verdict", "content-length"}
PATIENCE = 300.0
STATUSWATCH = (sys.executable, "-m", "statuswatch")


@dataclass
class Person:
    """`home` is theirs; statuswatch keeps all of its own in `own`, whose path is short enough for a socket."""

    home: Path
    own: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="swr-")))

    def settle(self, upstreams: Mapping[str, str], more: str = "") -> "Person":
        """Settings: where the gateway's APIs are, and no feed of anybody."""
        providers = self.own / "config" / "providers"
        providers.mkdir(parents=True)
        for entry in read_built_in([]):
            (providers / f"{entry.id}.toml").write_text(f'id = "{entry.id}"\nfeed = []\n')
        listed = json.dumps([f"{name}={url}" for name, url in upstreams.items()])
        (self.own / "config" / "config.toml").write_text(f"[notices]\ndesktop = false\n[gateway]\nupstreams = {listed}\nport = {_free_port()}\n{more}")
        self.home.mkdir(exist_ok=True)
        return self

    def environ(self, **more: str) -> dict[str, str]:
        """Nothing of this machine's environment but where programs are."""
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        return {**kept, "HOME": str(self.home), "STATUSWATCH_HOME": str(self.own), "LC_ALL": "C.UTF-8", "TZ": "UTC", **more}

    async def does(self, *argv: str, given: bytes = b"", cwd: Path | None = None, **more: str) -> tuple[int, str, str]:
        """Exit status, output and complaints of a command."""
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *argv, env=self.environ(**more), cwd=cwd or self.home, stdin=pipe, stdout=pipe, stderr=pipe, limit=1 << 24
        )
        try:
            out, err = await asyncio.wait_for(process.communicate(given), PATIENCE)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return process.returncode or 0, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    async def runs(self, *argv: str, given: bytes = b"", cwd: Path | None = None, **more: str) -> tuple[int, str, str]:
        """`statuswatch run -- ARGV`."""
        return await self.does(*STATUSWATCH, "run", "--", *argv, given=given, cwd=cwd, **more)

    async def engine(self) -> int:
        """The number of the running engine's process."""
        _, said, _ = await self.does(*STATUSWATCH, "engine", "status", "--json")
        return int(json.loads(said)["pid"])

    async def leave(self) -> None:
        """End the engine, and take everything away."""
        try:
            await self.does(*STATUSWATCH, "engine", "stop")
        finally:
            shutil.rmtree(self.own, ignore_errors=True)


def everything(folder: Path) -> dict[str, str]:
    """Each file below a folder, with a digest of what is in it."""
    return {
        str(path.relative_to(folder)): "" if path.is_dir() else sha256(path.read_bytes()).hexdigest() + oct(path.stat().st_mode)
        for path in sorted(folder.rglob("*"))
    }


def rows(out: str) -> list[dict[str, Any]]:
    """What a program of `e2e/sdks` printed."""
    return [json.loads(line) for line in out.splitlines()]


def same_but_for_what_is_added(straight: list[dict[str, Any]], through: list[dict[str, Any]]) -> None:
    """Answers are equal; errors are of the same kind and begin with the same words, and a failing answer's head has two fields more."""
    assert [(row["sdk"], row["scene"]) for row in straight] == [(row["sdk"], row["scene"]) for row in through]
    for one, other in zip(straight, through, strict=True):
        name = f"{one['sdk']} {one['scene']}"
        assert one.get("got") == other.get("got"), name
        if "got" in one:
            continue
        assert (one["raised"], one["status"]) == (other["raised"], other["status"]), name
        assert other["says"].startswith(one["says"][:20]), name
        fields = ({key: value for key, value in row["headers"].items() if key not in ADDED} for row in (one, other))
        assert next(fields) == next(fields), name
        if one["scene"] == "overloaded":
            assert other["headers"]["statuswatch-verdict"].startswith("provider;"), name
            assert 'rel="status"' in other["headers"]["link"], name


def _free_port() -> int:
    """A port of which the engine would say that it is taken, if it were: then it takes another."""
    import socket

    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])
