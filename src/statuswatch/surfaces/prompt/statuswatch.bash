# statuswatch in a bash prompt. Install with one line at the end of ~/.bashrc, or source this file there:
#   eval "$(statuswatch prompt init bash)"
#
# Before each prompt one line is read that the engine keeps up to date: no process is started, nothing is waited for.
# When all is well nothing is shown. Settings, before the line above:
#   STATUSWATCH_WIDTH=40      the most characters of the segment
#   STATUSWATCH_PLACE=left    left, or manual: then put "$STATUSWATCH_SEGMENT" into PS1 yourself
#   STATUSWATCH_ASCII=1       plain symbols; NO_COLOR=1: no colours
#   STATUSWATCH_UNKNOWN=1     a mark also when nothing is known
#   STATUSWATCH_COLORS='down=red failing=208 unsure=none'    a name, a number of the 256 colours, bold, dim or none; also yours, recovering, unknown, stale
#   STATUSWATCH_SYMBOLS='down=x failing=!'                   other signs for the same levels
#   STATUSWATCH_PREFIX='['  STATUSWATCH_SUFFIX='] '          text before the segment and behind it (a space)
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

  __statuswatch_look
  __statuswatch_line='' __statuswatch_expires='' __statuswatch_level='' __statuswatch_label='' __statuswatch_placed=''
  __statuswatch_never=999999999999 __statuswatch_until=0
  __statuswatch_show ''

  # bash 5 counts the seconds by itself. Named here, read by name in arithmetic.
  local hooks=(__statuswatch_prompt)
  __statuswatch_clock=EPOCHSECONDS
  if [[ -z ${EPOCHSECONDS-} ]]; then
    __statuswatch_clock=__statuswatch_now
    hooks=(__statuswatch_tell_time __statuswatch_prompt)
  fi

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
        PROMPT_COMMAND+=("${hooks[@]}")
      else
        local IFS=$'\n'
        # shellcheck disable=SC2128,SC2178
        PROMPT_COMMAND=${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}${hooks[*]}
      fi
      ;;
  esac
}

