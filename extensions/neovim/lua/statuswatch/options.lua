--- What setup() takes, with the values that hold where nothing is given.

local M = {}

M.defaults = {
  -- The program: a name or an absolute path, or a list with arguments before `bridge`. nil: looked for.
  command = nil,
  -- Whether notices are shown in this editor (`vim.notify`, once each).
  notify = true,
  -- Whether this window is asked before the desktop's pop-up while you type in it.
  attend = true,
  -- 'trouble': nothing in the status line while all is well. 'always': a sign then, too.
  statusline = 'trouble',
  -- Signs that every terminal has. nil: where the locale or the terminal needs them.
  ascii = nil,
  -- For how long `mute` holds where no time is said.
  mute_for = '1h',
}

local CHECKS = {
  command = function(value)
    if type(value) == 'string' then
      return value ~= ''
    end
    if type(value) ~= 'table' or #value == 0 then
      return false
    end
    for _, word in ipairs(value) do
      if type(word) ~= 'string' or word == '' then
        return false
      end
    end
    return true
  end,
  notify = function(value)
    return type(value) == 'boolean'
  end,
  attend = function(value)
    return type(value) == 'boolean'
  end,
  statusline = function(value)
    return value == 'trouble' or value == 'always'
  end,
  ascii = function(value)
    return type(value) == 'boolean'
  end,
  mute_for = function(value)
    return type(value) == 'string' and require('statuswatch.text').seconds(value) ~= nil
  end,
}
local EXPECTED = {
  command = "a program's name or path, or a list of words that starts with one",
  notify = 'true or false',
  attend = 'true or false',
  statusline = "'trouble' or 'always'",
  ascii = 'true or false',
  mute_for = "a time such as '30m', '1h' or '2d'",
}

--- The options with defaults filled in, and a list of sentences about what was wrong: such an option keeps its default.
function M.read(given)
  local options, mistakes = vim.deepcopy(M.defaults), {}
  if given ~= nil and type(given) ~= 'table' then
    return options, { ('setup() takes a table, and was given a %s'):format(type(given)) }
  end
  for name, value in pairs(given or {}) do
    local check = CHECKS[name]
    if not check then
      mistakes[#mistakes + 1] = ('setup(): there is no option %q; see :help statuswatch-options'):format(tostring(name):sub(1, 40))
    elseif not check(value) then
      mistakes[#mistakes + 1] = ('setup(): %s must be %s'):format(name, EXPECTED[name])
    else
      options[name] = value
    end
  end
  table.sort(mistakes)
  return options, mistakes
end

return M
