"""The one table of verbs and what they take. `statuswatch.cli.VERBS` says which module runs each; a test holds the two, and the verbs themselves, together."""

from statuswatch.surfaces.cli.grammar import JSON, Argument, Count, Kind, Option, Verb

_PICTURE = {0: "fine", 1: "trouble on their side", 3: "trouble on your side", 4: "cannot tell (unknown, out of date, no engine)"}
_TOLD = {0: "told, whatever it is", 2: "wrong usage, or input that could not be read"}
_SEEN = {0: "told", 2: "wrong usage", 4: "no picture: no engine has run yet"}
_ASKED = {0: "done", 2: "wrong usage, or a name that means nothing here", 4: "no engine answers"}
_USING = Option("--using", "a route you use, as provider[/surface]:model[@region]; once for each", "ROUTE", Kind.ROUTE, many=True, required=True)
_SINCE = Option("--since", "only what is newer: an age such as 30m, 2h, 3d, or a time of your clock such as 14:25", "TIME")
_FOR = Option("--for", "how long: 30m, 2h, 1d (default 1h)", "TIME", rival="end")
_UNTIL = Option("--until", "until when: 18:30 of your clock, or 2026-01-01T12:00:00Z", "TIME", rival="end")
_HUSHED = Argument("target", "TARGET", "a watched route or a part of its name, a provider, an incident as provider:id, or all", Kind.TARGET)
_ONE_OBJECT = Option("--json", "one JSON object")
_DO_NOT_ASK = Option("--yes", "do not ask")
SETTINGS = ("zsh", "bash", "fish", "starship", "tmux", "claude-code", "nushell", "powershell", "powerlevel10k", "gateway", "login")
"""What `setup` knows; a test holds it to the table of targets."""
_RULES_DIR = Option("--dir", "read your own rules from here", "FOLDER", Kind.FOLDER)

