# The statuswatch segment for tools that can only run a program: starship, oh-my-posh, a status bar. POSIX sh; prints one line, or nothing while all is well.
#   sh statuswatch.sh
#   sh statuswatch.sh claude-code [COMMAND]     the status line of Claude Code, with its JSON on stdin; COMMAND is a status line of your own and runs first
#
# It reads one line that the engine keeps up to date and looks at the clock; it always ends with 0, or as COMMAND does. Settings, as environment variables:
# STATUSWATCH_WIDTH, STATUSWATCH_ASCII, STATUSWATCH_UNKNOWN, NO_COLOR.

# Sets level and label where there is something to show, `stale` in level where nobody keeps the line true any more.
statuswatch_read() {
  level='' label=''
  if [ -n "${STATUSWATCH_HOME-}" ]; then
    file=$STATUSWATCH_HOME/run/prompt
  elif [ -d "${XDG_RUNTIME_DIR:-.none}" ] && [ -O "$XDG_RUNTIME_DIR" ] && [ "$XDG_RUNTIME_DIR" != "${XDG_RUNTIME_DIR#/}" ]; then
    file=$XDG_RUNTIME_DIR/statuswatch/prompt
  else
    file=/tmp/statuswatch-$(id -u)/prompt
  fi
  # Only a plain file of this user's, and never more than 200 bytes; what ends without a line break is half a line, and none.
  [ -f "$file" ] && [ -O "$file" ] && [ -r "$file" ] || return 0
  end='
'
  tab='	'
  line=$(dd bs=200 count=1 2>/dev/null <"$file" | tr -d '\000'; printf x)
  case $line in *"$end"*) line=${line%%"$end"*} ;; *) return 0 ;; esac
  case $line in 1"$tab"*"$tab"*"$tab"*) ;; *) return 0 ;; esac
  line=${line#*"$tab"} expires=${line%%"$tab"*}
  line=${line#*"$tab"} found=${line%%"$tab"*} text=${line#*"$tab"}
  # Digits before any arithmetic, and one alphabet for the text, written out because a range means other letters in other locales.
  case $expires in '' | ????????????? | ?????????????* | *[!0123456789]*) return 0 ;; esac
  case $found in '' | ok | *[!abcdefghijklmnopqrstuvwxyz]*) return 0 ;; esac
  case $text in *[!abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789\ .:+_-]*) return 0 ;; esac
  [ "$found" = unknown ] && [ -z "${STATUSWATCH_UNKNOWN-}" ] && return 0
  now=$(date +%s)
  # A number with a zero in front is not taken for an octal one.
  while [ "${expires#0}" != "$expires" ] && [ "$expires" != 0 ]; do expires=${expires#0}; done
  if [ "$now" -lt "$expires" ]; then
    level=$found label=${text:-$found}
  elif [ "$now" -lt $((expires + 43200)) ]; then
    level=stale
  fi
}

# Sets text to what is shown, and colour.
statuswatch_compose() {
  sign='?' colour=33
  case $level in
    down) sign=X colour=31 ;;
    failing | yours) sign='!' ;;
    recovering) sign='^' colour=36 ;;
    unknown) sign=- colour=2 ;;
    stale) colour=2 ;;
  esac
  case ${TERM-}:${LC_ALL:-${LC_CTYPE:-${LANG-}}} in
    dumb:* | linux:*) ;;
    *[Uu][Tt][Ff]8* | *[Uu][Tt][Ff]-8*)
      if [ -z "${STATUSWATCH_ASCII-}" ]; then
        case $level in down) sign=● ;; failing | yours) sign=▲ ;; recovering) sign=↑ ;; unknown) sign=– ;; stale) ;; *) sign=◌ ;; esac
      fi
      ;;
  esac
  width=38
  case ${STATUSWATCH_WIDTH-} in '' | 0* | *[!0123456789]* | ????*) ;; *) width=$((STATUSWATCH_WIDTH - 2)) ;; esac
  while [ "${#label}" -gt "$width" ] && [ -n "$label" ]; do label=${label%?}; done
  text=$sign${label:+ $label}
}

case ${1-} in
  claude-code)
    # Its input whole, a line break at its end with it: COMMAND gets the very same.
    input=$(cat && printf x) input=${input%x}
    statuswatch_read
    if [ -z "$level" ]; then
      [ $# -gt 1 ] || exit 0
      printf '%s' "$input" | sh -c "$2"
      exit
    fi
    statuswatch_compose
    # Trouble with another model than this session's is said less loudly.
    model=${input#*\"model\"}
    if [ "$model" != "$input" ]; then
      model=${model#*\"id\"} model=${model#*\"} model=${model%%\"*}
      case $level:$model in
        yours:* | stale:* | *:*"${label%% *}"*) ;;
        *) colour=2 ;;
      esac
    fi
    if [ -z "${NO_COLOR-}" ]; then
      escape=$(printf '\033')
      text="${escape}[${colour}m$text${escape}[0m"
    fi
    status=0
    if [ $# -gt 1 ]; then
      theirs=$(printf '%s' "$input" | sh -c "$2"; printf x%s $?)
      status=${theirs##*x} theirs=${theirs%x*}
      printf '%s' "$theirs"
      # Ours on a line of its own, below.
      case $theirs in '' | *'
') ;; *) printf '\n' ;; esac
    fi
    printf '%s\n' "$text"
    exit "$status"
    ;;
  '')
    statuswatch_read
    [ -n "$level" ] || exit 0
    statuswatch_compose
    printf '%s\n' "$text"
    ;;
esac
exit 0
