# statuswatch in a fish prompt. Install with one line in ~/.config/fish/config.fish, or source this file there:
#   statuswatch prompt init fish | source
#
# Before each prompt one line is read that the engine keeps up to date: no process is started, nothing is waited for.
# When all is well nothing is shown. Settings, before the line above:
#   set -g STATUSWATCH_WIDTH 40      the most characters of the segment
#   set -g STATUSWATCH_PLACE left    left, right, or manual: then call statuswatch_segment in a prompt function yourself
#   set -g STATUSWATCH_ASCII 1       plain symbols; NO_COLOR: no colours
#   set -g STATUSWATCH_UNKNOWN 1     a mark also when nothing is known
# Needs fish 3.5 for the time of day without a process.

if not status is-interactive
    # a script has no prompt
else if not builtin -q path
    echo 'statuswatch: no prompt segment: it needs fish 3.5 or newer' >&2
else
    # The same places as the program's own, in the same order.
    if test -n "$STATUSWATCH_HOME"
        set -g __statuswatch_file $STATUSWATCH_HOME/run/prompt
    else if string match -q '/*' -- "$XDG_RUNTIME_DIR"; and test -d "$XDG_RUNTIME_DIR"; and test -O "$XDG_RUNTIME_DIR"
        set -g __statuswatch_file $XDG_RUNTIME_DIR/statuswatch/prompt
    else
        # fish has no variable for the user's number: asked once, here, and never in a prompt
        set -g __statuswatch_file /tmp/statuswatch-(command id -u)/prompt
    end
    set -g __statuswatch_mark ● ▲ ◌ ↑ –
    set -l locale $LC_ALL $LC_CTYPE $LANG
    if test -n "$STATUSWATCH_ASCII"; or contains -- "$TERM" dumb linux; or not string match -qir 'utf-?8' -- "$locale[1]"
        set -g __statuswatch_mark X ! \? ^ -
    end
    set -g __statuswatch_line
    set -g __statuswatch_text
    set -g __statuswatch_live
    set -g __statuswatch_stale '? '
    test -n "$NO_COLOR"
    or set -g __statuswatch_stale (set_color --dim)'?'(set_color normal)' '
    set -g __statuswatch_life

    # fish puts the status of the last command back after an event, so the prompt itself sees it as it was. Command substitutions and `math` cost more
    # than all of this, so there is none while all is well, and one in trouble.
    function __statuswatch_read --on-event fish_prompt --description 'Read what the statuswatch engine wrote'
        set -l line
        # Only a plain file of this user's: a pipe would block, and anybody else's file has nothing to say. More than 200 characters are never read.
        test -f "$__statuswatch_file" -a -O "$__statuswatch_file" -a -r "$__statuswatch_file"
        and read -z -n 200 line <$__statuswatch_file
        test "$line" = "$__statuswatch_line"
        or __statuswatch_parse "$line"
        test -n "$__statuswatch_life"
        or return 0
        set -l age (path mtime -R -- $__statuswatch_file)
        if test "$age" -lt "$__statuswatch_life"
            set -g __statuswatch_text $__statuswatch_live
        else if test "$age" -lt (math "$__statuswatch_life + 43200")
            # Nobody keeps the line true any more. For half a day a mark says so; what the line said is not repeated.
            set -g __statuswatch_text $__statuswatch_stale
        else
            set -g __statuswatch_text
        end
    end

    # A line that was not there before: sets the text, and for how long after the file was written it holds; no time where there is nothing to show.
    function __statuswatch_parse --description 'Take in a new line' --argument-names line
        set -g __statuswatch_line $line
        set -g __statuswatch_text
        set -g __statuswatch_life
        set -l expires
        set -l level
        set -l label
        # Digits before any arithmetic, and one alphabet for the text: whatever else may stand in the file gets no further than this line.
        string match -qr '\A1\t(?<expires>[0-9]{1,12})\t(?<level>[a-z]{1,200})\t(?<label>[A-Za-z0-9 .:+_-]*)\n' -- "$line"
        or return 0
        test "$level" = ok
        and return 0
        test "$level" = unknown -a -z "$STATUSWATCH_UNKNOWN"
        and return 0
        # the time of day is not to be had without a process, the age of a file is
        set -l written (path mtime -- $__statuswatch_file)
        or return 0
        set -g __statuswatch_life (math "$expires - $written")
        test -n "$label"
        or set label $level
        set -l mark $__statuswatch_mark[3]
        set -l colour yellow
        switch $level
            case down
                set mark $__statuswatch_mark[1]
                set colour red
            case failing yours
                set mark $__statuswatch_mark[2]
            case recovering
                set mark $__statuswatch_mark[4]
                set colour cyan
            case unknown
                set mark $__statuswatch_mark[5]
                set colour --dim
        end
        set -l width 40
        string match -qr '\A[1-9][0-9]{0,2}\z' -- "$STATUSWATCH_WIDTH"
        and set width $STATUSWATCH_WIDTH
        set -l text (string sub -l $width -- "$mark $label")
        set -g __statuswatch_live "$text "
        test -n "$NO_COLOR"
        or set -g __statuswatch_live (set_color $colour)"$text"(set_color normal)' '
    end

    # For a prompt function of your own.
    function statuswatch_segment --description 'The statuswatch segment with a space behind it, or nothing'
        test -n "$__statuswatch_text"
        and printf '%s' $__statuswatch_text
        return 0
    end

    switch "$STATUSWATCH_PLACE"
        case manual
        case right
            if not functions -q __statuswatch_right_before
                functions -q fish_right_prompt
                or function fish_right_prompt
                end
                functions -c fish_right_prompt __statuswatch_right_before
                function fish_right_prompt --description 'statuswatch, then the right prompt that was there'
                    # first, so that it sees the last command's status
                    set -l before (__statuswatch_right_before | string collect -N)
                    statuswatch_segment
                    printf '%s' "$before"
                end
            end
        case '*'
            if not functions -q __statuswatch_left_before
                functions -q fish_prompt
                and functions -c fish_prompt __statuswatch_left_before
                function fish_prompt --description 'statuswatch, then the prompt that was there'
                    # first, so that it sees the last command's status
                    set -l before (__statuswatch_left_before | string collect -N)
                    statuswatch_segment
                    printf '%s' "$before"
                end
            end
    end
end
