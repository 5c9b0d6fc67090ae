# statuswatch in a zsh prompt. Install with one line at the end of ~/.zshrc, or source this file there:
#   eval "$(statuswatch prompt init zsh)"
#
# Before each prompt one line is read that the engine keeps up to date: no process is started, nothing is waited for.
# When all is well nothing is shown. Settings, before the line above:
#   STATUSWATCH_WIDTH=40      the most characters of the segment
#   STATUSWATCH_PLACE=left    left, right, or manual: then put "$STATUSWATCH_SEGMENT" into PROMPT or RPROMPT yourself
#   STATUSWATCH_ASCII=1       plain symbols; NO_COLOR=1: no colours
#   STATUSWATCH_UNKNOWN=1     a mark also when nothing is known
#   STATUSWATCH_REDRAW=30     every so many seconds, redraw an idle prompt whose segment has changed (not done without it)

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

  typeset -gA __statuswatch_mark
  if [[ -n ${STATUSWATCH_ASCII-} || ${TERM-} == (dumb|linux) || ${(L)${LC_ALL:-${LC_CTYPE:-${LANG-}}}} != *utf(-|)8* ]]; then
    __statuswatch_mark=(down X failing '!' yours '!' unsure '?' recovering '^' unknown -)
  else
    __statuswatch_mark=(down ● failing ▲ yours ▲ unsure ◌ recovering ↑ unknown –)
  fi

  # The text goes through psvar: zsh shows that as it is, expands nothing in it and makes control characters visible. Which of the five elements
  # holds it decides the colour (31 down, 32 failing, 33 not sure, 34 coming back, 35 dim): only these fixed words are ever expanded.
  typeset -g STATUSWATCH_SEGMENT
  if [[ -n ${NO_COLOR-} ]]; then
    STATUSWATCH_SEGMENT='%(31V.%31v .)%(32V.%32v .)%(33V.%33v .)%(34V.%34v .)%(35V.%35v .)'
  else
    STATUSWATCH_SEGMENT='%(31V.%F{red}%31v%f .)%(32V.%F{yellow}%32v%f .)%(33V.%F{yellow}%33v%f .)%(34V.%F{cyan}%34v%f .)'
    STATUSWATCH_SEGMENT+=$'%(35V.%{\e[2m%}%35v%{\e[22m%} .)'
  fi

  typeset -g __statuswatch_line= __statuswatch_expires= __statuswatch_level= __statuswatch_label= __statuswatch_shown= __statuswatch_placed=
  typeset -g __statuswatch_ticking=${__statuswatch_ticking-}
  __statuswatch_show ''
  autoload -Uz add-zsh-hook && add-zsh-hook precmd __statuswatch_precmd
}

# What runs before each prompt. No options are set and no arrays are used on the usual way through it: those cost more than the rest.
__statuswatch_precmd() {
  __statuswatch_read
  if [[ "$PROMPT${RPROMPT-}" != "$__statuswatch_placed" ]]; then __statuswatch_place; fi
  if [[ -n "${STATUSWATCH_REDRAW-}" && -z "$__statuswatch_ticking" ]]; then __statuswatch_wind; fi
}

__statuswatch_read() {
  local line=
  # Only a plain file of this user's: a pipe would block, and anybody else's file has nothing to say.
  if [[ -f "$__statuswatch_file" && -O "$__statuswatch_file" && -r "$__statuswatch_file" ]]; then
    sysread -s 200 line <"$__statuswatch_file"
  fi
  if [[ "$line" != "$__statuswatch_line" ]]; then __statuswatch_parse "$line"; fi
  if [[ -n "$__statuswatch_expires" ]]; then
    if (( EPOCHSECONDS < __statuswatch_expires )); then
      if [[ "$__statuswatch_shown" != live ]]; then __statuswatch_show live; fi
    # Nobody keeps the line true any more. For half a day a mark says so; what the line said is not repeated.
    elif (( EPOCHSECONDS < __statuswatch_expires + 43200 )); then
      if [[ "$__statuswatch_shown" != stale ]]; then __statuswatch_show stale; fi
    elif [[ -n "$__statuswatch_shown" ]]; then
      __statuswatch_show ''
    fi
  fi
}

# A line that was not there before: sets the level, the label and the time it holds to; no time where there is nothing to show.
__statuswatch_parse() {
  emulate -L zsh
  local -a field
  __statuswatch_line=$1 __statuswatch_expires=
  __statuswatch_show ''
  [[ $1 == *$'\n'* ]] || return 0
  field=("${(@ps:\t:)${1%%$'\n'*}}")
  # Digits before any arithmetic, and one alphabet for the text: whatever else may stand in the file gets no further than this line.
  [[ $#field == 4 && $field[1] == 1 && $field[2] == <-> && $#field[2] -le 12 && $field[3] != (|*[^a-z]*) && $field[4] != *[^A-Za-z0-9\ .:+_-]* ]] || return 0
  [[ $field[3] == ok || ( $field[3] == unknown && -z ${STATUSWATCH_UNKNOWN-} ) ]] && return 0
  __statuswatch_expires=$(( 10#$field[2] )) __statuswatch_level=$field[3] __statuswatch_label=${field[4]:-$field[3]}
}

# Sets psvar[31] to psvar[35]: at most one of them to the segment, the others to nothing.
__statuswatch_show() {
  emulate -L zsh
  local text width=40
  __statuswatch_shown=$1
  psvar[31]= psvar[32]= psvar[33]= psvar[34]= psvar[35]=
  case $1 in
    (stale) psvar[35]='?' ;;
    (live)
      [[ ${STATUSWATCH_WIDTH-} == <1-200> ]] && width=$STATUSWATCH_WIDTH
      text="${__statuswatch_mark[$__statuswatch_level]:-$__statuswatch_mark[unsure]} $__statuswatch_label"
      text=${text[1,width]}
      case $__statuswatch_level in
        (down) psvar[31]=$text ;;
        (failing|yours) psvar[32]=$text ;;
        (recovering) psvar[34]=$text ;;
        (unknown) psvar[35]=$text ;;
        (*) psvar[33]=$text ;;
      esac ;;
  esac
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

__statuswatch_wind() {
  emulate -L zsh
  __statuswatch_ticking=
  [[ ${STATUSWATCH_REDRAW-} == <5-86400> ]] && __statuswatch_ticking=1 && sched +$STATUSWATCH_REDRAW __statuswatch_tick
  return 0
}

__statuswatch_tick() {
  emulate -L zsh
  local before="$psvar[31]$psvar[32]$psvar[33]$psvar[34]$psvar[35]"
  __statuswatch_read
  [[ "$psvar[31]$psvar[32]$psvar[33]$psvar[34]$psvar[35]" != "$before" ]] && zle && zle reset-prompt
  __statuswatch_wind
}

__statuswatch_setup
unfunction __statuswatch_setup
