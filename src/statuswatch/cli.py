"""The command tree. A verb's module is imported when that verb runs, and nothing else: a prompt asks once a line."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


class Exit:
    """What an exit status means, for every verb. Plain numbers: an enum would cost a prompt more than its work."""

    FINE = 0
    THEIRS = 1
    USAGE = 2
    YOURS = 3
    CANNOT_TELL = 4


# verb -> (module, one line of help). Each module has `run(argv: list[str]) -> int`.
VERBS: dict[str, tuple[str, str]] = {
    "dashboard": ("statuswatch.app.dashboard", "the dashboard; the same as no verb at all"),
    "status": ("statuswatch.surfaces.cli.status", "can I work? the picture as text; exit 0 fine, 1 theirs, 3 yours, 4 cannot tell"),
    "why": ("statuswatch.surfaces.cli.why", "the verdict with its evidence, and what to do"),
    "incidents": ("statuswatch.surfaces.cli.concerns", "the incidents that concern you; --all also the others, with the reason"),
    "calls": ("statuswatch.surfaces.cli.calls", "your own calls, with whose fault each failure was"),
    "history": ("statuswatch.app.history", "the last 90 days of what you use: bars, troubles, your own requests"),
    "watch": ("statuswatch.surfaces.cli.watch", "one line for each change as it comes: for logs, and for ears"),
    "wait": ("statuswatch.surfaces.cli.wait", "return when a route is back"),
    "prompt": ("statuswatch.surfaces.cli.prompt", "the line for a shell prompt; `prompt init zsh|bash|fish` prints the segment"),
    "run": ("statuswatch.app.run", "start a coding client or a program so that its failing calls say whose fault it is: run -- claude"),
    "notices": ("statuswatch.app.notices", "what was told, and with --all what was not and why"),
    "mute": ("statuswatch.surfaces.cli.mute", "tell nothing about a route, a provider or an incident for a while"),
    "snooze": ("statuswatch.surfaces.cli.snooze", "hold notices back for a while; what still lasts then is told"),
    "unmute": ("statuswatch.surfaces.cli.unmute", "end a mute or a snooze"),
    "bridge": ("statuswatch.surfaces.bridge.stdio", "the editor protocol: JSON lines on stdin and stdout"),
    "lsp": ("statuswatch.surfaces.lsp.run", "a language server for editors without a plugin of ours (extra lsp)"),
    "mcp": ("statuswatch.surfaces.mcp.run", "tools for coding agents: status, why, incidents, wait (extra mcp)"),
    "classify": ("statuswatch.surfaces.cli.classify", "whose fault is this response? JSON lines, `curl -i` output or pasted text"),
    "inspect": ("statuswatch.surfaces.cli.inspect", "the failed calls in a client's own record"),
    "match": ("statuswatch.surfaces.cli.match", "what incidents mean for the routes you use"),
    "backtest": ("statuswatch.surfaces.cli.backtest", "the notices a history would have given"),
    "rules": ("statuswatch.surfaces.cli.rules", "test, lint and explain the rules"),
    "models": ("statuswatch.surfaces.cli.models", "what a model id resolves to, and why"),
    "feed": ("statuswatch.app.feed", "show what is read from a status feed"),
    "providers": ("statuswatch.app.providers", "list, lint and check the provider files"),
    "setup": (
        "statuswatch.app.setup",
        "put the segment into your prompt or status line, or your clients behind the gateway, and take it out again: zsh, bash, tmux, claude-code, ...",
    ),
    "sources": ("statuswatch.surfaces.cli.sources", "what is read on this machine, and switching it on or off"),
    "hook": ("statuswatch.surfaces.cli.hook", "for hooks of Claude Code and Copilot CLI: a call failed, have its record read now"),
    "engine": ("statuswatch.app.engine", "start, stop or look at the background engine"),
    "doctor": ("statuswatch.app.doctor", "what is in order here, what is not and what to do; --polling: why feeds are read when they are"),
    "simulate": ("statuswatch.app.simulate", "replay a recorded outage on this machine"),
    "completions": ("statuswatch.app.completions", "completions for zsh, bash and fish"),
    "manual": ("statuswatch.surfaces.cli.manual", "print the manual page, for man(1)"),
}
_QUICK = frozenset({"prompt", "status", "--help", "-h", "--version", "-V"})
_SHOWN = [name for name in VERBS if name != "dashboard"]


def usage() -> str:
    """The help text."""
    width = max(map(len, _SHOWN))
    rows = "\n".join(f"  {name:<{width}}  {VERBS[name][1]}" for name in _SHOWN)
    return (
        "statuswatch: is it them or me?\n\n"
        "usage: statuswatch [VERB] [ARGUMENTS]\n\n"
        f"without a verb: the dashboard\n\n{rows}\n\n"
        "`statuswatch VERB --help` tells more. Start with: statuswatch simulate claude-2025-12-14\n"
    )


def entry() -> "NoReturn":
    """What the console script runs. A quick verb has nothing to let go of, so it spares itself the interpreter's tear-down: a sixth of all that it costs."""
    status = main()
    if len(sys.argv) > 1 and sys.argv[1] in _QUICK:
        import os

        try:
            sys.stderr.flush()
        finally:
            os._exit(status)
    sys.exit(status)


