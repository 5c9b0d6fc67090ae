"""Texts that try to have something run or drawn where they are shown: by shells, by tmux, by terminals."""

from collections.abc import Iterator

_WORDS = r"""$(touch pwned)
`touch pwned`
${x:-$(touch pwned)}
\$(touch pwned)
$((a[$(touch pwned)]))
a[$(touch pwned)]
;touch pwned;
|touch pwned
&& touch pwned
(touch pwned)
{touch,pwned}
<(touch pwned)
%{$(touch pwned)%}
%F{green}%n@%m%f
%1v%31v
%(?.a.b)
%D{%s}
%999999999d
\u@\h \w
\[\e[31m\]
\001\002
'"'"'
"; touch pwned; "
'; touch pwned; '
~root/*
!touch !!
#{@x}#[fg=red]#(touch pwned)
--help
-n -e
\x1b[31m
$'\e[31m'
@(a|b)*(/e:touch pwned:)
(e:touch pwned:)
é▲ü
10#1
1e9
99999999999999999999"""
_BYTES = (
    "\x1b]0;TITLE-HACK\x07",
    "\x1b[31mred\x1b[2J",
    "\x1b]8;;http://x\x1b\\l\x1b]8;;\x1b\\",
    "\x9b31m",
    "\u009d0;T\u009c",
    "\x1bP+q\x1b\\",
    "\x07\x08\x0c",
    "a\rb",
    "\u202egnp.exe\u202c",
    "\u200bzero\u2060",
    "\udcff\udc9b31m",
)

PAYLOADS = (*_WORDS.splitlines(), *_BYTES, "x" * 190)
LATER = 4_000_000_000


def line(level: str = "failing", label: str = "opus failing 23m", expires: object = LATER) -> str:
    """A prompt line as an engine writes it."""
    return f"1\t{expires}\t{level}\t{label}\n"


def hostile_lines() -> Iterator[str]:
    """Two hundred contents of the prompt file as a hijacked engine could write them: every payload in every field, and whole lines of other forms."""
    for payload in PAYLOADS:
        yield line(label=payload)
        yield line(level=payload)
        yield line(expires=payload)
        yield f"{payload}\t{LATER}\tfailing\tx\n"
    for payload in PAYLOADS[:16]:
        yield f"{payload}\n{line()}"
