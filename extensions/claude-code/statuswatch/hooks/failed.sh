# A call failed: statuswatch is told where the session's own record lies, and nothing else of what comes in here. Says nothing, whatever happens.
# In the background, with the input handed on: `claude -p` ends with the failure, and its hooks with it.
command -v statuswatch >/dev/null 2>&1 || exit 0
exec 3<&0
(trap '' HUP INT TERM; exec statuswatch hook claude-code) <&3 3<&- >/dev/null 2>&1 &
exit 0
