--- `:Statuswatch` and the keys of its window: what a person asks for, as commands of the bridge.

local text = require('statuswatch.text')

local uv = vim.uv or vim.loop

local M = {}

--- Say one line in passing: never more than fits, so that the editor does not ask for Enter.
function M.say(words, group)
  local line = text.plain('statuswatch: ' .. words, math.max(20, vim.v.echospace))
  vim.api.nvim_echo({ { line, group } }, false, {})
end

local function me()
  local plugin = require('statuswatch')
  if not plugin.running() then
    plugin.setup()
  end
  return plugin.running()
end

--- Send a command; `said` is told where it was done, the reason where not.
local function act(command, target, said, more)
  me().bridge:ask(command, target, more, function(answer)
    if answer.ok then
      M.say(said)
    else
      M.say('not done: ' .. text.plain(answer.error, 200), 'WarningMsg')
    end
  end)
end

--- Have the person choose where there is more than one; `act(choice)`.
local function choose(choices, prompt, nothing, with)
  if #choices == 0 then
    M.say(nothing)
  elseif #choices == 1 then
    with(choices[1])
  else
    vim.ui.select(choices, { prompt = prompt }, function(choice)
      if choice then
        with(choice)
      end
    end)
  end
end

local function targets(trouble)
  return require('statuswatch.picture').targets(me().state, trouble)
end

