"""Completions for zsh, bash and fish, made from the table of verbs. What a shell is given is code of ours alone; values it asks for later (`completing`)."""

from collections.abc import Callable, Iterable, Mapping

from statuswatch.surfaces.cli.grammar import ASKED, Argument, Count, Kind, Option, Verb, each

SHELLS = ("zsh", "bash", "fish")
_FILES = frozenset({Kind.FILE, Kind.FOLDER})


def script(shell: str, table: Mapping[str, Verb]) -> str:
    """The code for one of `SHELLS`."""
    made: dict[str, Callable[[Mapping[str, Verb]], str]] = {"zsh": _zsh, "bash": _bash, "fish": _fish}
    return made[shell](table)


def _single(text: str) -> str:
    """In single quotes, as zsh and bash read them."""
    return "'" + text.replace("'", "'\\''") + "'"


_ZSH_HEAD = """#compdef statuswatch
# Completions of statuswatch, made by `statuswatch completions zsh`.

# _arguments puts options for compadd before the kind
_statuswatch_values() {
  local -a found
  found=(${(f)"$(_call_program values statuswatch completions values $argv[-1] 2>/dev/null)"})
  compadd "${(@)argv[1,-2]}" -a found
}
"""
_ZSH_TAIL = """
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _statuswatch "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i -D }  # a shell in which nothing has set completions up
  compdef _statuswatch statuswatch
fi
"""


def _zsh(table: Mapping[str, Verb]) -> str:
    lines = [_ZSH_HEAD]
    for verb in table.values():
        lines += _zsh_verb((verb.name,), verb)
        for below in verb.verbs:
            lines += _zsh_verb((verb.name, below.name), below)
    verbs = [f"    {_single(f'{verb.name}:{_first(verb.about)}')}" for verb in table.values()]
    lines += [
        "_statuswatch() {",
        "  local curcontext=$curcontext state ret=1",
        "  local -a line verbs",
        "  typeset -A opt_args",
        "  _arguments -C '(- *)'{-h,--help}'[this text]' '(- *)'{-V,--version}'[the version]' '1: :->verb' '*:: :->words' && ret=0",
        "  case $state in",
        "  verb)",
        "    verbs=(",
        *(f"  {verb}" for verb in verbs),
        "    )",
        "    _describe -t verbs verb verbs && ret=0",
        "    ;;",
        "  words)",
        "    (( $+functions[_statuswatch_$words[1]] )) && _statuswatch_$words[1] && ret=0",
        "    ;;",
        "  esac",
        "  return ret",
        "}",
    ]
    return "\n".join(lines) + _ZSH_TAIL


def _zsh_verb(path: tuple[str, ...], verb: Verb) -> list[str]:
    specs = ["'(- *)'{-h,--help}'[this text]'", *(_zsh_option(option, verb.options) for option in verb.options)]
    name = f"_statuswatch_{'_'.join(path)}"
    if not verb.verbs:
        specs += [_zsh_argument(argument) for argument in verb.arguments]
        return [f"{name}() {{", "  _arguments \\", *(f"    {spec} \\" for spec in specs[:-1]), f"    {specs[-1]}", "}", ""]
    below = [f"      {_single(f'{other.name}:{_first(other.about)}')}" for other in verb.verbs]
    return [
        f"{name}() {{",
        "  local curcontext=$curcontext state ret=1",
        "  local -a line verbs",
        "  typeset -A opt_args",
        "  _arguments -C \\",
        *(f"    {spec} \\" for spec in specs),
        "    '1: :->verb' '*:: :->words' && ret=0",
        "  case $state in",
        "  verb)",
        "    verbs=(",
        *below,
        "    )",
        "    _describe -t verbs verb verbs && ret=0",
        "    ;;",
        "  words)",
        f"    (( $+functions[{name}_$words[1]] )) && {name}_$words[1] && ret=0",
        "    ;;",
        "  esac",
        "  return ret",
        "}",
        "",
    ]