_LOOKING = (
    Verb(
        "dashboard",
        "The dashboard; the same as no verb at all. It starts the background engine where none runs; the engine goes on when the dashboard is closed "
        "(statuswatch engine stop ends it). Without a terminal the picture is printed once.",
        (
            Option("--serve", "show it in a browser, at an address of this machine that holds a word (extra serve)"),
            Option("--port", "with --serve: the port (default: any that is free)", "N"),
        ),
        exits={0: "closed", 2: "wrong usage, or it cannot be served"},
        examples=("statuswatch", "statuswatch dashboard", "statuswatch dashboard --serve"),
    ),
    Verb(
        "status",
        "Can I work? Prints the engine's last picture; its ages are at most a minute old.",
        (Option("--json", "the whole snapshot, one JSON object on one line"),),
        exits=_PICTURE,
        examples=("statuswatch status", "statuswatch status >/dev/null || echo 'not now'"),
    ),
    Verb(
        "why",
        "Whose fault, how sure, on which evidence, and what to do.",
        (_ONE_OBJECT,),
        (
            Argument(
                "subject",
                "CALL|ROUTE",
                "a call's request id, its number counted from the newest (1), or last for the newest that failed; or a route",
                Kind.CALL,
                Count.MAYBE,
            ),
        ),
        {**_PICTURE, 2: "a subject that is neither a route nor a call"},
        ("statuswatch why", "statuswatch why last", "statuswatch why anthropic/code:claude-opus-4.5"),
    ),
    Verb(
        "incidents",
        "The incidents that concern you, or one of them with all its posts.",
        (
            Option("--all", "also those that do not concern you, with the reason"),
            Option("--json", "one JSON object an incident, one a line"),
        ),
        (Argument("incident", "INCIDENT", "an incident as provider:id, or a part of its title or id that no other has", Kind.INCIDENT, Count.MAYBE),),
        {**_SEEN, 2: "wrong usage, or no such incident"},
        ("statuswatch incidents --all", "statuswatch incidents opus"),
    ),
    Verb(
        "calls",
        "Your own calls, newest first: how each ended, whose fault it was, how sure that is and why.",
        (
            Option("--failed", "only those that failed"),
            Option("--route", "only over this route, or one with this part in its name", "ROUTE", Kind.ROUTE),
            _SINCE,
            Option("--json", "one JSON object a call, one a line"),
        ),
        exits={**_SEEN, 2: "wrong usage, or no such route"},
        examples=("statuswatch calls --failed --since 1h", "statuswatch calls --route opus --json | jq .fault"),
    ),
    Verb(
        "history",
        "The last 90 days of what you use: a bar a day, the troubles, and how your own requests went. Time in which no engine ran is unknown.",
        (
            Option("--days", "how many days, today included (default 90)", "N"),
            Option("--list", "a line a day in place of the bars"),
            Option("--json", "one JSON object a route, one a line"),
        ),
        (Argument("route", "ROUTE", "a route, watched or not, or a part of a watched one's name; without it, all that are watched", Kind.ROUTE, Count.MAYBE),),
        {0: "told", 2: "wrong usage, or no such route", 4: "nothing is kept yet, or it cannot be read"},
        ("statuswatch history", "statuswatch history opus --list"),
    ),
    Verb(
        "watch",
        "One line for each change, as it comes: for logs, and for ears. It waits for an engine, survives its restart, and ends by Ctrl-C.",
        (
            Option("--once", "tell how things are now, and end"),
            Option("--json", "one JSON object a change, one a line"),
        ),
        exits={0: "whoever read it went away; --once: told", 2: "wrong usage", 4: "--once: no engine answers", 130: "Ctrl-C, which is how it ends"},
        examples=("statuswatch watch", "statuswatch watch --json | tee -a outages.jsonl"),
    ),
    Verb(
        "wait",
        "Returns when the route is back.",
        (
            Option("--timeout", "give up after so many seconds", "S", rival="end"),
            Option("--notify", "do not wait: a notice comes when it is back; exit 0 is then: asked, or fine already", rival="end"),
            Option("--json", "one JSON object at the end"),
        ),
        (Argument("route", "ROUTE", "a watched route, for example anthropic/code:claude-opus-4.5, or a part of its name that no other has", Kind.ROUTE),),
        {
            0: "back or fine",
            2: "wrong usage",
            3: "waiting does not help (your key, credit or request)",
            4: "cannot tell (timed out, no engine, not watched)",
        },
        ("statuswatch wait opus --timeout 600 && make nightly",),
    ),
    Verb(
        "prompt",
        "Prints the segment for a prompt: nothing when all is well. Always exit status 0: a prompt must not break.",
        exits={0: "always, but for a word that it does not know", 2: "a word that it does not know"},
        examples=('eval "$(statuswatch prompt init zsh)"', "statuswatch prompt init fish | source"),
        verbs=(
            Verb(
                "init",
                "Print the code of a segment that costs no process.",
                arguments=(Argument("shell", "SHELL", "whose code; sh: for other tools", choices=("zsh", "bash", "fish", "nushell", "powershell", "sh")),),
            ),
            Verb(
                "watch",
                "Signal a shell that started this, with USR1, whenever its line has changed. For fish, whose segment runs it where STATUSWATCH_REDRAW is set.",
                arguments=(Argument("pid", "PID", "the shell's process; it must be the one that started this"),),
            ),
        ),
        required=False,
    ),
)

_TELLING = (
    Verb(
        "notices",
        "What was told, newest first.",
        (Option("--all", "also what was not told, and why"), Option("--json", "one JSON object a line, `told` says which of the two it is")),
        exits=_SEEN,
        examples=("statuswatch notices --all",),
    ),
    Verb(
        "mute",
        "Tell nothing about this for a while, also not afterwards. It stays visible where you look.",
        (_FOR, _UNTIL, Option("--json", "one JSON object: target, kind, until")),
        (_HUSHED,),
        _ASKED,
        ("statuswatch mute haiku --for 2h", "statuswatch mute all --until 18:30"),
    ),
    Verb(
        "snooze",
        "Hold back what there is to tell about this; what still lasts at the end is told then.",
        (_FOR, _UNTIL, Option("--json", "one JSON object: target, kind, until")),
        (_HUSHED,),
        _ASKED,
        ("statuswatch snooze all --for 30m",),
    ),
    Verb(
        "unmute",
        "End a mute or a snooze.",
        (Option("--json", "one JSON object: target, kind, until"),),
        (_HUSHED,),
        _ASKED,
        ("statuswatch unmute all",),
    ),
    Verb(
        "bridge",
        "For editors: the engine's messages as JSON lines on stdout, commands as JSON lines on stdin. Ends when stdin ends.",
        (
            Option("--http", "the same for web clients, on 127.0.0.1", "PORT", optional=True),
            Option("--origin", "a page that may read it, such as http://localhost:3000; may be given again", "URL", many=True),
        ),
        exits={0: "stdin ended", 2: "wrong usage"},
        examples=("""echo '{"type":"ping"}' | statuswatch bridge""",),
    ),
    Verb(
        "lsp",
        "A language server on stdin and stdout, for editors without a plugin of ours: messages when something that you use breaks and when it is back.",
        (Option("--stdio", "as editors call it; there is no other way"),),
        exits={0: "the editor ended it", 2: "wrong usage, or the library is missing"},
        examples=("statuswatch lsp",),
    ),
    Verb(
        "mcp",
        "Tools for coding agents over the Model Context Protocol, on stdin and stdout: status, why, incidents, wait.",
        exits={0: "the agent ended it", 2: "wrong usage, or the library is missing"},
        examples=("claude mcp add statuswatch -- statuswatch mcp",),
    ),
)

