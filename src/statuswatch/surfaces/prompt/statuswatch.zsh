# statuswatch in a zsh prompt. Install with one line at the end of ~/.zshrc, or source this file there:
#   eval "$(statuswatch prompt init zsh)"
#
# Before each prompt one line is read that the engine keeps up to date: no process is started, nothing is waited for.
# When all is well nothing is shown. Settings, before the line above:
#   STATUSWATCH_WIDTH=40      the most characters of the segment
#   STATUSWATCH_PLACE=left    left, right, or manual: then put "$STATUSWATCH_SEGMENT" into PROMPT or RPROMPT yourself
#   STATUSWATCH_ASCII=1       plain symbols; NO_COLOR=1: no colours
#   STATUSWATCH_UNKNOWN=1     a mark also when nothing is known
#   STATUSWATCH_REDRAW=1      redraw an idle prompt when the engine tells of a change; =30: look every so many seconds (not done without it)
#   STATUSWATCH_COLORS='down=red failing=208 unsure=none'    a name, a number of the 256 colours, bold, dim or none; also yours, recovering, unknown, stale
#   STATUSWATCH_SYMBOLS='down=x failing=!'                   other signs for the same levels
#   STATUSWATCH_PREFIX='['  STATUSWATCH_SUFFIX='] '          text before the segment and behind it (a space)

