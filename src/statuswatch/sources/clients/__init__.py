"""The coding clients whose own records are read: where they lie, what is read of them in a person's words, and which reader reads which file.

Everything that knows a client by name is in this table and in the client's own module.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from itertools import takewhile

from statuswatch.sources.clients.attempt import Origin, Reader

__all__ = ["CLIENTS", "Client", "Kind", "Origin", "Reader", "detect", "folders_of", "kind_for", "reader_class"]

_FIRST_LINES = 40


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file that a client writes.

    `name` is what `inspect` calls it, `reader` a dotted path `module:class` below this package, `globs` are relative to the client's root (none: the file lies
    nowhere in particular and is only read when named), `marks` find the kind by a file's first lines, strongest first.
    """

    name: str
    reader: str
    globs: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Client:
    """One coding client.

    `root_env` names the variable that moves its root, `root_below` what follows the variable's value, `roots` the default folders below the home directory;
    `reads` says in a person's words what is read there, `leaves` what is not.
    """

    name: str
    title: str
    kinds: tuple[Kind, ...]
    reads: str = ""
    leaves: str = ""
    root_env: str | None = None
    root_below: str = ""
    roots: tuple[str, ...] = ()


_LEAVES = "prompts, replies, tool results, file contents and keys"

CLIENTS: dict[str, Client] = {
    client.name: client
    for client in (
        Client(
            name="claude-code",
            title="Claude Code",
            root_env="CLAUDE_CONFIG_DIR",
            root_below="projects",
            roots=(".claude/projects", ".config/claude/projects"),
            reads="time, model, status, error type and request id of each call, and the name of the project's folder",
            leaves=_LEAVES,
            kinds=(
                Kind(
                    "transcript",
                    "claude_code:TranscriptReader",
                    ("*/*.jsonl", "*/*/subagents/*.jsonl", "*/*/subagents/**/*.jsonl"),
                    (
                        r'"sessionId"\s*:.*"type"\s*:\s*"(?:queue-operation|user|assistant|attachment|summary|system)"',
                        r'"type"\s*:\s*"queue-operation"',
                        r'"isSidechain"\s*:',
                    ),
                ),
                Kind(
                    "stream",
                    "claude_stream:StreamReader",
                    (),
                    (r'"session_id"\s*:.*"uuid"\s*:', r'"type"\s*:\s*"system".*"subtype"\s*:\s*"(?:init|hook_started|api_retry)"'),
                ),
                Kind("hooks", "claude_hooks:HookReader", (), (r'"hook_event_name"\s*:',)),
            ),
        ),
        Client(
            name="codex",
            title="Codex",
            root_env="CODEX_HOME",
            root_below="sessions",
            roots=(".codex/sessions",),
            reads="time, model, provider, status and error kind of each turn, and the name of the project's folder",
            leaves=_LEAVES,
            kinds=(
                Kind(
                    "rollout", "codex:RolloutReader", ("*/*/*/rollout-*.jsonl", "rollout-*.jsonl"), (r'"type"\s*:\s*"(?:session_meta|turn_context|event_msg)"',)
                ),
                Kind("exec", "codex:ExecReader", (), (r'"type"\s*:\s*"(?:thread\.started|turn\.started|turn\.failed)"',)),
            ),
        ),
        Client(
            name="opencode",
            title="opencode",
            root_env="XDG_DATA_HOME",
            root_below="opencode/log",
            roots=(".local/share/opencode/log",),
            reads="time, provider, model and the error's first sentence of each attempt, and the name of the project's folder",
            leaves=_LEAVES,
            kinds=(
                Kind("log", "opencode:LogReader", ("*.log",), (r"^timestamp=\S+ level=\w+", r"^(?:INFO|ERROR|WARN)\s+\d{4}-\d\d-\d\dT\S+\s+\+\d+ms\s")),
                Kind("events", "opencode:EventReader", (), (r'"sessionID"\s*:\s*"ses_',)),
            ),
        ),
        Client(
            name="copilot-cli",
            title="Copilot CLI",
            root_env="COPILOT_HOME",
            roots=(".copilot",),
            reads="time, model, status and error of each call, and the name of the project's folder",
            leaves=_LEAVES,
            kinds=(
                Kind(
                    "events",
                    "copilot_cli:EventsReader",
                    ("session-state/*/events.jsonl",),
                    (r'"type"\s*:\s*"session\.start"', r'"type"\s*:\s*"(?:hook|assistant|session)\.\w+".*"data"\s*:'),
                ),
                Kind("log", "copilot_cli:ProcessLogReader", ("logs/*.log",), (r"^\d{4}-\d\d-\d\dT\S+Z \[(?:INFO|WARNING|ERROR|DEBUG)\]",)),
                Kind("errors", "copilot_cli:ErrorHookReader", (), (r'"errorContext"\s*:',)),
            ),
        ),
        Client(
            name="gemini-cli",
            title="Gemini CLI",
            root_env="GEMINI_CLI_HOME",
            root_below=".gemini",
            roots=(".gemini",),
            reads="time, model and status of each call; errors only where you switched its telemetry file on",
            leaves=_LEAVES,
            kinds=(
                Kind(
                    "telemetry", "gemini_cli:TelemetryReader", ("tmp/*/telemetry.log", "tmp/*/otel/*.log"), (r'^\s*"hrTime(?:Observed)?"\s*:', r'"gemini_cli\.')
                ),
                Kind("chat", "gemini_cli:ChatReader", ("tmp/*/chats/*.jsonl",), (r'"projectHash"\s*:',)),
            ),
        ),
        Client(
            name="otlp",
            title="OTLP exports",
            reads="time, model, provider, status, error and request id of each call that a client exports to the receiver of this program",
            leaves=_LEAVES,
            kinds=(Kind("otlp", "otlp:OtlpReader", (), (r'"resource(?:Logs|Spans)"\s*:',)),),
        ),
    )
}