def main(argv: "Sequence[str] | None" = None) -> int:
    """Run one verb; returns its exit status (see `Exit`). A reader that went away (`| head`) is no failure, also where it is noticed only at the last flush.

    An output that takes nothing, a full disk or a closed one, is told in one line and is wrong usage: nobody may take it for an answer.
    """
    _whole_streams()
    status = None
    try:
        status = _main(argv)
        sys.stdout.flush()
    except BrokenPipeError:
        _mute_stdout()
    except (OSError, BaseExceptionGroup) as error:
        reason = _broken_output(error)
        if reason is None:
            raise
        _mute_stdout()
        if reason:
            sys.stderr.write(f"statuswatch: standard output could not be written: {reason}\n")
            return Exit.USAGE
    return Exit.FINE if status is None else status


def _main(argv: "Sequence[str] | None") -> int:
    words = list(sys.argv[1:] if argv is None else argv)
    verb = words.pop(0) if words and not words[0].startswith("-") else ""
    if not verb:
        if words and words[0] in {"-h", "--help"}:
            sys.stdout.write(usage())
            return Exit.FINE
        if words and words[0] in {"-V", "--version"}:
            from statuswatch import __version__

            sys.stdout.write(f"statuswatch {__version__}\n")
            return Exit.FINE
        verb = "dashboard"
    if verb not in VERBS:
        return _unknown(verb)
    return _run(VERBS[verb][0], words)


def _run(module: str, words: list[str]) -> int:
    try:
        __import__(module)
        return int(sys.modules[module].run(words))
    except KeyboardInterrupt:
        return 130  # as shells report an interrupted program: 128 + SIGINT
    except Exception as error:
        if not _is_ours(error):
            raise
        sys.stderr.write(f"statuswatch: {error}\n")
        return Exit.USAGE


def _whole_streams() -> None:
    """A stream that was closed before Python began is None, and its number would go to the next file that is opened.

    Each gets one that behaves as its like: nothing to read, an output that fails once it is written out, errors that nobody reads.
    """
    if sys.stdin and sys.stdout and sys.stderr:
        return
    import os

    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - pathlib is not loaded here; it is as long open as any standard stream
    if sys.stdout is None:
        sys.stdout = open(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")  # noqa: PTH123, SIM115 - the same
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - the same


def _broken_output(error: OSError | BaseExceptionGroup) -> str | None:
    """Why standard output takes nothing, where `error` is of that; empty where its reader went away; None where the error is another one."""
    if isinstance(error, BaseExceptionGroup):  # what was printed within tasks
        found = error.subgroup(OSError)
        error = _first(found) if found is not None else error
    if not isinstance(error, OSError) or error.filename is not None:
        return None
    if isinstance(error, BrokenPipeError):
        return ""
    return (error.strerror or str(error)) if _takes_nothing(error.errno) else None


def _takes_nothing(errno: int | None) -> bool:
    """What could not be written may still be in the buffer, so that writing it out fails again. Where it is not, the same is asked with no byte.

    A file on a full disk takes no byte gladly: where standard output is a file, it is the one that room was lacking for.
    """
    import os
    import stat
    from errno import EDQUOT, EFBIG, ENOSPC

    try:
        sys.stdout.flush()
        os.write(sys.stdout.fileno(), b"")
        return errno in {ENOSPC, EDQUOT, EFBIG} and stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)
    except (OSError, ValueError):
        return True


def _first(group: BaseExceptionGroup[OSError]) -> OSError:
    """The first error in it, however deep."""
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


def _mute_stdout() -> None:
    """What is still to be written goes nowhere, so that Python's own flush at exit has nothing to complain of."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_ours(error: Exception) -> bool:
    """An error made for a person: its text says what was wrong and what to do."""
    from statuswatch.core.errors import StatuswatchError

    return isinstance(error, StatuswatchError)


def _unknown(verb: str) -> int:
    import difflib

    near = difflib.get_close_matches(verb, VERBS, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    sys.stderr.write(f"statuswatch: no verb {verb[:40]!r}{hint} (statuswatch --help lists them)\n")
    return Exit.USAGE


if __name__ == "__main__":
    sys.exit(main())
