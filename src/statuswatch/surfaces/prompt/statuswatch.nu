# statuswatch in a nushell prompt. Install with: statuswatch setup nushell
#
# Before each prompt one line is read that the engine keeps up to date: no process is started, nothing is waited for. When all is well nothing is shown.
# Settings, as environment variables: STATUSWATCH_WIDTH, STATUSWATCH_PLACE (left, right or manual: then call statuswatch_segment in a prompt of your own),
# STATUSWATCH_ASCII, STATUSWATCH_UNKNOWN, NO_COLOR.

# The number of the user who runs this. nushell does not tell it; Linux does.
def statuswatch_number []: nothing -> string {
    open --raw /proc/self/status | into binary | decode utf-8 | parse --regex '\nUid:\t[0-9]+\t(?P<me>[0-9]+)\t' | get 0.me
}

# Who runs this, as `ls` calls the owners of files: a name, or the number of a user without one.
def statuswatch_me []: nothing -> string {
    try { whoami } catch { statuswatch_number }
}

# Whether what `ls` found is this user's. A system without users has no owners.
def statuswatch_mine [me: string]: record -> bool {
    let owner = $in.user?
    $owner == null or ($owner | into string) == $me
}

# The same places as the program's own, in the same order.
def statuswatch_file [me: string]: nothing -> string {
    let runtime = ($env.XDG_RUNTIME_DIR? | default "")
    if ($env.STATUSWATCH_HOME? | is-not-empty) { return ($env.STATUSWATCH_HOME | path join run prompt) }
    if ($runtime | str starts-with "/") and ($runtime | path exists) {
        let place = (ls --long --directory ($runtime | path expand) | first)
        if $place.type == dir and ($place | statuswatch_mine $me) { return ($runtime | path join statuswatch prompt) }
    }
    # Where the number is not known, the folder is known by its owner.
    let number = (try { statuswatch_number } catch { "[0-9]*" })
    let own = (ls --long --directory ($"/tmp/statuswatch-($number)" | into glob) | where name =~ '\A/tmp/statuswatch-[0-9]+\z' and type == dir)
    $own | where {|place| $place | statuswatch_mine $me } | first | get name | path join prompt
}

# The segment with a space behind it, or nothing.
def statuswatch_segment []: nothing -> string {
    try {
        let me = (statuswatch_me)
        let file = (statuswatch_file $me)
        # Only a plain and small file of this user's: a pipe would block, and anybody else's has nothing to say.
        let found = (ls --long --directory $file | first)
        if $found.type != file or $found.size > 200B or not ($found | statuswatch_mine $me) { return "" }
        let line = (open --raw $file | into binary | decode utf-8)
        # Digits before any arithmetic, and one alphabet for the text: whatever else may stand in the file gets no further than this line.
        let fields = ($line | parse --regex '\A1\t(?P<expires>[0-9]{1,12})\t(?P<level>[a-z]+)\t(?P<label>[A-Za-z0-9 .:+_-]*)\n')
        if ($fields | is-empty) { return "" }
        let level = $fields.0.level
        if $level == ok or ($level == unknown and ($env.STATUSWATCH_UNKNOWN? | is-empty)) { return "" }
        let now = ((date now | into int) // 1_000_000_000)
        let expires = ($fields.0.expires | into int)
        if $now >= $expires + 43200 { return "" }
        let stale = $now >= $expires
        let plain = ($env.STATUSWATCH_ASCII? | is-not-empty) or ($env.TERM? | default "") in [dumb linux]
        let looks = {
            down: [● X red] failing: [▲ "!" yellow] yours: [▲ "!" yellow] unsure: [◌ "?" yellow] recovering: [↑ ^ cyan] unknown: [– - attr_dimmed] stale: ["?" "?" attr_dimmed]
        }
        let kind = if $stale { "stale" } else if $level in ($looks | columns) and $level != stale { $level } else { "unsure" }
        let look = ($looks | get $kind)
        let sign = if $plain { $look.1 } else { $look.0 }
        let label = if ($fields.0.label | is-empty) { $level } else { $fields.0.label }
        let wide = ($env.STATUSWATCH_WIDTH? | default 40 | into int)
        let text = if $stale { $sign } else { $"($sign) ($label)" | str substring --grapheme-clusters 0..($wide - 1) }
        if ($env.NO_COLOR? | is-not-empty) { $"($text) " } else { $"(ansi ($look.2))($text)(ansi reset) " }
    } catch {
        ""
    }
}

# What was there is a closure or a text; it is called as it was.
def statuswatch_shown [before: any]: nothing -> string {
    if ($before | describe) == closure { do $before } else { $before | default "" }
}

if not ($env.STATUSWATCH_PLACED? | default false) {
    $env.STATUSWATCH_PLACED = true
    match ($env.STATUSWATCH_PLACE? | default left) {
        "manual" => { }
        "right" => {
            let before = $env.PROMPT_COMMAND_RIGHT?
            $env.PROMPT_COMMAND_RIGHT = {|| $"(statuswatch_segment)(statuswatch_shown $before)" }
        }
        _ => {
            let before = $env.PROMPT_COMMAND?
            $env.PROMPT_COMMAND = {|| $"(statuswatch_segment)(statuswatch_shown $before)" }
        }
    }
}