@cache
def reader_class(kind: Kind) -> type[Reader]:
    """The class that reads this kind, imported when it is first needed."""
    module, _, name = kind.reader.partition(":")
    found: type[Reader] = getattr(import_module(f"{__name__}.{module}"), name)
    return found


def kind_for(client: Client, relative: str) -> Kind | None:
    """The kind of the file at `relative` (with forward slashes, below the client's root); None where it is none that is read."""
    depth = relative.count("/")
    for kind in client.kinds:
        for glob in kind.globs:
            exact = "**" not in glob
            if fnmatchcase(relative, glob.replace("**/", "*")) and (glob.count("/") == depth or not exact):
                return kind
    return None


def folders_of(client: Client) -> tuple[str, ...]:
    """The folders below the client's root in which its records lie, as far as their names are fixed; an empty name is the root itself."""
    fixed = {"/".join(takewhile(lambda part: "*" not in part, glob.split("/")[:-1])) for kind in client.kinds for glob in kind.globs}
    return tuple(sorted(folder for folder in fixed if not any(folder.startswith(f"{other}/") for other in fixed) and ("" not in fixed or not folder)))


def detect(lines: Iterable[bytes], client: Client | None = None) -> tuple[Client, Kind] | None:
    """The client and kind whose marks the first lines of a file carry; only among the kinds of `client` where it is given. None where nothing fits."""
    first = [line[:4000].decode("utf-8", "replace") for line, _ in zip(lines, range(_FIRST_LINES), strict=False)]
    candidates = [(known, kind) for known in ([client] if client else CLIENTS.values()) for kind in known.kinds]
    best: tuple[int, Client, Kind] | None = None
    for known, kind in candidates:
        score = sum(1 for line in first if any(re.search(mark, line) for mark in kind.marks))
        if score and (best is None or score > best[0]):
            best = (score, known, kind)
    return (best[1], best[2]) if best else None