_READING = (
    Verb(
        "classify",
        "Reads a failed answer of an API and says whose fault it is. Nothing is stored or sent. "
        "Without --json: the output of curl -i, or any text of an error, pasted.",
        (Option("--json", "JSON Lines in (id, provider, url, status, headers, body) and out"),),
        (Argument("file", "FILE", "read from a file instead of standard input", Kind.FILE, Count.MAYBE),),
        _TOLD,
        ("curl -i https://api.example/v1/models | statuswatch classify", "statuswatch classify --json answers.jsonl"),
    ),
    Verb(
        "inspect",
        "The failed calls in a client's own record, and whose fault each was.",
        (
            JSON,
            Option("--client", "who wrote the files (found by the first lines where it is not given)", "NAME", Kind.CLIENT),
        ),
        (Argument("files", "FILE", "a transcript, rollout, log, hook or telemetry file", Kind.FILE, Count.SOME),),
        _TOLD,
        ("statuswatch inspect ~/.claude/projects/*/*.jsonl",),
    ),
    Verb(
        "match",
        "What incidents mean for the routes that you use. Input: normalised incidents, one JSON object a line.",
        (_USING, Option("--json", "one JSON object for each incident and route")),
        (Argument("file", "FILE", "read from a file instead of standard input", Kind.FILE, Count.MAYBE),),
        _TOLD,
        ("statuswatch match --using anthropic/code:claude-opus-4.5 incidents.jsonl",),
    ),
    Verb(
        "backtest",
        "The notices that a history would have given to somebody who uses these routes.",
        (
            _USING,
            Option("--json", "one JSON object for each notice, and the summary last"),
            Option("--provider", "whose feed the recorded polls are of, where the folder's name does not say it", "ID", Kind.PROVIDER),
        ),
        (
            Argument(
                "files",
                "FILE",
                "normalised incidents (JSON Lines), or recorded polls: a folder or a tar of bodies named by their time",
                Kind.FILE,
                Count.SOME,
            ),
        ),
        _TOLD,
        ("statuswatch backtest --using anthropic/code:claude-opus-4.5 incidents.jsonl",),
    ),
    Verb(
        "rules",
        "The rules that read sentences: yours and ours.",
        exits={0: "nothing is wrong", 1: "something is wrong in the rules", 2: "wrong usage, or no such rule"},
        examples=("statuswatch rules explain 'Errors when logging in'",),
        verbs=(
            Verb("lint", "Every problem of the rule files, with file and line.", (_RULES_DIR,)),
            Verb(
                "test",
                "Try each rule on the examples that it brings.",
                (_RULES_DIR,),
                (Argument("rule", "RULE", "only the rule of this id", count=Count.MAYBE),),
            ),
            Verb(
                "explain",
                "What the rules make of a sentence, word by word.",
                (Option("--using", "and what it would mean for this route", "ROUTE", Kind.ROUTE), _RULES_DIR),
                (Argument("text", "TEXT", 'a title or an update, such as "Errors when logging in"'),),
            ),
        ),
    ),
    Verb(
        "models",
        "What a model id resolves to.",
        exits={0: "told", 2: "wrong usage"},
        examples=("statuswatch models show opus us.anthropic.claude-opus-4-5-v1:0",),
        verbs=(
            Verb(
                "show",
                "Explain one id or more, in any spelling.",
                (JSON,),
                (Argument("ids", "ID", "claude-opus-4-5-20251101, us.anthropic.claude-opus-4-5-v1:0, opus, ...", count=Count.SOME),),
            ),
        ),
    ),
    Verb(
        "feed",
        "What is read from a status feed.",
        exits=_TOLD,
        examples=("statuswatch feed show https://status.example.com", "statuswatch feed show recorded.json --json"),
        verbs=(
            Verb(
                "show",
                "Read one body and show it normalised.",
                (
                    _ONE_OBJECT,
                    Option("--format", "the format, where it is not to be detected", "NAME", Kind.FORMAT),
                    Option("--provider", "whose feed it is, for example anthropic", "ID", Kind.PROVIDER),
                ),
                (Argument("source", "URL|FILE", "the address of a feed or of a status page, or a file with a recorded body", Kind.FILE),),
            ),
        ),
    ),
)

