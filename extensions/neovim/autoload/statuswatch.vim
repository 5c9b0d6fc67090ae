vim9script
# The status line's part for Vim 9: the one line that the engine keeps for shell prompts, read by Vim itself. No process, no connection.
# The line: 1, expires (seconds since 1970), level, label; separated by tabs. What is no such line shows nothing.

const FORM = '^1\t\(\d\{1,12}\)\t\(\l\+\)\t\([A-Za-z0-9 .:+_-]\{0,40}\)$'
const STALE_SECONDS = 12 * 3600
const LONGEST = 200

const SIGNS = {down: '●', failing: '▲', yours: '▲', unsure: '◌', recovering: '↑', unknown: '–'}
const PLAIN = {down: 'X', failing: '!', yours: '!', unsure: '?', recovering: '^', unknown: '-'}

var timer = 0
var shown = ''
var place = ''

# The user's number without a process: Linux tells it in a file.
def User(): string
  try
    for line in readfile('/proc/self/status', '', 20)
      const found = matchlist(line, '^Uid:\s*\(\d\+\)')
      if !empty(found)
        return found[1]
      endif
    endfor
  catch
  endtry
  return ''
enddef

# The same places as the program's own, in the same order.
def Place(): string
  if !empty(get(g:, 'statuswatch_file', ''))
    return g:statuswatch_file
  elseif $STATUSWATCH_HOME != ''
    return $STATUSWATCH_HOME .. '/run/prompt'
  elseif $XDG_RUNTIME_DIR =~ '^/' && filewritable($XDG_RUNTIME_DIR) == 2
    return $XDG_RUNTIME_DIR .. '/statuswatch/prompt'
  endif
  const user = User()
  return user == '' ? '' : '/tmp/statuswatch-' .. user .. '/prompt'
enddef

# Whether the folder is this user's alone. /tmp is everyone's: somebody else could have put one there.
def IsPrivate(folder: string): bool
  return filewritable(folder) == 2 && getftype(folder) == 'dir' && getfperm(folder)[3 :] == '------'
enddef

def Line(): string
  if place == ''
    place = Place()
  endif
  # A plain file only: reading a pipe would wait.
  if place == '' || getftype(place) != 'file' || getfsize(place) > LONGEST
    return ''
  endif
  if place =~ '^/tmp/statuswatch-\d\+/prompt$' && !IsPrivate(fnamemodify(place, ':h'))
    return ''
  endif
  try
    const lines = readfile(place, 'b', 3)
    # Half a line is none: a whole one ends with a line break, after which 'b' gives one more, empty item.
    return len(lines) == 2 && lines[1] == '' ? lines[0] : ''
  catch
    return ''
  endtry
enddef

def Read(): string
  const found = matchlist(Line(), FORM)
  if empty(found) || found[2] == 'ok' || found[2] == 'unknown'
    return ''
  endif
  const expires = str2nr(found[1])
  if localtime() >= expires
    return localtime() < expires + STALE_SECONDS ? '?' : ''
  endif
  const signs = get(g:, 'statuswatch_ascii', 0) || &encoding != 'utf-8' ? PLAIN : SIGNS
  return get(signs, found[2], signs.unsure) .. ' ' .. (found[3] == '' ? found[2] : found[3])
enddef

def Look(_: number)
  const now = Read()
  if now != shown
    shown = now
    redrawstatus!
  endif
enddef

# The part, for %{statuswatch#statusline()}. The first call reads the line and starts the timer.
export def Statusline(): string
  if timer == 0
    const pause = get(g:, 'statuswatch_look_ms', 5000)
    timer = pause > 0 && has('timers') ? timer_start(max([pause, 100]), Look, {repeat: -1}) : -1
    shown = Read()
  elseif timer == -1
    shown = Read()
  endif
  return shown
enddef
