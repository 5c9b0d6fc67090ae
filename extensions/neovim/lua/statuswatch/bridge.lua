--- A running `statuswatch bridge`: messages out, commands in, through its own pipes and libuv, so that nothing ever waits. It is started again when it ends,
--- with growing pauses, and never touches the engine. The protocol: extensions/README.md.

local uv = vim.uv or vim.loop
local program = require('statuswatch.program')

local FIRST_PAUSE_MS, LONGEST_PAUSE_MS, STEADY_AFTER_MS = 1000, 60000, 30000
local ANSWER_WITHIN_MS = 5000
-- A claim is answered once it is settled who shows the notice, after a pop-up that hangs too. To give up on a grant would be a notice that nobody shows.
local CLAIM_WITHIN_MS = 60000
local LAST_WORDS_MS, LAST_COMMANDS_MS = 500, 3000
local LONGEST_LINE = 32 * 1024 * 1024
local KNOWN = { hello = true, snapshot = true, changes = true, notice = true, claimed = true, done = true, error = true, pong = true }

local M = {}
local Bridge = {}
Bridge.__index = Bridge

--- Whether this is a picture of a form that is read here: `v` 1, with all that the pages of this plugin stand on.
function M.is_snapshot(value)
  if type(value) ~= 'table' or value.v ~= 1 or type(value.summary) ~= 'table' or type(value.engine) ~= 'table' then
    return false
  end
  for _, list in ipairs({ 'routes', 'incidents', 'calls' }) do
    if type(value[list]) ~= 'table' then
      return false
    end
  end
  return type(value.summary.level) == 'string' and type(value.summary.details) == 'table'
end

local WHOLE = {
  hello = function(message)
    return type(message.v) == 'number' and type(message.capabilities) == 'table'
  end,
  snapshot = function(message)
    return M.is_snapshot(message.snapshot)
  end,
  changes = function(message)
    return M.is_snapshot(message.snapshot)
  end,
  notice = function(message)
    local notice = message.notice
    return type(notice) == 'table' and type(notice.id) == 'string' and type(notice.title) == 'string'
  end,
  claimed = function(message)
    return type(message.notice) == 'string'
  end,
  done = function(message)
    return type(message.id) == 'string' and type(message.ok) == 'boolean'
  end,
}

--- One line of the bridge as a message; nil where it is of no use here (no JSON, another kind, a picture that lacks what is needed).
function M.read(line)
  local ok, message = pcall(vim.json.decode, line, { luanil = { object = true, array = true } })
  if not ok or type(message) ~= 'table' or type(message.type) ~= 'string' or not KNOWN[message.type] then
    return nil
  end
  local whole = WHOLE[message.type]
  return (not whole or whole(message)) and message or nil
end

--- `options.command`: see options. `events.message(message)`: what is no answer, only the newest of several pictures.
--- `events.gone(missing, why)`: it could not be started (missing) or ended; it is tried again by itself.
function M.new(options, events)
  return setmetatable({ options = options, events = events, asked = {}, number = 0, pause = FIRST_PAUSE_MS, pieces = {}, length = 0 }, Bridge)
end

--- Start it now.
function Bridge:open()
  if self.closed or self.process then
    return
  end
  local words, why = program.find(self.options.command)
  if not words then
    self:over(true, why)
    return
  end
  local pipes = { uv.new_pipe(false), uv.new_pipe(false), uv.new_pipe(false) }
  local args = vim.list_extend(vim.list_slice(words, 2), { 'bridge' })
  local life = { pipes = pipes, since = uv.now() }
  local process, complaint = uv.spawn(words[1], { args = args, stdio = pipes, cwd = uv.os_homedir(), hide = true }, function(code, signal)
    life.ended = ('it ended with %s'):format(signal ~= 0 and 'signal ' .. signal or 'status ' .. code)
    local last = uv.new_timer()
    last:start(LAST_WORDS_MS, 0, function()
      last:close()
      self:finish(life)
    end)
  end)
  if not process then
    for _, pipe in ipairs(pipes) do
      pipe:close()
    end
    self:over(true, tostring(complaint))
    return
  end
  life.process = process
  self.process, self.input, self.life = process, pipes[1], life
  self.pieces, self.length = {}, 0
  pipes[2]:read_start(function(_, piece)
    if piece then
      self:hear(life, piece)
    end
  end)
  pipes[3]:read_start(function() end) -- read, so that it never stands still because nobody reads