def _zsh_option(option: Option, among: Iterable[Option]) -> str:
    rivals = " ".join(other.name for other in among if option.rival and other.rival == option.rival)
    told = option.help.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    lead = "*" if option.many else f"({rivals})" if rivals else ""
    value = f"{'::' if option.optional else ':'}{_zsh_message(option.metavar)}:{_zsh_action(option.kind, option.choices)}" if option.metavar else ""
    return _single(f"{lead}{option.name}[{told}]{value}")


def _zsh_argument(argument: Argument) -> str:
    place = {Count.ONE: ":", Count.MAYBE: "::", Count.ANY: "*:", Count.SOME: "*:"}[argument.count]
    return _single(f"{place}{_zsh_message(argument.metavar)}:{_zsh_action(argument.kind, argument.choices)}")


def _zsh_message(text: str) -> str:
    return text.replace("\\", "\\\\").replace(":", "\\:")


def _zsh_action(kind: Kind, choices: tuple[str, ...]) -> str:
    if choices:
        return f"({' '.join(choices)})"
    if kind in ASKED:
        return f"_statuswatch_values {kind}"
    return {Kind.FILE: "_files", Kind.FOLDER: "_files -/"}.get(kind, " ")


_BASH_HEAD = """# Completions of statuswatch, made by `statuswatch completions bash`.

_statuswatch_values() {
  local value
  while IFS= read -r value; do
    if [[ $value == "$cur"* ]]; then
      printf -v value %q "$value"
      COMPREPLY+=("$value")
    fi
  done
}

_statuswatch_kind() {
  case $1 in
  file) ;; # readline completes names of files where there is no other reply
  folder) compopt -o dirnames +o default 2>/dev/null ;;
  text) compopt +o default 2>/dev/null ;;
  =*) compopt +o default 2>/dev/null; _statuswatch_values < <(printf '%s\\n' ${1//[=,]/ }) ;;
  ?*) compopt +o default 2>/dev/null; _statuswatch_values < <(statuswatch completions values "$1" 2>/dev/null) ;;
  *) compopt +o default 2>/dev/null ;;
  esac
}
"""
_BASH_TAIL = """
_statuswatch() {
  local cur path='' previous='' word below options takes arguments place=0 n=0 i
  local -a words=()
  # readline takes a colon for the end of a word: what it cut apart is one word here
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if ((n > 0)) && [[ $word == :* || ${words[n - 1]} == *: ]]; then
      words[n - 1]+=$word
    else
      words[n++]=$word
    fi
  done
  cur=${words[n - 1]}
  COMPREPLY=()
  _statuswatch_of ''
  for ((i = 0; i < n - 1; i++)); do
    word=${words[i]}
    if [[ -n $previous ]]; then
      previous=''
    elif [[ $word == -* ]]; then
      for value in $takes; do [[ ${value%%=*} == "$word" ]] && previous=${value#*=}; done
    elif [[ -n $below && " $below " == *" $word "* ]]; then
      path="${path:+$path }$word"
      _statuswatch_of "$path"
    else
      ((place++))
    fi
  done
  if [[ -n $previous ]]; then
    _statuswatch_kind "$previous"
  elif [[ $cur == -* ]]; then
    _statuswatch_kind "=${options// /,}"
  elif [[ -n $below ]]; then
    _statuswatch_kind "=${below// /,}"
  else
    local -a kinds=($arguments)
    ((place >= ${#kinds[@]})) && [[ $arguments == *' +' ]] && place=$((${#kinds[@]} - 2))
    word=${kinds[place]-}
    [[ $word == + ]] && word=${kinds[place - 1]}
    _statuswatch_kind "$word"
  fi
  if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
    word=${cur%"${cur##*:}"}
    COMPREPLY=("${COMPREPLY[@]#"$word"}")
  fi
}

complete -o default -F _statuswatch statuswatch
"""


