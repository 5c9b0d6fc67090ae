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

  autoload -Uz add-zsh-hook && add-zsh-hook precmd __statuswatch_precmd
}

# Sets psvar[31] to psvar[35]: at most one of them to the segment, the others to nothing.
__statuswatch_read() {
  emulate -L zsh
  [[ -n $psvar[31]$psvar[32]$psvar[33]$psvar[34]$psvar[35] ]] && psvar[31]= psvar[32]= psvar[33]= psvar[34]= psvar[35]=
  # Only a plain file of this user's: a pipe would block, and anybody else's file has nothing to say.
  [[ -f $__statuswatch_file && -O $__statuswatch_file && -r $__statuswatch_file ]] || return 0
  local line width=40 label
  local -a field
  sysread -s 200 line <$__statuswatch_file || [[ -n $line ]] || return 0
  [[ $line == *$'\n'* ]] || return 0
  field=("${(@ps:\t:)${line%%$'\n'*}}")
  # Digits before any arithmetic, and one alphabet for the text: whatever else may stand in the file gets no further than this line.
  [[ $#field == 4 && $field[1] == 1 && $field[2] == <-> && $#field[2] -le 12 && $field[3] != (|*[^a-z]*) && $field[4] != *[^A-Za-z0-9\ .:+_-]* ]] || return 0
  [[ $field[3] == ok || ( $field[3] == unknown && -z ${STATUSWATCH_UNKNOWN-} ) ]] && return 0
  if (( EPOCHSECONDS >= field[2] )); then
    # Nobody keeps the line true any more. For half a day a mark says so; what the line said is not repeated.
    (( EPOCHSECONDS < field[2] + 43200 )) && psvar[35]='?'
    return 0
  fi
  [[ ${STATUSWATCH_WIDTH-} == <1-200> ]] && width=$STATUSWATCH_WIDTH
  label="${__statuswatch_mark[$field[3]]:-$__statuswatch_mark[unsure]} ${field[4]:-$field[3]}"
  label=${label[1,width]}
  case $field[3] in
    (down) psvar[31]=$label ;;
    (failing|yours) psvar[32]=$label ;;
    (recovering) psvar[34]=$label ;;
    (unknown) psvar[35]=$label ;;
    (*) psvar[33]=$label ;;
  esac
}

__statuswatch_precmd() {
  emulate -L zsh -o extended_glob
  __statuswatch_read
  # Put in its place once, and again where a theme has written its prompt anew. Not before a line break that the prompt starts with.
  local breaks
  case ${STATUSWATCH_PLACE:-left} in
    (left)
      if [[ $PROMPT != *'%(31V.'* ]]; then
        breaks=${(M)PROMPT##$'\n'##}
        PROMPT=$breaks$STATUSWATCH_SEGMENT${PROMPT#$breaks}
      fi ;;
    (right) [[ $RPROMPT == *'%(31V.'* ]] || RPROMPT=$STATUSWATCH_SEGMENT$RPROMPT ;;
  esac
  [[ ${STATUSWATCH_REDRAW-} == <5-86400> && -z ${__statuswatch_ticking-} ]] && { typeset -g __statuswatch_ticking=1; sched +$STATUSWATCH_REDRAW __statuswatch_tick }
  return 0
}

__statuswatch_tick() {
  emulate -L zsh
  local before="$psvar[31]$psvar[32]$psvar[33]$psvar[34]$psvar[35]"
  __statuswatch_read
  [[ "$psvar[31]$psvar[32]$psvar[33]$psvar[34]$psvar[35]" != "$before" ]] && zle && zle reset-prompt
  unset __statuswatch_ticking
  [[ ${STATUSWATCH_REDRAW-} == <5-86400> ]] && { typeset -g __statuswatch_ticking=1; sched +$STATUSWATCH_REDRAW __statuswatch_tick }
  return 0
}

__statuswatch_setup
unfunction __statuswatch_setup