local function hushed()
  local found = {}
  local snapshot = me().state.snapshot
  for _, hush in ipairs(snapshot and type(snapshot.hushed) == 'table' and snapshot.hushed or {}) do
    local target = type(hush) == 'table' and hush.by ~= 'quiet_hours' and text.target(hush.target)
    found[#found + 1] = target or nil
  end
  return found
end

--- What is in trouble: routes, and the incident that was told last.
local function troubled()
  local found = targets(true)
  local told = me().told
  local incident = told and text.target(told.incident)
  if incident and #found > 0 then
    table.insert(found, 1, incident)
  end
  return found
end

local function hush(command, done)
  return function(target, long)
    if target and not long and text.seconds(target) then
      target, long = nil, target
    end
    long = long or me().options.mute_for
    local seconds = text.seconds(long)
    if not seconds then
      M.say(("%s is no time; say for example 30m, 1h or 2d"):format(text.plain(long, 20)), 'WarningMsg')
      return
    end
    local function with(choice)
      act(command, choice, ('%s %s for %s'):format(choice, done, long), { for_s = seconds })
    end
    if target then
      with(target)
    else
      choose(troubled(), 'Mute what?', 'nothing that you use is in trouble; name what to ' .. command, with)
    end
  end
end

local function starter()
  for _, one in ipairs({ { 'mac', 'open' }, { 'wsl', 'wslview' }, { 'unix', 'xdg-open' } }) do
    if vim.fn.has(one[1]) == 1 then
      return vim.fn.executable(one[2]) == 1 and one[2] or nil
    end
  end
  return nil
end

--- Have the system show an address; false where it cannot (no screen, nobody to ask).
local function open_url(url)
  local has_screen = vim.fn.has('unix') == 0 or vim.fn.has('mac') == 1 or vim.fn.has('wsl') == 1 or vim.env.DISPLAY or vim.env.WAYLAND_DISPLAY
  if not has_screen then
    return false
  end
  if vim.ui.open then
    local started = vim.ui.open(url)
    return started ~= nil
  end
  local program = starter()
  -- Its own session and no terminal: a browser in text mode must not draw over the editor.
  local process
  process = program and uv.spawn(program, { args = { url }, detached = true }, function()
    process:close()
  end)
  return process ~= nil
end

local function put_into_registers(url)
  pcall(vim.fn.setreg, '"', url)
  if vim.fn.has('clipboard') == 1 then
    pcall(vim.fn.setreg, '+', url)
  end
end

--- Copy the address of `target`'s page, or `url` where it is known.
function M.copy(target, url)
  if url then
    put_into_registers(url)
    M.say('copied ' .. url)
    return
  end
  me().bridge:ask('open', target or '*', nil, function(answer)
    local found = answer.ok and text.safe_url(answer.url)
    if found then
      put_into_registers(found)
      M.say('copied ' .. found)
    else
      M.say(text.plain(answer.error, 200), 'WarningMsg')
    end
  end)
end

M.VERBS = {
  status = function()
    local item = require('statuswatch').status()
    M.say(item and item.headline ~= '' and item.headline .. (item.stale and ' (out of date)' or '') or me().state.why)
  end,
  why = function(target)
    me().window:open(target)
  end,
  refresh = function()
    act('refresh', '*', 'the status pages are being read')
  end,
  wait = function(target)
    local function with(route)
      act('wait', route, 'you will be told when it is back: ' .. route)
    end
    if target then
      with(target)
    else
      choose(targets(true), 'Be told when what is back?', 'nothing that you use is in trouble', with)
    end
  end,
  mute = hush('mute', 'is muted'),
  snooze = hush('snooze', 'is snoozed'),
  unmute = function(target)
    local function with(choice)
      act('unmute', choice, choice .. ' is told about again')
    end
    if target then
      with(target)
    else
      choose(hushed(), 'Unmute what?', 'nothing is muted', with)
    end
  end,
  acknowledge = function(target)
    local function with(choice)
      act('acknowledge', choice, 'noted: ' .. choice)
    end
    if target then
      with(target)
    else
      choose(targets(true), 'Which one?', 'nothing that you use is in trouble', with)
    end
  end,
  open = function(target)
    me().bridge:ask('open', target or '*', nil, function(answer)
      local url, host = nil, nil
      if answer.ok then
        url, host = text.safe_url(answer.url)
      end
      if not url or not url:find('^https://') then
        M.say(answer.ok and 'no page is known that can be opened safely' or text.plain(answer.error, 200), 'WarningMsg')
      elseif open_url(url) then
        M.say('opened ' .. host)
      else
        put_into_registers(url)
        M.say('copied, since no browser can be opened here: ' .. url)
      end
    end)
  end,
  start = function()
    local words, missing = require('statuswatch.program').find(me().options.command)
    if not words then
      M.say(missing, 'WarningMsg')
      return
    end
    M.say('starting the engine')
    vim.fn.jobstart(vim.list_extend(words, { 'engine', 'start' }), {
      cwd = uv.os_homedir(),
      on_exit = function(_, status)
        M.say(status == 0 and 'the engine runs' or 'the engine did not start; see: statuswatch doctor', status ~= 0 and 'WarningMsg' or nil)
      end,
    })
  end,
  help = function()
    vim.cmd('help statuswatch')
  end,
}

--- Do what `:Statuswatch VERB [TARGET [TIME]]` asks for; without a verb the window opens.
function M.run(verb, target, long)
  if not verb then
    me().window:open()
    return
  end
  if not M.VERBS[verb] then
    M.say(('no command %s; press <Tab> behind :Statuswatch'):format(text.plain(verb, 40)), 'WarningMsg')
    return
  end
  if target and target ~= '*' and not text.target(target) then
    M.say(('%s is no route, provider or incident'):format(text.plain(target, 80)), 'WarningMsg')
    return
  end
  M.VERBS[verb](target, long)
end

--- Completion of the command line: verbs, then what the verb can be about, then times.
function M.complete(lead, line)
  local words = vim.split(vim.trim(line:sub(1, #line - #lead)), '%s+')
  local choices = {}
  if #words == 1 then
    choices = vim.tbl_keys(M.VERBS)
    table.sort(choices)
  elseif not require('statuswatch').running() or ({ status = 1, refresh = 1, start = 1, help = 1 })[words[2]] then
    return {}
  elseif #words == 2 then
    choices = words[2] == 'unmute' and hushed() or words[2] == 'wait' and targets(true) or targets(false)
  elseif #words == 3 and (words[2] == 'mute' or words[2] == 'snooze') then
    choices = { '30m', '1h', '8h', '1d' }
  end
  return vim.tbl_filter(function(choice)
    return vim.startswith(choice, lead)
  end, choices)
end

return M
