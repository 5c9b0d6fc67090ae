# statuswatch in a fish prompt. Install with one line in ~/.config/fish/config.fish, or source this file there:
#   statuswatch prompt init fish | source
#
# Before each prompt one line is read that the engine keeps up to date: no process is started, nothing is waited for.
# When all is well nothing is shown. Settings, before the line above:
#   set -g STATUSWATCH_WIDTH 40      the most characters of the segment
#   set -g STATUSWATCH_PLACE left    left, right, or manual: then call statuswatch_segment in a prompt function yourself
#   set -g STATUSWATCH_ASCII 1       plain symbols; NO_COLOR: no colours
#   set -g STATUSWATCH_UNKNOWN 1     a mark also when nothing is known
#   set -g STATUSWATCH_REDRAW 1      redraw an idle prompt when the engine tells of a change; costs one small process for each shell (not done without it)
#   set -g STATUSWATCH_COLORS 'down=red failing=208 unsure=none'   a name, a number of the 256 colours, bold, dim or none; also yours, recovering, unknown, stale
#   set -g STATUSWATCH_SYMBOLS 'down=x failing=!'                  other signs for the same levels
#   set -g STATUSWATCH_PREFIX '['; set -g STATUSWATCH_SUFFIX '] '  text before the segment and behind it (a space)
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
    # Signs and colours as the settings have them, one variable a level. What is no setting that we know is passed over.
    set -g __statuswatch_levels down failing yours unsure recovering unknown stale
    set -l marks ● ▲ ▲ ◌ ↑ – \?
    set -l colours red yellow yellow yellow cyan --dim --dim
    set -l locale $LC_ALL $LC_CTYPE $LANG
    if test -n "$STATUSWATCH_ASCII"; or contains -- "$TERM" dumb linux; or not string match -qir 'utf-?8' -- "$locale[1]"
        set marks X ! ! \? ^ - \?
    end
    for pair in (string split ' ' -- $STATUSWATCH_SYMBOLS | string match -r '^[a-z]+=.+')
        set -l at (contains -i -- (string split -m1 -f1 = -- $pair) $__statuswatch_levels)
        and set marks[$at] (string split -m1 -f2 = -- $pair | string replace -ar '[[:cntrl:]]' '' | string sub -l 8)
    end
    for pair in (string split ' ' -- $STATUSWATCH_COLORS | string match -r '^[a-z]+=.+')
        set -l at (contains -i -- (string split -m1 -f1 = -- $pair) $__statuswatch_levels)
        or continue
        switch (string split -m1 -f2 = -- $pair)
            case bold dim
                set colours[$at] --(string split -m1 -f2 = -- $pair)
            case none
                set colours[$at] normal
            case black red green yellow blue magenta cyan white
                set colours[$at] (string split -m1 -f2 = -- $pair)
            case '*'
                # a number of the 256 colours, as the terminal counts them
                string match -qr '=(?<number>[0-9]{1,3})$' -- $pair
                and set colours[$at] 256:$number
        end
    end
    set -g __statuswatch_marks $marks
    set -g __statuswatch_colours
    for colour in $colours
        if test -n "$NO_COLOR"; or test $colour = normal
            set -a __statuswatch_colours ''
        else if string match -q '256:*' -- $colour
            set -a __statuswatch_colours \e"[38;5;"(string sub -s 5 -- $colour)m
        else
            set -a __statuswatch_colours (set_color $colour)
        end
    end
    set -g __statuswatch_end
    test -n "$NO_COLOR"
    or set -g __statuswatch_end (set_color normal)
    set -g __statuswatch_prefix (string replace -ar '[[:cntrl:]]' '' -- "$STATUSWATCH_PREFIX")
    set -g __statuswatch_suffix ' '
    set -q STATUSWATCH_SUFFIX
    and set -g __statuswatch_suffix (string replace -ar '[[:cntrl:]]' '' -- "$STATUSWATCH_SUFFIX")
    set -g __statuswatch_line
    set -g __statuswatch_text
    # whether it shows something, until when that holds, and until when nothing need be looked at but the line
    set -g __statuswatch_shows
    set -g __statuswatch_holds 0
    set -g __statuswatch_until 0
    set -g __statuswatch_refusal
    set -g __statuswatch_refused
    set -g __statuswatch_uptime /dev/null
    test -r /proc/uptime
    and set -g __statuswatch_uptime /proc/uptime

    # fish puts the status of the last command back after an event, so the prompt itself sees it as it was. Each statement here costs half of what reading
    # the file does, a command substitution or `math` ten times as much, and so does `read -n`: while all is well these three are all there is.
    function __statuswatch_read --on-event fish_prompt --description 'Read what the statuswatch engine wrote'
        # Only a plain file: a pipe would block.
        path is -fr $__statuswatch_refusal -- $__statuswatch_file
        and read -lz line <$__statuswatch_file
        test "$line$__statuswatch_shows" = "$__statuswatch_line"
        or begin
            read -l now idle <$__statuswatch_uptime
            test "$line" = "$__statuswatch_line" -a "0$now" -lt "$__statuswatch_until"
        end
        or __statuswatch_change
    end

    # Something is not as it was at the last prompt: the line, or the time it holds to. `line` is the caller's.
    function __statuswatch_change --no-scope-shadowing --description 'See to what has changed'
        test "$line" = "$__statuswatch_line"
        or __statuswatch_parse
        test -n "$__statuswatch_shows"
        or return 0
        set -l now (__statuswatch_now)
        test "$now" -lt "$__statuswatch_holds"
        or __statuswatch_lapse $now
    end

    # Seconds that go up as the clock does: since the machine started, or, where that is not to be had without a process, since the file was written.
    function __statuswatch_now --description 'Some seconds, to compare'
        if test $__statuswatch_uptime = /dev/null
            path mtime -R -- $__statuswatch_file
        else
            read -l now idle <$__statuswatch_uptime
            echo $now
        end
    end

    # A line that was not there before: sets the text and until when it holds; no time where there is nothing to show. `line` is the caller's.
    function __statuswatch_parse --description 'Take in a new line' --no-scope-shadowing
        if test -n "$__statuswatch_refusal"
            test (path mtime -- $__statuswatch_file; or echo gone) = "$__statuswatch_refused"
            and return 0
            set -g __statuswatch_refusal
            path is -fr -- $__statuswatch_file
            and read -z line <$__statuswatch_file
        end
        set -g __statuswatch_line $line
        set -g __statuswatch_text
        set -g __statuswatch_shows
        if test (string length -- "$line") -gt 1000
            # Far too long to be ours: not read again until it is another file. No line of ours runs as its owner, so the look at it says no.
            set -g __statuswatch_line refused
            set -g __statuswatch_refused (path mtime -- $__statuswatch_file; or echo gone)
            set -g __statuswatch_refusal --perm=suid
            return 0
        end
        set -l expires
        set -l level
        set -l label
        # Digits before any arithmetic, and one alphabet for the text: whatever else may stand in the file gets no further than this line. Anybody else's
        # file has nothing to say.
        string match -qr '\A1\t(?<expires>[0-9]{1,12})\t(?<level>[a-z]{1,200})\t(?<label>[A-Za-z0-9 .:+_-]{0,200})\n' -- "$line"
        or return 0
        test "$level" != ok -a -O "$__statuswatch_file"
        or return 0
        test "$level" = unknown -a -z "$STATUSWATCH_UNKNOWN"
        and return 0
        # the time of day is not to be had without a process: it is when the file was written, and its age
        set -l written (path mtime -- $__statuswatch_file)
        and set -l age (path mtime -R -- $__statuswatch_file)
        or return 0
        set -g __statuswatch_holds (math "$(__statuswatch_now) + $expires - $written - $age")
        set -g __statuswatch_shows yes
        # where each look needs the file's age, each prompt is a change
        set -g __statuswatch_until $__statuswatch_holds
        test $__statuswatch_uptime = /dev/null
        and set -g __statuswatch_until 0
        test -n "$label"
        or set label $level
        contains -- $level $__statuswatch_levels
        and test $level != stale
        or set level unsure
        set -l width 40
        string match -qr '\A[1-9][0-9]{0,2}\z' -- "$STATUSWATCH_WIDTH"
        and set width $STATUSWATCH_WIDTH
        __statuswatch_compose $level (string sub -l $width -- $__statuswatch_marks[(contains -i -- $level $__statuswatch_levels)]" $label")
    end

    function __statuswatch_compose --description 'Set the text of the segment' --argument-names level text
        set -l colour $__statuswatch_colours[(contains -i -- $level $__statuswatch_levels)]
        set -l ending
        test -n "$colour"
        and set ending $__statuswatch_end
        set -g __statuswatch_text "$colour$__statuswatch_prefix$text$ending$__statuswatch_suffix"
    end

    # Nobody keeps the line true any more. For half a day a mark says so; what the line said is not repeated.
    function __statuswatch_lapse --description 'The line holds no longer' --argument-names now
        set -l last (math "$__statuswatch_holds + 43200")
        if test "$now" -lt "$last"
            __statuswatch_compose stale $__statuswatch_marks[7]
            test $__statuswatch_uptime = /dev/null
            or set -g __statuswatch_until $last
        else
            set -g __statuswatch_text
            set -g __statuswatch_until 999999999999
        end
    end

    # For a prompt function of your own.
    function statuswatch_segment --description 'The statuswatch segment with a space behind it, or nothing'
        test -n "$__statuswatch_text"
        and printf '%s' $__statuswatch_text
        return 0
    end

    function __statuswatch_again --description 'End with this status' --argument-names status_of_last
        return $status_of_last
    end

    # Whoever wants it has a waiting prompt drawn anew: a small program of ours waits for the engine's knock and passes it on. Without it, with the next prompt.
    if test -n "$STATUSWATCH_REDRAW"; and not functions -q __statuswatch_knocked; and command -q statuswatch
        function __statuswatch_knocked --on-signal SIGUSR1 --description 'The line has changed'
            set -l before "$__statuswatch_text"
            __statuswatch_read
            test "$__statuswatch_text" = "$before"
            or commandline -f repaint
        end
        command statuswatch prompt watch $fish_pid </dev/null >/dev/null 2>&1 &
        disown
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
                    # `for` over nothing does nothing, not even to the status, and so do assignments. Where something is shown, the last status is made
                    # again behind it, with that of up to three commands of a pipeline: here, because a function would hand on the last one only.
                    for __statuswatch_piece in $__statuswatch_text
                        set -l was $status $pipestatus
                        printf '%s' $__statuswatch_piece
                        if set -q was[4]
                            __statuswatch_again $was[2] | __statuswatch_again $was[3] | __statuswatch_again $was[4]
                        else if set -q was[3]
                            __statuswatch_again $was[2] | __statuswatch_again $was[3]
                        else
                            __statuswatch_again $was[1]
                        end
                    end
                    __statuswatch_right_before
                end
            end
        case '*'
            if not functions -q __statuswatch_left_before
                functions -q fish_prompt
                and functions -c fish_prompt __statuswatch_left_before
                function fish_prompt --description 'statuswatch, then the prompt that was there'
                    # `for` over nothing does nothing, not even to the status, and so do assignments. Where something is shown, the last status is made
                    # again behind it, with that of up to three commands of a pipeline: here, because a function would hand on the last one only.
                    for __statuswatch_piece in $__statuswatch_text
                        set -l was $status $pipestatus
                        printf '%s' $__statuswatch_piece
                        if set -q was[4]
                            __statuswatch_again $was[2] | __statuswatch_again $was[3] | __statuswatch_again $was[4]
                        else if set -q was[3]
                            __statuswatch_again $was[2] | __statuswatch_again $was[3]
                        else
                            __statuswatch_again $was[1]
                        end
                    end
                    __statuswatch_left_before
                end
            end
    end
end
