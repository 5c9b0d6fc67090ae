--- statuswatch in Neovim: whose fault is a failing model API, in the status line, as one message, and in a window. See :help statuswatch.
--- This module wires the bridge to the editor. What is shown is decided in `picture`, how text is made inert in `text`.

local uv = vim.uv or vim.loop

local LOOK_AGAIN_MS = 30000

local M = {}

--- Seconds since 1970. A function of its own, so that tests can stand in another time.
M.now = os.time

--- What runs between setup() and stop(); nil else.
local running

local function signs(options)
  local plain = options.ascii
  if plain == nil then
    local term = vim.env.TERM
    plain = term == 'linux' or term == 'dumb' or not (vim.v.ctype or ''):lower():find('utf%-?8')
  end
  return require('statuswatch.picture')[plain and 'ASCII' or 'SIGN']
end

local function set_colours()
  local links = {
    Ok = 'String',
    Failing = 'DiagnosticWarn',
    Yours = 'DiagnosticWarn',
    Down = 'DiagnosticError',
    Unsure = 'DiagnosticHint',
    Recovering = 'DiagnosticInfo',
    Unknown = 'Comment',
    Stale = 'Comment',
    Title = 'Title',
  }
  for name, link in pairs(links) do
    vim.api.nvim_set_hl(0, 'Statuswatch' .. name, { link = link, default = true })
  end
end

--- Bring the status line and the window up to date; the editor draws only what has changed.
local function draw()
  if not running then
    return
  end
  local item = require('statuswatch.picture').status(running.state, M.now(), running.options.statusline == 'always', running.signs)
  local before = running.item
  running.item = item
  if not before or before.text ~= item.text or before.level ~= item.level then
    -- Not on top of a question that the editor asks: it comes half a minute later then.
    if vim.api.nvim_get_mode().mode:find('^r') then
      running.item = before
      return
    end
    pcall(vim.cmd, vim.o.showtabline > 0 and 'redrawstatus! | redrawtabline' or 'redrawstatus!')
    pcall(vim.api.nvim_exec_autocmds, 'User', { pattern = 'StatuswatchChanged', modeline = false })
  end
  running.window:draw()
end

local function attend()
  if running.options.attend and running.options.notify and running.state.standing == 'live' and running.teller.claims then
    running.bridge:ask('attend', '*', { on = running.attention.on })
  end
end

local function greeted(hello)
  local state = running.state
  running.hello = hello
  running.teller.claims = vim.tbl_contains(hello.capabilities, 'claim')
  if hello.engine == false then
    state.standing, state.why, state.stale = 'alone', 'No engine is running (:Statuswatch start).', true
  else
    state.standing, state.why, state.stale = 'live', '', false
    attend()
  end
end

local function heard(message)
  if not running then
    return
  end
  if message.type == 'hello' then
    greeted(message)
    draw()
  elseif message.type == 'snapshot' or message.type == 'changes' then
    running.state.snapshot, running.state.stale = message.snapshot, message.stale == true
    draw()
    running.window:renew()
    running.teller:look(message.snapshot)
  elseif message.type == 'notice' then
    running.teller:tell(message.notice, function(notice)
      running.told = notice
    end)
  elseif message.type == 'claimed' then
    running.teller:elsewhere(message.trouble)
  end
end

local function gone(missing, why)
  if not running then
    return
  end
  local state = running.state
  state.stale = true
  if missing then
    state.standing, state.why = 'missing', require('statuswatch.text').plain(why) .. ' (:checkhealth statuswatch)'
  else
    state.standing, state.why = 'alone', 'The bridge ended and is started again.'
  end
  draw()
end

--- End it: no process, timer, key watcher, autocommand or window is left. setup() starts it again.
function M.stop()
  if not running then
    return
  end
  local old = running
  running = nil
  old.timer:stop()
  old.timer:close()
  old.attention:stop()
  old.bridge:close()
  old.window:close()
  pcall(vim.api.nvim_del_augroup_by_name, 'statuswatch')
end

--- Start it. Options: see :help statuswatch-options. An option that cannot be used keeps its default, and one message says so.
function M.setup(given)
  M.stop()
  local options, mistakes = require('statuswatch.options').read(given)
  local me = { options = options, mistakes = mistakes, signs = signs(options), state = require('statuswatch.picture').new() }
  me.bridge = require('statuswatch.bridge').new(options, { message = heard, gone = gone })
  local function ask(...)
    me.bridge:ask(...)
  end
  me.teller = require('statuswatch.teller').new(ask)
  me.teller.wanted = options.notify
  me.window = require('statuswatch.window').new(me, ask, M)
  me.attention = require('statuswatch.attention').new(function()
    attend()
  end)
  me.timer = uv.new_timer()
  running = me
  set_colours()
  local group = vim.api.nvim_create_augroup('statuswatch', { clear = true })
  vim.api.nvim_create_autocmd('ColorScheme', { group = group, callback = set_colours })
  vim.api.nvim_create_autocmd('VimLeavePre', { group = group, callback = M.stop })
  if options.attend and options.notify then
    me.attention:start(group)
  end
  local function look()
    if running then
      running.attention:look()
      draw()
    end
  end
  me.timer:start(LOOK_AGAIN_MS, LOOK_AGAIN_MS, vim.schedule_wrap(look))
  me.bridge:open()
  if #mistakes > 0 then
    vim.notify('statuswatch: ' .. mistakes[1], vim.log.levels.WARN)
  end
end

--- What runs, for the other modules of this plugin; nil before setup().
function M.running()
  return running
end

--- The part for a status line: empty while all is well (unless setup({ statusline = 'always' })), else a sign, the model and how long.
--- `highlight` true: with its colour, for status lines that are evaluated (`%{%…%}`, `%!…`). It costs a table look-up: nothing is read or asked.
function M.statusline(highlight)
  local item = running and running.item
  if not item or item.text == '' then
    return ''
  end
  local words = require('statuswatch.text').for_statusline(item.text, 80)
  return highlight == true and ('%%#%s#%s%%*'):format(M.highlight(), words) or words
end

--- The group that colours the status line's part now.
function M.highlight()
  local item = running and running.item
  return require('statuswatch.picture').GROUP[item and item.level or 'unknown']
end

--- How things stand, for a status line of your own: { level, text, headline, stale }, all of it one line of printable text, not escaped for any place.
--- `level`: ok unknown unsure yours failing down recovering, or stale. nil before the first picture.
function M.status()
  return running and running.item and vim.deepcopy(running.item) or nil
end

return M