def _bash(table: Mapping[str, Verb]) -> str:
    lines = ["_statuswatch_of() {", "  below='' options='--help' takes='' arguments=''", "  case $1 in"]
    lines.append(f"  '') below={_single(' '.join(table))} options='--help --version' ;;")
    for path, verb in each(table):
        options = " ".join([*(option.name for option in verb.options), "--help"])
        takes = " ".join(f"{option.name}={_bash_kind(option.kind, option.choices)}" for option in verb.options if option.metavar and not option.optional)
        arguments = " ".join(f"{_bash_kind(item.kind, item.choices)}{' +' if item.count in {Count.ANY, Count.SOME} else ''}" for item in verb.arguments)
        below = " ".join(other.name for other in verb.verbs)
        fields = {"options": options, "takes": takes, "arguments": arguments, "below": below}
        lines.append(f"  {_single(' '.join(path))}) {' '.join(f'{name}={_single(text)}' for name, text in fields.items() if text)} ;;")
    return "\n".join([_BASH_HEAD, *lines, "  esac", "}"]) + "\n" + _BASH_TAIL


def _bash_kind(kind: Kind, choices: tuple[str, ...]) -> str:
    return f"={','.join(choices)}" if choices else kind.value


_FISH_HEAD = """# Completions of statuswatch, made by `statuswatch completions fish`.

function __statuswatch_values
    statuswatch completions values $argv[1] 2>/dev/null
end

# The verbs that were typed so far: options are passed over.
function __statuswatch_words
    set -l words (commandline -opc)
    for word in $words[2..-1]
        string match -q -- '-*' $word
        or echo $word
    end
end

# Whether the words begin with these verbs.
function __statuswatch_at
    set -l words (__statuswatch_words)
    set -l size (count $argv)
    test (count $words) -ge $size
    and test "$words[1..$size]" = "$argv"
end

# Whether these verbs are all that was typed.
function __statuswatch_under
    set -l words (__statuswatch_words)
    test "$words" = "$argv"
end

complete -c statuswatch -e
complete -c statuswatch -f
complete -c statuswatch -s h -l help -d 'this text'
complete -c statuswatch -n '__statuswatch_under' -s V -l version -d 'the version'
"""


def _fish(table: Mapping[str, Verb]) -> str:
    lines = [_FISH_HEAD]
    lines += [f"complete -c statuswatch -n '__statuswatch_under' -a {verb.name} -d {_fish_text(_first(verb.about))}" for verb in table.values()]
    for path, verb in each(table):
        words = " ".join(path)
        at, under = f"complete -c statuswatch -n '__statuswatch_at {words}'", f"complete -c statuswatch -n '__statuswatch_under {words}'"
        lines += [f"{under} -a {below.name} -d {_fish_text(_first(below.about))}" for below in verb.verbs]
        lines += [f"{at} -l {option.name.removeprefix('--')}{_fish_value(option)} -d {_fish_text(option.help)}" for option in verb.options]
        lines += [f"{at} {_fish_words(argument.kind, argument.choices)}" for argument in verb.arguments if _fish_words(argument.kind, argument.choices)]
    return "\n".join(lines) + "\n"


def _fish_value(option: Option) -> str:
    if not option.metavar or option.optional:
        return ""
    if option.kind in _FILES:
        return " -r -F"
    words = _fish_words(option.kind, option.choices)
    return f" -x {words}" if words else " -x"


def _fish_words(kind: Kind, choices: tuple[str, ...]) -> str:
    if choices:
        return f"-a {_fish_text(' '.join(choices))}"
    if kind in ASKED:
        return f"-a '(__statuswatch_values {kind})'"
    return "-F" if kind in _FILES else ""


def _fish_text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _first(text: str) -> str:
    """The first sentence, for a list."""
    return text.partition(". ")[0].rstrip(".")
