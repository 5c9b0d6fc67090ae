--- Messages on the screen, one a trouble: a later one takes the place of the earlier, and one that nobody needs any more is taken away, as far as what shows
--- messages here can do that: nvim-notify and snacks can. Neovim's own command line keeps nothing that could be taken away.

local text = require('statuswatch.text')

local CALM = { resolved = true, recovering = true, maintenance = true }
local REMEMBERED = 64
local TRY_AGAIN_MS = 300

local M = {}
local Messages = {}
Messages.__index = Messages

function M.new()
  return setmetatable({ waiting = {}, shown = {}, order = {} }, Messages)
end

--- Whether `vim.notify` is the editor's own, which writes into the command line. There a text that does not fit would ask for Enter, and stop the person.
local function is_plain()
  return type(vim.notify) == 'function' and debug.getinfo(vim.notify, 'S').source:sub(1, 5) == '@vim/'
end

--- Whether it is nvim-notify, which replaces what its own call returned, and fails for what is closed by then.
local function replaces()
  local plugin = package.loaded['notify']
  return type(plugin) == 'table' and (vim.notify == plugin or vim.notify == plugin.notify)
end

local function sentence(words)
  return (words == '' or words:match('[.!?]$') or words:match('…$')) and words or words .. '.'
end

--- What is said: the command line gets what fits on a line, others all of it.
function M.words(notice, columns)
  local parts = { notice.simulated and 'Simulation:' or '', sentence(text.plain(notice.title, 200)), text.plain(notice.body, 300) }
  local line = vim.trim(table.concat(parts, ' '))
  if not columns then
    return line
  end
  line = 'statuswatch: ' .. line
  local cut = line
  for letters = vim.fn.strchars(line), 1, -1 do
    cut = letters == vim.fn.strchars(line) and line or vim.fn.strcharpart(line, 0, letters - 1) .. '…'
    if vim.fn.strdisplaywidth(cut) <= columns then
      break
    end
  end
  return cut
end

local function trouble_of(notice)
  return type(notice.trouble) == 'string' and notice.trouble or notice.id
end

local function name_of(trouble)
  return 'statuswatch ' .. text.plain(trouble, 80)
end

--- Say it once the person is not in the middle of a command line or a question; of several about one trouble the newest.
function Messages:show(notice)
  local trouble = trouble_of(notice)
  local waits = self.waiting[trouble] ~= nil
  self.waiting[trouble] = notice
  if not waits then
    self:try(trouble)
  end
end

function Messages:try(trouble)
  local notice = self.waiting[trouble]
  if not notice then
    return
  end
  if vim.api.nvim_get_mode().mode:find('^[cr!]') then
    vim.defer_fn(function()
      self:try(trouble)
    end, TRY_AGAIN_MS)
    return
  end
  self.waiting[trouble] = nil
  self:say(trouble, notice)
end

function Messages:say(trouble, notice)
  local level = CALM[notice.kind] and vim.log.levels.INFO or vim.log.levels.WARN
  if is_plain() then
    vim.notify(M.words(notice, vim.v.echospace), level)
    return
  end
  -- One message a trouble: those who show messages in windows replace the one of the same id.
  local about = { title = 'statuswatch', id = name_of(trouble) }
  local message = { notice = notice }
  local earlier = self.shown[trouble]
  self:remember(trouble, message)
  if replaces() then
    if earlier and earlier.window and earlier.handle then
      message.window, about.replace = earlier.window, earlier.handle
    elseif earlier and earlier.window then -- told while the editor started, when there are no handles yet
      M.close(earlier.window)
    end
    about.on_open = function(window)
      message.window = window
      if self.shown[trouble] ~= message then -- taken away, or followed by another, before it came
        M.close(window)
      end
    end
    about.on_close = function()
      if self.shown[trouble] == message then
        self.shown[trouble] = nil
      end
    end
  end
  message.handle = vim.notify(M.words(notice), level, about)
end

function M.close(window)
  vim.schedule(function()
    pcall(vim.api.nvim_win_close, window, true)
  end)
end

function Messages:remember(trouble, message)
  if not self.shown[trouble] then
    self.order[#self.order + 1] = trouble
    if #self.order > REMEMBERED then
      self.shown[table.remove(self.order, 1)] = nil
    end
  end
  self.shown[trouble] = message
end

--- Whether there is anything that could be taken away.
function Messages:any()
  return next(self.shown) ~= nil or next(self.waiting) ~= nil
end

--- Take away what is shown of that trouble, or would be shown soon.
function Messages:take_away(trouble)
  if type(trouble) ~= 'string' then
    return
  end
  local message = self.shown[trouble]
  self.waiting[trouble], self.shown[trouble] = nil, nil
  if not message then
    return
  end
  local snacks = package.loaded['snacks.notifier']
  if type(snacks) == 'table' and type(rawget(snacks, 'hide')) == 'function' then
    pcall(snacks.hide, name_of(trouble))
  end
  if message.window then
    M.close(message.window)
  end
end

--- The same for each trouble whose newest notice `fits`.
function Messages:take_away_where(fits)
  local gone = {}
  for trouble, message in pairs(self.shown) do
    gone[trouble] = fits(message.notice) or nil
  end
  for trouble, notice in pairs(self.waiting) do
    gone[trouble] = fits(notice) or nil
  end
  for trouble in pairs(gone) do
    self:take_away(trouble)
  end
end

return M
