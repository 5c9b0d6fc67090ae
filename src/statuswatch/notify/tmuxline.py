"""tmux's own status line: three options of a server, which a line in a person's tmux.conf shows. tmux draws anew when one is set, so nothing is polled.

Only servers whose configuration asks for it (`@statuswatch_wanted`) are told anything. What is set is a value, which tmux expands nothing in but `#`: a text
holds none, because every other character than those of the prompt's alphabet and our own signs is left out here, whoever composed it.
"""

import asyncio
import re
from collections.abc import Mapping

from statuswatch.notify.terminal import ask, servers

_NOT_SHOWN = re.compile(r"[^A-Za-z0-9 .:+_◌▲●↑–-]")  # noqa: RUF001 - the sign of the screens for unknown
_COLOURS = frozenset({"red", "yellow", "cyan", "brightblack"})
_LONGEST = 42


async def show(environ: Mapping[str, str], text: str, colour: str, until: int) -> int:
    """Show `text` until that time (seconds since 1970), nothing where it is empty; returns how many tmux servers were told."""
    shown = _NOT_SHOWN.sub("", text)[:_LONGEST].strip()
    words: tuple[str, ...] = ("set", "-gu", "@statuswatch")
    if shown:
        named = colour if colour in _COLOURS else "yellow"
        words = ("set", "-g", "@statuswatch_until", str(until), ";", "set", "-g", "@statuswatch_colour", named, ";", "set", "-g", "@statuswatch", shown)
    found = tuple(servers(environ))
    wanted = await asyncio.gather(*(ask(server, environ, "show", "-gqv", "@statuswatch_wanted") for server in found))
    told = [ask(server, environ, *words) for server, answer in zip(found, wanted, strict=True) if (answer or "").strip() == "1"]
    return sum(answer is not None for answer in await asyncio.gather(*told))
