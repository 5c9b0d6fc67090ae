--- :checkhealth statuswatch: from the editor to the engine, each link by itself, with what to do where one is missing.

local program = require('statuswatch.program')
local text = require('statuswatch.text')

local OLDEST = { 0, 1, 0 }
local PATIENCE_MS = 10000
local NEEDED = { 'snapshot', 'changes', 'notice', 'command', 'open', 'why', 'claim' }

local health = vim.health or require('health') -- Neovim 0.7 has no vim.health
local start = health.start or health.report_start
local ok = health.ok or health.report_ok
local info = health.info or health.report_info
local warn = health.warn or health.report_warn
local bad = health.error or health.report_error

local M = {}

local function check_setup()
  start('statuswatch: the editor')
  local version = vim.version()
  ok(('Neovim %d.%d.%d'):format(version.major, version.minor, version.patch))
  local plugin = require('statuswatch')
  local me = plugin.running()
  if not me then
    warn('setup() was not called, so nothing is shown', { "put require('statuswatch').setup() into your init.lua" })
    return require('statuswatch.options').defaults
  end
  for _, mistake in ipairs(me.mistakes) do
    bad(mistake, { ':help statuswatch-options' })
  end
  if #me.mistakes == 0 then
    ok('setup() was called, and its options are in order')
  end
  local everywhere = vim.o.statusline .. vim.o.tabline .. (vim.fn.exists('+winbar') == 1 and vim.o.winbar or '')
  if package.loaded['lualine.components.statuswatch'] or everywhere:find('statuswatch', 1, true) then
    ok('the status line has it')
  else
    info("no 'statusline', 'tabline' or lualine section names it; see :help statuswatch-statusline")
  end
  return me.options
end

--- The numbers of `statuswatch 1.2.3`, or nil.
local function version_of(line)
  local major, minor, patch = tostring(line):match('(%d+)%.(%d+)%.(%d+)')
  return major and { tonumber(major), tonumber(minor), tonumber(patch) } or nil
end

local function is_older(version)
  for index, number in ipairs(OLDEST) do
    if version[index] ~= number then
      return version[index] < number
    end
  end
  return false
end

local function check_program(options)
  start('statuswatch: the program')
  local words, missing = program.find(options.command)
  if not words then
    bad(missing, { 'run `make run` in the folder that this plugin came from: it sets the program up as .venv/bin/statuswatch', "or name it: require('statuswatch').setup({ command = '/path/to/statuswatch' })" })
    return nil
  end
  local shown = text.plain(table.concat(words, ' '), 200)
  local done, why = program.run(vim.list_extend(vim.list_slice(words), { '--version' }), '', PATIENCE_MS)
  local version = done and done.code == 0 and version_of(done.out[1])
  if not version or not done.out[1]:find('^statuswatch ') then
    bad(('%s does not say its version: %s'):format(shown, why or 'it is another program, or broken'), { 'run it in a terminal: statuswatch --version' })
    return nil
  end
  local words_of_version = table.concat(version, '.')
  if is_older(version) then
    bad(('%s is version %s; this plugin needs %s or newer'):format(shown, words_of_version, table.concat(OLDEST, '.')), { 'in the folder of statuswatch: git pull, then make run' })
    return nil
  end
  ok(('%s, version %s'):format(shown, words_of_version))
  return words
end

local function check_bridge(words)
  start('statuswatch: the bridge and the engine')
  local asked = vim.list_extend(vim.list_slice(words), { 'bridge' })
  local done, why = program.run(asked, '{"type":"ping","id":"health"}\n', PATIENCE_MS)
  local hello, pong
  for _, line in ipairs(done and done.out or {}) do
    local message = require('statuswatch.bridge').read(line)
    if message and message.type == 'hello' then
      hello = message
    elseif message and message.type == 'pong' then
      pong = true
    end
  end
  if not hello or not pong then
    bad(('`statuswatch bridge` does not answer: %s'):format(why or ('status %d'):format(done.code)), { 'run in a terminal: statuswatch doctor' })
    return
  end
  ok(('the bridge speaks version %d of the protocol'):format(hello.v))
  if hello.engine == false then
    warn(('no engine: %s'):format(text.plain(hello.reason, 200)), { ':Statuswatch start', 'or, at each login: statuswatch engine install' })
    return
  end
  local lacking = vim.tbl_filter(function(name)
    return not vim.tbl_contains(hello.capabilities, name)
  end, NEEDED)
  if #lacking > 0 then
    local advice = text.plain(hello.reason, 200)
    warn(('the engine is older than this plugin and lacks: %s'):format(table.concat(lacking, ', ')), { advice ~= '' and advice or 'restart it' })
  else
    ok(('an engine answers, version %s'):format(text.plain(hello.version, 40)))
  end
end

--- What the program itself finds wrong on this machine: settings, places, feeds, notices.
function M.doctor(words)
  start('statuswatch: what `statuswatch doctor` says')
  local done, why = program.run(vim.list_extend(vim.list_slice(words), { 'doctor', '--json' }), '', PATIENCE_MS * 3)
  local count, problems = 0, 0
  for _, line in ipairs(done and done.out or {}) do
    local read, row = pcall(vim.json.decode, line, { luanil = { object = true, array = true } })
    if read and type(row) == 'table' and type(row.text) == 'string' then
      count = count + 1
      if row.state == 'problem' then
        problems = problems + 1
        local remedy = text.plain(row.remedy, 300)
        warn(('%s: %s'):format(text.plain(row.section, 40), text.plain(row.text, 300)), remedy ~= '' and { remedy } or nil)
      end
    end
  end
  if count == 0 then
    warn(('it says nothing: %s'):format(why or 'an older version'), { 'run it in a terminal: statuswatch doctor' })
  elseif problems == 0 then
    ok(('%d things looked at, no problems'):format(count))
  end
end

--- Called by :checkhealth.
function M.check()
  local options = check_setup()
  local words = check_program(options)
  if words then
    check_bridge(words)
    M.doctor(words)
  end
end

return M
