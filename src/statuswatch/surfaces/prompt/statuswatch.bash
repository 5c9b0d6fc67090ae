# statuswatch in a bash prompt. Install with one line at the end of ~/.bashrc, or source this file there:
#   eval "$(statuswatch prompt init bash)"
#
# Before each prompt one line is read that the engine keeps up to date: no process is started, nothing is waited for.
# When all is well nothing is shown. Settings, before the line above:
#   STATUSWATCH_WIDTH=40      the most characters of the segment
#   STATUSWATCH_PLACE=left    left, or manual: then put "$STATUSWATCH_SEGMENT" into PS1 yourself
#   STATUSWATCH_ASCII=1       plain symbols; NO_COLOR=1: no colours
#   STATUSWATCH_UNKNOWN=1     a mark also when nothing is known
# Needs bash 4.2 for the time of day without a process. A bash prompt is drawn once: it changes with the next prompt, not while it waits.

__statuswatch_setup() {
  if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 402)); then
    printf '%s\n' "statuswatch: no prompt segment: it needs bash 4.2 or newer, this is ${BASH_VERSION}" >&2
    return 0
  fi
  if ! shopt -q promptvars; then
    printf '%s\n' 'statuswatch: no prompt segment: it needs the shell option promptvars (shopt -s promptvars)' >&2
    return 0
  fi

  # The same places as the program's own, in the same order.
  if [[ -n ${STATUSWATCH_HOME-} ]]; then
    __statuswatch_file=$STATUSWATCH_HOME/run/prompt
  elif [[ ${XDG_RUNTIME_DIR-} == /* && -d $XDG_RUNTIME_DIR && -O $XDG_RUNTIME_DIR ]]; then
    __statuswatch_file=$XDG_RUNTIME_DIR/statuswatch/prompt
  else
    __statuswatch_file=/tmp/statuswatch-$EUID/prompt
  fi

  local locale=${LC_ALL:-${LC_CTYPE:-${LANG-}}}
  __statuswatch_ascii=1
  case ${TERM-}:${locale} in
    dumb:* | linux:*) ;;
    *[Uu][Tt][Ff]8* | *[Uu][Tt][Ff]-8*) [[ -n ${STATUSWATCH_ASCII-} ]] || __statuswatch_ascii= ;;
  esac
  __statuswatch_line='' __statuswatch_expires='' __statuswatch_level='' __statuswatch_label='' __statuswatch_placed=''
  # bash 5 counts the seconds by itself
  __statuswatch_clock=${EPOCHSECONDS:+1}
  __statuswatch_show ''

  # PS1 names the variables in single quotes: bash puts their values in and expands nothing in them.
  # shellcheck disable=SC2016,SC2034
  STATUSWATCH_SEGMENT='\[${__statuswatch_on}\]${__statuswatch_text}\[${__statuswatch_off}\]${__statuswatch_gap}'

  # Behind what is there, an array or a string, and once. A line break ends whatever the string ends with: a semicolon, a comment, nothing.
  local attributes
  attributes=$(declare -p PROMPT_COMMAND 2>/dev/null) || attributes=
  case "${PROMPT_COMMAND[*]-}" in
    *__statuswatch_prompt*) ;;
    *)
      if [[ $attributes == 'declare -a'* ]] && ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)); then
        PROMPT_COMMAND+=(__statuswatch_prompt)
      else
        # shellcheck disable=SC2128,SC2178
        PROMPT_COMMAND=${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}__statuswatch_prompt
      fi
      ;;
  esac
}

# What runs before each prompt. The commands before and behind this one, and the prompt, see the exit status that was there.
__statuswatch_prompt() {
  local __statuswatch_status=$? line='' now
  # Only a plain file of this user's: a pipe would block, and anybody else's file has nothing to say.
  # -N reads in one piece and never more than that; a file that ends earlier is no failure.
  if [[ -f $__statuswatch_file && -O $__statuswatch_file && -r $__statuswatch_file ]]; then
    read -r -N 200 line <"$__statuswatch_file" || :
  fi
  if [[ $line != "$__statuswatch_line" ]]; then __statuswatch_parse "$line"; fi
  if [[ -n $__statuswatch_expires ]]; then
    if [[ -n $__statuswatch_clock ]]; then now=$EPOCHSECONDS; else printf -v now '%(%s)T' -1; fi
    if ((now < __statuswatch_expires)); then
      if [[ $__statuswatch_shown != live ]]; then __statuswatch_show live; fi
    # Nobody keeps the line true any more. For half a day a mark says so; what the line said is not repeated.
    elif ((now < __statuswatch_expires + 43200)); then
      if [[ $__statuswatch_shown != stale ]]; then __statuswatch_show stale; fi
    elif [[ -n $__statuswatch_shown ]]; then
      __statuswatch_show ''
    fi
  fi
  if [[ ${PS1-} != "$__statuswatch_placed" ]]; then __statuswatch_place; fi
  return "$__statuswatch_status"
}

# A line that was not there before: sets the level, the label and the time it holds to; no time where there is nothing to show.
__statuswatch_parse() {
  __statuswatch_line=$1 __statuswatch_expires=''
  __statuswatch_show ''
  [[ $1 == *$'\n'* ]] || return 0
  local line=${1%%$'\n'*} rest expires level label
  [[ $line == 1$'\t'*$'\t'*$'\t'* ]] || return 0
  rest=${line#*$'\t'} expires=${rest%%$'\t'*}
  rest=${rest#*$'\t'} level=${rest%%$'\t'*} label=${rest#*$'\t'}
  # Digits before any arithmetic, and one alphabet for the text, written out because a range means other letters in other locales:
  # whatever else may stand in the file gets no further than these lines.
  [[ -z $expires || ${#expires} -gt 12 || $expires == *[!0123456789]* ]] && return 0
  [[ -z $level || $level == *[!abcdefghijklmnopqrstuvwxyz]* ]] && return 0
  [[ $label == *[!abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789\ .:+_-]* ]] && return 0
  [[ $level == ok ]] && return 0
  [[ $level == unknown && -z ${STATUSWATCH_UNKNOWN-} ]] && return 0
  __statuswatch_expires=$((10#$expires)) __statuswatch_level=$level __statuswatch_label=${label:-$level}
}

# Sets the four variables that PS1 names.
__statuswatch_show() {
  __statuswatch_shown=$1
  __statuswatch_text='' __statuswatch_on='' __statuswatch_off='' __statuswatch_gap=''
  local mark colour width=40
  case $1 in
    '') return 0 ;;
    stale) mark='?' colour=2 ;;
    *)
      case $__statuswatch_level in
        down) mark=● colour=31 ;;
        failing | yours) mark=▲ colour=33 ;;
        recovering) mark=↑ colour=36 ;;
        unknown) mark=– colour=2 ;;
        *) mark=◌ colour=33 ;;
      esac
      if [[ -n $__statuswatch_ascii ]]; then
        case $mark in ●) mark=X ;; ▲) mark=! ;; ↑) mark=^ ;; –) mark=- ;; *) mark='?' ;; esac
      fi
      mark="$mark $__statuswatch_label"
      ;;
  esac
  case ${STATUSWATCH_WIDTH-} in
    '' | 0* | *[!0123456789]* | ????*) ;;
    *) width=$STATUSWATCH_WIDTH ;;
  esac
  __statuswatch_text=${mark:0:width} __statuswatch_gap=' '
  if [[ -z ${NO_COLOR-} ]]; then
    __statuswatch_on=$'\e['${colour}m __statuswatch_off=$'\e[0m'
  fi
}

# Puts the segment in its place once, and again where a theme has written its prompt anew. Not before a line break that the prompt starts with.
__statuswatch_place() {
  # shellcheck disable=SC2016
  if [[ ${STATUSWATCH_PLACE:-left} == left && ${PS1-} != *'${__statuswatch_text}'* ]]; then
    local rest=${PS1-} breaks=''
    while [[ $rest == '\n'* ]]; do rest=${rest#'\n'} breaks+='\n'; done
    while [[ $rest == $'\n'* ]]; do rest=${rest#$'\n'} breaks+=$'\n'; done
    PS1=$breaks$STATUSWATCH_SEGMENT$rest
  fi
  __statuswatch_placed=${PS1-}
}

__statuswatch_setup
unset -f __statuswatch_setup
