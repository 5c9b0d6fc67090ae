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
    set -g __statuswatch_text
    set -g __statuswatch_colour

    # fish puts the status of the last command back after an event, so the prompt itself sees it as it was.
    function __statuswatch_read --on-event fish_prompt --description 'Read what the statuswatch engine wrote'
        set -g __statuswatch_text
        # Only a plain file of this user's: a pipe would block, and anybody else's file has nothing to say.
        test -f "$__statuswatch_file" -a -O "$__statuswatch_file" -a -r "$__statuswatch_file"
        or return 0
        set -l line
        set -l expires
        set -l level
        set -l label
        read -l -z -n 200 line <$__statuswatch_file
        # Digits before any comparison, and one alphabet for the text: whatever else may stand in the file gets no further than this line.
        string match -qr '\A1\t(?<expires>[0-9]{1,12})\t(?<level>[a-z]{1,20})\t(?<label>[A-Za-z0-9 .:+_-]*)\n' -- "$line"
        or return 0
        test "$level" = ok
        and return 0
        test "$level" = unknown -a -z "$STATUSWATCH_UNKNOWN"
        and return 0
        # When the file was written and how long ago that is make the time of day.
        set -l written (path mtime -- $__statuswatch_file)
        set -l ago (path mtime -R -- $__statuswatch_file)
        test -n "$written" -a -n "$ago"
        or return 0
        set -l now (math "$written + $ago")
        if test "$now" -ge "$expires"
            # Nobody keeps the line true any more. For half a day a mark says so; what the line said is not repeated.
            test "$now" -lt (math "$expires + 43200")
            or return 0
            set -g __statuswatch_text '?'
            set -g __statuswatch_colour --dim
            return 0
        end
        test -n "$label"
        or set label $level
        set -l mark
        switch $level
            case down
                set mark $__statuswatch_mark[1]
                set -g __statuswatch_colour red
            case failing yours
                set mark $__statuswatch_mark[2]
                set -g __statuswatch_colour yellow
            case recovering
                set mark $__statuswatch_mark[4]
                set -g __statuswatch_colour cyan
            case unknown
                set mark $__statuswatch_mark[5]
                set -g __statuswatch_colour --dim
            case '*'
                set mark $__statuswatch_mark[3]
                set -g __statuswatch_colour yellow
        end
        set -l width 40
        string match -qr '\A[1-9][0-9]{0,2}\z' -- "$STATUSWATCH_WIDTH"
        and set width $STATUSWATCH_WIDTH
        set -g __statuswatch_text (string sub -l $width -- "$mark $label")
    end

    # For a prompt function of your own.
    function statuswatch_segment --description 'The statuswatch segment with a space behind it, or nothing'
        test -n "$__statuswatch_text"
        or return 0
        if set -q NO_COLOR; and test -n "$NO_COLOR"
            printf '%s ' $__statuswatch_text
        else
            set_color $__statuswatch_colour
            printf '%s' $__statuswatch_text
            set_color normal
            printf ' '
        end
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
