# statuswatch in a nushell prompt. Install with: statuswatch setup nushell
#
# Before each prompt one line is read that the engine keeps up to date: no process is started, nothing is waited for. When all is well nothing is shown.
# Settings, as environment variables: STATUSWATCH_WIDTH, STATUSWATCH_PLACE (left, right or manual: then call statuswatch_segment in a prompt of your own),
# STATUSWATCH_ASCII, STATUSWATCH_UNKNOWN, NO_COLOR.

# The segment with a space behind it, or nothing.
def statuswatch_segment []: nothing -> string {
    try {
        let runtime = ($env.XDG_RUNTIME_DIR? | default "")
        let file = if ($env.STATUSWATCH_HOME? | is-not-empty) {
            $env.STATUSWATCH_HOME | path join run prompt
        } else if ($runtime | str starts-with "/") and ($runtime | path exists) {
            $runtime | path join statuswatch prompt
        } else {
            return ""
        }
        # Only a plain and small file: a pipe would block.
        let found = (ls --long --directory $file | first)
        if $found.type != file or $found.size > 200B { return "" }
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