_SETTING_UP = (
    Verb(
        "providers",
        "The provider files: shipped ones, and your own in ~/.config/statuswatch/providers (or below $XDG_CONFIG_HOME).",
        (Option("--json", "JSON: one object a line, or for `show` one object"),),
        exits={0: "told, or all is in order", 1: "check: a page is not as its file says", 2: "wrong usage, no such provider, or lint found something"},
        examples=("statuswatch providers check anthropic openai", "statuswatch providers add https://status.example.com"),
        verbs=(
            Verb("list", "All providers.", (JSON,)),
            Verb("lint", "Check all files.", (JSON,)),
            Verb("show", "One provider.", (_ONE_OBJECT,), (Argument("id", "ID", "a provider's id, for example anthropic", Kind.PROVIDER),)),
            Verb(
                "check",
                "Ask the pages of all or of some providers once.",
                (JSON,),
                (Argument("ids", "ID", "a provider's id; without any, all that have a page are asked", Kind.PROVIDER, Count.ANY),),
            ),
            Verb(
                "add",
                "Find a page's feed, show what is read, and write a provider file.",
                (
                    Option("--id", "the provider's id, for example acme; made from the host where it is left out", "ID"),
                    Option("--name", "its name for people", "NAME"),
                    Option("--family", "a family of models that it makes; may be given again", "NAME", many=True),
                    Option("--api-host", "a host at which its API answers; may be given again", "HOST", many=True),
                    Option("--yes", "write without asking"),
                    Option("--json", "one JSON object; nothing is written without --yes"),
                ),
                (Argument("url", "URL", "the address of a status page or of its feed"),),
            ),
        ),
    ),
    Verb(
        "sources",
        "Which records of clients may be read on this machine. Nothing is read without your yes.",
        (JSON,),
        (
            Argument(
                "turn",
                "on|off|otlp",
                "let it be read, or no longer; otlp: what to set in clients that can export",
                count=Count.MAYBE,
                choices=("on", "off", "enable", "disable", "otlp"),
            ),
            Argument("names", "NAME", "one source or more, by the names that the list shows", Kind.SOURCE, Count.ANY),
        ),
        {0: "told or done", 2: "wrong usage, or no such source"},
        ("statuswatch sources", "statuswatch sources on claude-code codex"),
    ),
    Verb(
        "setup",
        "Puts the segment into a prompt or a status line of yours, or the engine among what starts at login: shows what would change, asks, keeps what was"
        " there. Without a name: how things stand.",
        (
            Option("--undo", "take it out again; everything else stays as it is"),
            _DO_NOT_ASK,
            Option("--json", "without a name: one JSON object for each"),
        ),
        (Argument("names", "NAME", "one or more of those that the list shows", count=Count.ANY, choices=SETTINGS),),
        {0: "as asked, or you said no", 2: "wrong usage, or it could not be done: the file is as it was"},
        ("statuswatch setup zsh", "statuswatch setup claude-code tmux", "statuswatch setup --undo zsh"),
    ),
    Verb(
        "run",
        "Starts a command whose calls to model APIs go through the running engine's gateway, for this one start: where one fails, the client then prints whose"
        " fault it is, the incident and what works. Nothing of yours is changed. Where the gateway cannot be had it runs without, and a line says so.",
        arguments=(Argument("command", "COMMAND", "what to start, with all its words; put -- before it", count=Count.SOME),),
        exits={2: "wrong usage", 126: "the command cannot be run", 127: "there is no such command; else the status is the command's own"},
        examples=("statuswatch run -- claude", "statuswatch run -- codex exec 'fix the test'", "statuswatch run -- python script.py"),
    ),
    Verb(
        "hook",
        "Run by a hook of Claude Code (StopFailure) or Copilot CLI (errorOccurred), with its JSON on stdin: the running engine reads the client's record now.",
        arguments=(Argument("client", "CLIENT", "whose hook it is", choices=("claude-code", "copilot")),),
        exits={0: "always: a hook must not disturb its client"},
        examples=("statuswatch hook claude-code",),
    ),
    Verb(
        "engine",
        "The background process, one a user.",
        exits={0: "done, or status: one answers", 2: "wrong usage", 4: "status: none answers"},
        examples=("statuswatch engine start", "statuswatch engine status --json"),
        verbs=(
            Verb("start", "Start it in the background, where none runs."),
            Verb("stop", "End the running one."),
            Verb("status", "Whether one answers.", (_ONE_OBJECT,)),
            Verb("run", "Run it here, in the foreground, until interrupted."),
            Verb("install", "Have it start at login; the same as `statuswatch setup login`.", (_DO_NOT_ASK,)),
            Verb("uninstall", "No longer; the same as `statuswatch setup --undo login`.", (_DO_NOT_ASK,)),
        ),
    ),
    Verb(
        "doctor",
        "What is in order on this machine, what is not, and what to do. Starts and changes nothing.",
        (
            Option("--polling", "for each feed: when it is read next and why, and how it was read last"),
            JSON,
        ),
        exits={0: "no problems", 1: "problems", 2: "wrong usage"},
        examples=("statuswatch doctor", "statuswatch doctor --polling"),
    ),
    Verb(
        "simulate",
        "Replay a recorded outage on this machine. Nothing of yours is read or changed. Without a name: the names.",
        (
            Option("--speed", "simulated seconds a real second (default 60)", "N"),
            Option("--using", "a route you use, as provider[/surface]:model; once for each", "ROUTE", Kind.ROUTE, many=True),
            Option("--quiet-after", "make no call after this time of the outage (hh:mm, UTC)", "TIME"),
            Option("--json", "one line of JSON for each thing that happens"),
            Option("--no-desktop", "no pop-ups"),
            Option("--home", "where it lives meanwhile, to look at with STATUSWATCH_HOME=DIR (default: a folder that is removed)", "DIR", Kind.FOLDER),
        ),
        (Argument("name", "NAME", "the outage", Kind.OUTAGE, Count.MAYBE),),
        {0: "played to its end, or named", 2: "wrong usage, or no such outage"},
        ("statuswatch simulate claude-2025-12-14", "statuswatch simulate claude-2025-12-14 --speed 300 --json"),
    ),
    Verb(
        "completions",
        "Print the completions for a shell, or the values that it completes with.",
        exits={0: "printed", 2: "wrong usage"},
        examples=(
            'eval "$(statuswatch completions zsh)"',
            'eval "$(statuswatch completions bash)"',
            "statuswatch completions fish | source",
        ),
        verbs=(
            Verb("zsh", 'For zsh: eval "$(statuswatch completions zsh)" in ~/.zshrc, after compinit.'),
            Verb("bash", 'For bash: eval "$(statuswatch completions bash)" in ~/.bashrc.'),
            Verb("fish", "For fish: statuswatch completions fish | source, in ~/.config/fish/config.fish."),
            Verb(
                "values",
                "What stands for a kind of value here, one a line.",
                arguments=(
                    Argument(
                        "kind",
                        "KIND",
                        "what is to be completed",
                        choices=("call", "client", "format", "incident", "outage", "provider", "route", "source", "target"),
                    ),
                ),
            ),
        ),
    ),
    Verb(
        "manual",
        "Print the manual page, for man(1).",
        exits={0: "printed", 2: "wrong usage"},
        examples=("statuswatch manual | man -l -", "statuswatch manual > ~/.local/share/man/man1/statuswatch.1"),
    ),
)

TABLE: dict[str, Verb] = {verb.name: verb for verb in (*_LOOKING, *_TELLING, *_READING, *_SETTING_UP)}
"""Every verb by its name, in the order in which people are told of them."""
