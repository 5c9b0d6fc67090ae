# Answers a command instead of the model: "block" ends it here with a text for the person, and no call is made. What comes in, the prompt among it, is not read.
if command -v statuswatch >/dev/null 2>&1; then
  NO_COLOR=1 statuswatch "$1" </dev/null 2>&1
else
  echo 'The statuswatch program was not found on PATH. In the folder that this plugin came from, `make run` sets it up as .venv/bin/statuswatch; link that into a folder on PATH.'
fi | tr -d '\000-\011\013-\037\177' | LC_ALL=C awk '
  BEGIN { printf "{\"decision\":\"block\",\"hookSpecificOutput\":{\"hookEventName\":\"UserPromptExpansion\",\"suppressOriginalPrompt\":true},\"reason\":\"" }
  { gsub(/\\/, "\\\\\\\\"); gsub(/"/, "\\\""); printf "%s%s", separator, $0; separator = "\\n" }
  END { print "\"}" }'
