"""What is said to an editor over LSP: one line, without anything that some editor would draw as a link, an icon, markup or code.

`window/showMessage` is plain text by the specification, but editors differ: VS Code draws `[text](address)` and `$(icon)`, others turn addresses into links.
"""

import re
from collections.abc import Mapping
from typing import Any

from statuswatch.surfaces.present_text import clean

MESSAGE_MAX = 400
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,15}:/+(?:[^\s/?#@]*@)?([^\s/?#\"'<>()\[\]]*)[^\s\"'<>]*", re.IGNORECASE)
_LIVE = str.maketrans("[]<>`", "()()'")
_BEGINS = re.compile(r"[$%#](?=[({!])")  # an icon, an expression of a status line, a command of tmux


def inert(text: object, limit: int = MESSAGE_MAX) -> str:
    """`text` of anybody as one harmless line of at most `limit` characters: of an address only its host is left."""
    line = _ADDRESS.sub(lambda match: match[1] or "(link)", clean(str(text), 3 * limit)).translate(_LIVE)
    line = _BEGINS.sub(lambda match: match[0] + " ", line)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def notice_words(notice: Mapping[str, Any]) -> str:
    """A notice in one line. A simulated one says so first."""
    mark = "(simulated) " if notice.get("simulated") is True else ""
    title, body = inert(notice.get("title", ""), 120), inert(notice.get("body", ""))
    return f"{mark}{title.rstrip('.')}. {body}".strip() if body else mark + title
