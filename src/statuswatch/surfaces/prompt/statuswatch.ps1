# statuswatch in a PowerShell prompt. Untested: PowerShell could not be run where this was made. Install with: statuswatch setup powershell
#
# Before each prompt one line is read that the engine keeps up to date: no process is started. When all is well nothing is shown.
# Settings, as environment variables: STATUSWATCH_WIDTH, STATUSWATCH_ASCII, STATUSWATCH_UNKNOWN, NO_COLOR.
# It reads below STATUSWATCH_HOME or XDG_RUNTIME_DIR, both of them your own; .NET has no user's number to look for /tmp/statuswatch-UID, nor the owner of a file.

function Get-StatuswatchSegment {
    try {
        if ($env:STATUSWATCH_HOME) { $file = [IO.Path]::Combine($env:STATUSWATCH_HOME, 'run', 'prompt') }
        elseif ($env:XDG_RUNTIME_DIR) { $file = [IO.Path]::Combine($env:XDG_RUNTIME_DIR, 'statuswatch', 'prompt') }
        else { return '' }
        # Only a plain and small file: a pipe would block.
        $found = [IO.FileInfo]::new($file)
        if (-not $found.Exists -or $found.Length -gt 200 -or $found.Length -eq 0) { return '' }
        # Digits before any arithmetic, and one alphabet for the text: whatever else may stand in the file gets no further than this line.
        $match = [regex]::Match([IO.File]::ReadAllText($file), '\A1\t([0-9]{1,12})\t([a-z]+)\t([A-Za-z0-9 .:+_-]*)\n')
        if (-not $match.Success) { return '' }
        $level = $match.Groups[2].Value
        $label = $match.Groups[3].Value
        if ($level -ceq 'ok' -or ($level -ceq 'unknown' -and -not $env:STATUSWATCH_UNKNOWN)) { return '' }
        $expires = [long]$match.Groups[1].Value
        $now = [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()
        if ($now -ge $expires + 43200) { return '' }
        if (-not $label) { $label = $level }
        switch -CaseSensitive ($level) {
            'down' { $sign = [char]0x25CF; $plain = 'X'; $colour = 31 }
            'failing' { $sign = [char]0x25B2; $plain = '!'; $colour = 33 }
            'yours' { $sign = [char]0x25B2; $plain = '!'; $colour = 33 }
            'recovering' { $sign = [char]0x2191; $plain = '^'; $colour = 36 }
            'unknown' { $sign = [char]0x2013; $plain = '-'; $colour = 2 }
            default { $sign = [char]0x25CC; $plain = '?'; $colour = 33 }
        }
        if ($env:STATUSWATCH_ASCII) { $sign = $plain }
        $text = "$sign $label"
        if ($now -ge $expires) { $text = '?'; $colour = 2 }
        $width = 40
        if ($env:STATUSWATCH_WIDTH -match '\A[1-9][0-9]{0,2}\z') { $width = [int]$env:STATUSWATCH_WIDTH }
        if ($text.Length -gt $width) { $text = $text.Substring(0, $width) }
        if ($env:NO_COLOR) { return "$text " }
        $escape = [char]27
        return "$escape[${colour}m$text$escape[0m "
    } catch { return '' }
}

if (-not $global:StatuswatchBefore) {
    $global:StatuswatchBefore = $function:prompt
    function global:prompt {
        # first, so that it sees the last command's status
        $before = & $global:StatuswatchBefore
        "$(Get-StatuswatchSegment)$before"
    }
}
