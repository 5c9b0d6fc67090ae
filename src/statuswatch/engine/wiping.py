"""A process in which freed memory is overwritten: lines of records pass through the engine, and none of them is to be found in its memory afterwards.

Python and the C library leave what they free as it was until it is used again. Told so before they start, glibc overwrites it (mallopt(3), `M_PERTURB`) and
Python leaves all memory to glibc (docs.python.org, `PYTHONMALLOC`). Other C libraries know no such setting: there freed memory stays as it was for a while.
"""

import contextlib
import os
import sys
from collections.abc import MutableMapping, Sequence

_TUNABLES = ("perturb=85", "tcache_count=0", "arena_max=1", "mmap_threshold=131072")
SETTINGS = {"PYTHONMALLOC": "malloc", "GLIBC_TUNABLES": ":".join(f"glibc.malloc.{each}" for each in _TUNABLES)}
"""glibc keeps a few freed blocks of each size aside without overwriting them, unless it keeps none (`tcache_count`). What a large feed took goes back to the
system where it was mapped for itself and not in a heap of the thread that read it: 1.4 MB stay after 3 MB of JSON, and 5.3 MB else."""


def begin(environ: MutableMapping[str, str], argv: Sequence[str]) -> None:
    """Start this program anew with such memory, in the same process, if `argv` is `... engine run` and it has none; and forbid core files.

    Children are not to inherit it: once it holds, `environ` is as it was. A person's own settings of either kind are left as they are; then nothing is done.
    """
    _no_core_files()
    if all(environ.get(name) == value for name, value in SETTINGS.items()):
        for name in SETTINGS:
            del environ[name]
    elif sys.platform == "linux" and list(argv[-2:]) == ["engine", "run"] and not any(name in environ for name in SETTINGS):
        with contextlib.suppress(OSError):  # an engine without it is better than none
            os.execve(sys.executable, [sys.executable, *argv[1:]], {**environ, **SETTINGS})  # noqa: S606 - our own program, the same arguments


def _no_core_files() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