# Signs, colours and text around them, as the settings have them. What is no setting that we know is passed over.
__statuswatch_look() {
  local locale=${LC_ALL:-${LC_CTYPE:-${LANG-}}} pair value rest
  declare -gA __statuswatch_mark=([down]=X [failing]='!' [yours]='!' [unsure]='?' [recovering]=^ [unknown]=- [stale]='?')
  case ${TERM-}:${locale} in
    dumb:* | linux:*) ;;
    *[Uu][Tt][Ff]8* | *[Uu][Tt][Ff]-8*)
      [[ -n ${STATUSWATCH_ASCII-} ]] || __statuswatch_mark+=([down]=● [failing]=▲ [yours]=▲ [unsure]=◌ [recovering]=↑ [unknown]=–)
      ;;
  esac
  declare -gA __statuswatch_colour=([down]=31 [failing]=33 [yours]=33 [unsure]=33 [recovering]=36 [unknown]=2 [stale]=2)
  declare -A codes=([none]='' [bold]=1 [dim]=2 [black]=30 [red]=31 [green]=32 [yellow]=33 [blue]=34 [magenta]=35 [cyan]=36 [white]=37)
  # A terminal has no business in a setting: what it would act on is left out.
  rest="${STATUSWATCH_SYMBOLS-} "
  while [[ $rest == *' '* ]]; do
    pair=${rest%%' '*} rest=${rest#*' '}
    value=${pair#*=} value=${value//[[:cntrl:]]/}
    [[ $pair == ?*=?* && -n ${__statuswatch_mark[${pair%%=*}]+there} ]] && __statuswatch_mark[${pair%%=*}]=${value:0:8}
  done
  rest="${STATUSWATCH_COLORS-} "
  while [[ $rest == *' '* ]]; do
    pair=${rest%%' '*} rest=${rest#*' '}
    value=${pair#*=}
    [[ $pair == ?*=?* && -n ${__statuswatch_colour[${pair%%=*}]+there} ]] || continue
    if [[ $value != *[!0123456789]* && ${#value} -le 3 ]]; then
      __statuswatch_colour[${pair%%=*}]="38;5;$value"
    elif [[ -n ${codes[$value]+there} ]]; then
      __statuswatch_colour[${pair%%=*}]=${codes[$value]}
    fi
  done
  __statuswatch_prefix=${STATUSWATCH_PREFIX-} __statuswatch_suffix=${STATUSWATCH_SUFFIX- }
  __statuswatch_prefix=${__statuswatch_prefix//[[:cntrl:]]/} __statuswatch_suffix=${__statuswatch_suffix//[[:cntrl:]]/}
}

# What runs before each prompt. The commands before and behind this one, and the prompt, see the exit status that was there.
__statuswatch_prompt() {
  local __statuswatch_status=$? line=
  # Only a plain file: a pipe would block. Never more than 200 characters; what ends without a line break is half a line, and none.
  if [[ -f $__statuswatch_file && -r $__statuswatch_file ]]; then IFS= read -r -n 200 line <"$__statuswatch_file" || line=; fi
  # One look at the line, the prompt and the clock: each further command would cost as much as reading the file.
  [[ $line == "$__statuswatch_line" && ${PS1-} == "$__statuswatch_placed" && __statuswatch_clock -lt __statuswatch_until ]] || __statuswatch_change
  return $__statuswatch_status
}

# bash 4 has no variable for the time of day.
__statuswatch_tell_time() {
  local __statuswatch_status=$?
  printf -v __statuswatch_now '%(%s)T' -1
  return $__statuswatch_status
}

# Something is not as it was at the last prompt: the line, the time it holds to, or the prompt itself. `line` is the caller's.
__statuswatch_change() {
  local now=$((__statuswatch_clock))
  if [[ $line != "$__statuswatch_line" ]]; then __statuswatch_parse "$line"; fi
  __statuswatch_until=$__statuswatch_never
  if [[ -z $__statuswatch_expires ]] || ((now >= __statuswatch_expires + 43200)); then
    __statuswatch_show ''
  elif ((now >= __statuswatch_expires)); then
    # Nobody keeps the line true any more. For half a day a mark says so; what the line said is not repeated.
    __statuswatch_until=$((__statuswatch_expires + 43200))
    __statuswatch_show stale
  else
    __statuswatch_until=$__statuswatch_expires
    __statuswatch_show live
  fi
  if [[ ${PS1-} != "$__statuswatch_placed" ]]; then __statuswatch_place; fi
}

# A line that was not there before: sets the level, the label and the time it holds to; no time where there is nothing to show.
__statuswatch_parse() {
  __statuswatch_line=$1 __statuswatch_expires=''
  [[ ${#1} -lt 200 && $1 == 1$'\t'*$'\t'*$'\t'* ]] || return 0
  # Anybody else's file has nothing to say.
  [[ -O $__statuswatch_file ]] || return 0
  local rest expires level label
  rest=${1#*$'\t'} expires=${rest%%$'\t'*}
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
  __statuswatch_text='' __statuswatch_on='' __statuswatch_off='' __statuswatch_gap=''
  local kind=unsure text colour width=40
  case $1 in
    '') return 0 ;;
    stale) kind=stale text=${__statuswatch_mark[stale]} ;;
    *)
      [[ -z ${__statuswatch_mark[$__statuswatch_level]-} ]] || kind=$__statuswatch_level
      text="${__statuswatch_mark[$kind]} $__statuswatch_label"
      ;;
  esac
  case ${STATUSWATCH_WIDTH-} in
    '' | 0* | *[!0123456789]* | ????*) ;;
    *) width=$STATUSWATCH_WIDTH ;;
  esac
  colour=${__statuswatch_colour[$kind]}
  __statuswatch_text=$__statuswatch_prefix${text:0:width} __statuswatch_gap=$__statuswatch_suffix
  if [[ -z ${NO_COLOR-} && -n $colour ]]; then
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
unset -f __statuswatch_setup __statuswatch_look
