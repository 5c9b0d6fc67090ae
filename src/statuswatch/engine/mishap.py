"""What may be said of an exception that reached a named boundary: its kind and its place in our code, never its text, which may quote a feed or a body."""

import traceback
from pathlib import Path


def describe(error: BaseException) -> str:
    """`TypeError in poller.py:120 (_read)`: the innermost frame that the traceback holds."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    frame = frames[-1]
    return f"{type(error).__name__} in {Path(frame.filename).name}:{frame.lineno} ({frame.name})"