__statuswatch_setup() {
  emulate -L zsh
  zmodload zsh/datetime zsh/system zsh/sched 2>/dev/null || {
    print -u2 -r -- 'statuswatch: no prompt segment: this zsh lacks one of its modules zsh/datetime, zsh/system, zsh/sched'
    return 0
  }

  # The same places as the program's own, in the same order.
  typeset -g __statuswatch_file
  if [[ -n ${STATUSWATCH_HOME-} ]]; then
    __statuswatch_file=$STATUSWATCH_HOME/run/prompt
  elif [[ ${XDG_RUNTIME_DIR-} == /* && -d $XDG_RUNTIME_DIR && -O $XDG_RUNTIME_DIR ]]; then
    __statuswatch_file=$XDG_RUNTIME_DIR/statuswatch/prompt
  else
    __statuswatch_file=/tmp/statuswatch-$EUID/prompt
  fi

  __statuswatch_look
  typeset -g __statuswatch_line= __statuswatch_expires= __statuswatch_level= __statuswatch_label= __statuswatch_placed=
  typeset -gi __statuswatch_never=999999999999 __statuswatch_until=0
  typeset -g __statuswatch_awake=${__statuswatch_awake-}
  __statuswatch_show ''
  autoload -Uz add-zsh-hook && add-zsh-hook precmd __statuswatch_precmd
}

# Signs, colours and text around them, as the settings have them. What is no setting that we know is passed over.
__statuswatch_look() {
  emulate -L zsh
  local pair key colour
  local -i place=31
  typeset -gA __statuswatch_mark __statuswatch_place_of
  local -A colours=(down red failing yellow yours yellow unsure yellow recovering cyan unknown dim stale dim)
  __statuswatch_mark=(down X failing '!' yours '!' unsure '?' recovering '^' unknown - stale '?')
  if ! [[ -n ${STATUSWATCH_ASCII-} || ${TERM-} == (dumb|linux) || ${(L)${LC_ALL:-${LC_CTYPE:-${LANG-}}}} != *utf(-|)8* ]]; then
    __statuswatch_mark+=(down ● failing ▲ yours ▲ unsure ◌ recovering ↑ unknown –)
  fi
  for pair in ${(s: :)STATUSWATCH_SYMBOLS-}; do
    [[ $pair == *=?* && -n ${__statuswatch_mark[${pair%%=*}]-} ]] && __statuswatch_mark[${pair%%=*}]=${${pair#*=}[1,8]}
  done
  for pair in ${(s: :)STATUSWATCH_COLORS-}; do
    [[ ${pair#*=} == (none|bold|dim|black|red|green|yellow|blue|magenta|cyan|white|<0-255>) && -n ${colours[${pair%%=*}]-} ]] && colours[${pair%%=*}]=${pair#*=}
  done

  # The text goes through psvar: zsh shows that as it is, expands nothing in it and makes control characters visible. Which of the elements from 31 on
  # holds it decides the colour: only these fixed words are ever expanded.
  typeset -g STATUSWATCH_SEGMENT=
  for key in down failing yours unsure recovering unknown stale; do
    __statuswatch_place_of[$key]=$place
    colour=${colours[$key]}
    [[ -n ${NO_COLOR-} ]] && colour=none
    case $colour in
      (none) STATUSWATCH_SEGMENT+="%($place""V.%$place""v%38v.)" ;;
      (bold) STATUSWATCH_SEGMENT+="%($place""V.%B%$place""v%b%38v.)" ;;
      (dim) STATUSWATCH_SEGMENT+="%($place""V.%{"$'\e[2m'"%}%$place""v%{"$'\e[22m'"%}%38v.)" ;;
      (*) STATUSWATCH_SEGMENT+="%($place""V.%F{$colour}%$place""v%f%38v.)" ;;
    esac
    (( place++ ))
  done
  psvar[38]=${STATUSWATCH_SUFFIX- }
}

# What runs before each prompt. No options are set and no arrays are used on the usual way through it: those cost more than the rest.
__statuswatch_precmd() {
  __statuswatch_read
  if [[ "$PROMPT${RPROMPT-}" != "$__statuswatch_placed" ]]; then __statuswatch_place; fi
  if [[ -n "${STATUSWATCH_REDRAW-}" && -z "$__statuswatch_awake" ]]; then __statuswatch_wake; fi
}

__statuswatch_read() {
  local line=
  # Only a plain file: a pipe would block. Never more than 200 bytes.
  if [[ -f "$__statuswatch_file" && -r "$__statuswatch_file" ]]; then
    sysread -s 200 line <"$__statuswatch_file"
  fi
  if [[ "$line" != "$__statuswatch_line" ]] || (( EPOCHSECONDS >= __statuswatch_until )); then __statuswatch_change "$line"; fi
}

# Something is not as it was at the last prompt: the line, or the time it holds to.
__statuswatch_change() {
  emulate -L zsh
  [[ "$1" == "$__statuswatch_line" ]] || __statuswatch_parse "$1"
  __statuswatch_until=$__statuswatch_never
  if [[ -z "$__statuswatch_expires" ]] || (( EPOCHSECONDS >= __statuswatch_expires + 43200 )); then
    __statuswatch_show ''
  elif (( EPOCHSECONDS >= __statuswatch_expires )); then
    # Nobody keeps the line true any more. For half a day a mark says so; what the line said is not repeated.
    __statuswatch_until=$(( __statuswatch_expires + 43200 ))
    __statuswatch_show stale
  else
    __statuswatch_until=$__statuswatch_expires
    __statuswatch_show live
  fi
}

# A line that was not there before: sets the level, the label and the time it holds to; no time where there is nothing to show.
__statuswatch_parse() {
  emulate -L zsh
  local -a field
  __statuswatch_line=$1 __statuswatch_expires=
  # Half a line is none, and anybody else's file has nothing to say.
  [[ $1 == *$'\n'* && -O $__statuswatch_file ]] || return 0
  field=("${(@ps:\t:)${1%%$'\n'*}}")
  # Digits before any arithmetic, and one alphabet for the text: whatever else may stand in the file gets no further than this line.
  [[ $#field == 4 && $field[1] == 1 && $field[2] == <-> && $#field[2] -le 12 && $field[3] != (|*[^a-z]*) && $field[4] != *[^A-Za-z0-9\ .:+_-]* ]] || return 0
  [[ $field[3] == ok || ( $field[3] == unknown && -z ${STATUSWATCH_UNKNOWN-} ) ]] && return 0
  __statuswatch_expires=$(( 10#$field[2] )) __statuswatch_level=$field[3] __statuswatch_label=${field[4]:-$field[3]}
}

# Sets psvar[31] to psvar[37]: at most one of them to the segment, the others to nothing.
__statuswatch_show() {
  emulate -L zsh
  local text kind=unsure
  local -i width=40
  psvar[31]= psvar[32]= psvar[33]= psvar[34]= psvar[35]= psvar[36]= psvar[37]=
  case $1 in
    ('') return 0 ;;
    (stale) kind=stale text=${__statuswatch_mark[stale]} ;;
    (*)
      [[ -n ${__statuswatch_mark[$__statuswatch_level]-} ]] && kind=$__statuswatch_level
      text="${__statuswatch_mark[$kind]} $__statuswatch_label" ;;
  esac
  [[ ${STATUSWATCH_WIDTH-} == <1-200> ]] && width=$STATUSWATCH_WIDTH
  psvar[$__statuswatch_place_of[$kind]]=${STATUSWATCH_PREFIX-}${text[1,width]}
}

# Puts the segment in its place once, and again where a theme has written its prompt anew. Not before a line break that the prompt starts with.
__statuswatch_place() {
  emulate -L zsh -o extended_glob
  local breaks
  case ${STATUSWATCH_PLACE:-left} in
    (left)
      if [[ $PROMPT != *'%(31V.'* ]]; then
        breaks=${(M)PROMPT##$'\n'##}
        PROMPT=$breaks$STATUSWATCH_SEGMENT${PROMPT#$breaks}
      fi ;;
    (right) [[ ${RPROMPT-} == *'%(31V.'* ]] || RPROMPT=$STATUSWATCH_SEGMENT${RPROMPT-} ;;
  esac
  __statuswatch_placed=$PROMPT${RPROMPT-}
}

# Whoever wants it has a waiting prompt drawn anew: when the engine says so (STATUSWATCH_REDRAW=1), or every so many seconds.
__statuswatch_wake() {
  emulate -L zsh
  if [[ $STATUSWATCH_REDRAW == <5-86400> ]]; then
    __statuswatch_awake=clock
    sched +$STATUSWATCH_REDRAW __statuswatch_tick
  elif [[ -o interactive && -S ${__statuswatch_file:h}/prompt.sock ]] && zmodload zsh/net/socket 2>/dev/null; then
    # A connection starts nothing and waits for nobody; an engine that is gone leaves a socket that refuses.
    zsocket ${__statuswatch_file:h}/prompt.sock 2>/dev/null || return 0
    __statuswatch_awake=$REPLY
    zle -F $__statuswatch_awake __statuswatch_heard
  fi
  return 0
}

__statuswatch_heard() {
  emulate -L zsh
  local word
  # What comes is only a knock: the line is read where it always is. No more to come: the engine has gone.
  if [[ -n ${2-} ]] || ! sysread -s 512 -i $1 word; then
    zle -F $1
    exec {__statuswatch_awake}>&-
    __statuswatch_awake=
  fi
  __statuswatch_redraw
}

__statuswatch_tick() {
  emulate -L zsh
  __statuswatch_awake=
  __statuswatch_redraw
  [[ -n ${STATUSWATCH_REDRAW-} ]] && __statuswatch_wake
  return 0
}

__statuswatch_redraw() {
  emulate -L zsh
  local before="${(j:|:)psvar[31,37]}"
  __statuswatch_read
  [[ "${(j:|:)psvar[31,37]}" != "$before" ]] && zle && zle reset-prompt
  return 0
}

__statuswatch_setup
unfunction __statuswatch_setup __statuswatch_look
