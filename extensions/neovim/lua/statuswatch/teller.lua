--- Notices: one message for a person, in one window of all that are open. A notice is claimed first, and shown only where the engine says that it is ours.

local text = require('statuswatch.text')

local CALM = { resolved = true, recovering = true, maintenance = true }
local REMEMBERED = 256
local TRY_AGAIN_MS = 300

local M = {}
local Teller = {}
Teller.__index = Teller

--- `ask(command, target, more, answer)` speaks with the bridge.
function M.new(ask)
  return setmetatable({ ask = ask, claims = false, wanted = true, seen = {}, order = {} }, Teller)
end

--- Whether `vim.notify` is the editor's own, which writes into the command line. There a text that does not fit would ask for Enter, and stop the person.
local function is_plain()
  return debug.getinfo(vim.notify, 'S').source:sub(1, 5) == '@vim/'
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

--- Say it once the person is not in the middle of a command line or a question.
local function say(notice)
  if vim.api.nvim_get_mode().mode:find('^[cr!]') then
    vim.defer_fn(function()
      say(notice)
    end, TRY_AGAIN_MS)
    return
  end
  local level = CALM[notice.kind] and vim.log.levels.INFO or vim.log.levels.WARN
  if is_plain() then
    vim.notify(M.words(notice, vim.v.echospace), level)
  else
    -- One message a trouble: those who show messages in windows replace the one of the same id.
    vim.notify(M.words(notice), level, { title = 'statuswatch', id = 'statuswatch ' .. text.plain(notice.trouble, 80) })
  end
end

--- Take a notice in: claim it, and show it where it is ours. `shown` is told of one that is.
function Teller:tell(notice, shown)
  if not self.claims or not self.wanted or notice.kind == 'amended' or self.seen[notice.id] then
    return
  end
  self.seen[notice.id] = true
  self.order[#self.order + 1] = notice.id
  if #self.order > REMEMBERED then
    self.seen[table.remove(self.order, 1)] = nil
  end
  self.ask('claim', notice.id, nil, function(answer)
    if answer.ok then
      shown(notice)
      say(notice)
    end
  end)
end

return M