end

--- A process has ended and its last words were heard.
function Bridge:finish(life)
  for _, handle in ipairs({ life.process, unpack(life.pipes) }) do
    if not handle:is_closing() then
      handle:close()
    end
  end
  if self.life ~= life then
    return
  end
  self.process, self.input, self.life = nil, nil, nil
  local lasted = uv.now() - life.since
  vim.schedule(function()
    if lasted > STEADY_AFTER_MS then
      self.pause = FIRST_PAUSE_MS
    end
    self:over(false, life.ended)
  end)
end

--- Bytes came: keep them until the editor has time, which then takes all that came meanwhile at once.
function Bridge:hear(life, piece)
  self.length = self.length + #piece
  if self.length > LONGEST_LINE then
    self.pieces, self.length = {}, 0
    life.process:kill('sigterm')
    return
  end
  self.pieces[#self.pieces + 1] = piece
  if not self.scheduled and piece:find('\n', 1, true) then
    self.scheduled = true
    vim.schedule(function()
      self.scheduled = false
      self:take()
    end)
  end
end

--- Hand on what is whole. Of pictures that follow each other only the newest is even decoded; the bridge begins such lines with their type.
function Bridge:take()
  local text = table.concat(self.pieces)
  local lines = vim.split(text, '\n', { plain = true })
  self.pieces, self.length = { lines[#lines] }, #lines[#lines]
  local picture
  local function show()
    if picture then
      self:pass(picture)
      picture = nil
    end
  end
  for index = 1, #lines - 1 do
    local line = lines[index]
    if line:find('^{"type":"snapshot"') or line:find('^{"type":"changes"') then
      picture = line
    elseif line ~= '' then
      show()
      self:pass(line)
    end
  end
  show()
end

function Bridge:pass(line)
  local message = M.read(line)
  if not message then
    return
  end
  if message.type == 'done' or message.type == 'error' then
    if message.id then
      self:answered(message.id, message.type == 'done' and message or { ok = false, error = message.error })
    end
  elseif not self.closed then
    self.events.message(message)
  end
end

function Bridge:answered(id, answer)
  local asked = self.asked[id]
  if asked then
    self.asked[id] = nil
    asked.timer:stop()
    asked.timer:close()
    asked.answer(answer)
  end
end

function Bridge:no_answers(why)
  for _, id in ipairs(vim.tbl_keys(self.asked)) do
    self:answered(id, { ok = false, error = why })
  end
end

function Bridge:over(missing, why)
  self:no_answers('statuswatch is not running')
  if self.closed then
    return
  end
  self.events.gone(missing, why)
  self.again = uv.new_timer()
  self.again:start(self.pause, 0, function()
    self.again:close()
    self.again = nil
    vim.schedule(function()
      self:open()
    end)
  end)
  self.pause = math.min(self.pause * 2, LONGEST_PAUSE_MS)
end

--- Ask for something. `answer` is called once, later: no bridge and no answer in time are answers too.
function Bridge:ask(command, target, more, answer)
  answer = answer or function() end
  if not self.input then
    vim.schedule(function()
      answer({ ok = false, error = 'statuswatch is not running' })
    end)
    return
  end
  self.number = self.number + 1
  local id = 'nvim-' .. self.number
  local timer = uv.new_timer()
  self.asked[id] = { answer = answer, timer = timer }
  timer:start(
    command == 'claim' and CLAIM_WITHIN_MS or ANSWER_WITHIN_MS,
    0,
    vim.schedule_wrap(function()
      self:answered(id, { ok = false, error = 'no answer in time' })
    end)
  )
  local message = vim.tbl_extend('error', { type = 'command', id = id, command = command, target = target }, more or {})
  self.input:write(vim.json.encode(message) .. '\n')
end

--- End it and all that waits.
function Bridge:close()
  self.closed = true
  if self.again then
    self.again:stop()
    self.again:close()
    self.again = nil
  end
  self:no_answers('closed')
  if self.input and not self.input:is_closing() then
    self.input:close() -- the bridge ends when its input does, and its last commands are answered
  end
  self.input = nil
  local life = self.life
  if life then
    local patience = uv.new_timer()
    patience:start(LAST_COMMANDS_MS, 0, function()
      patience:close()
      if not life.ended then
        life.process:kill('sigterm')
      end
    end)
  end
end

return M
