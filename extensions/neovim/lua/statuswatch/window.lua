--- The window: what you use, the incidents and the reasons, as a page that follows the engine. A plain buffer without a file; feed text in it is text.

local picture = require('statuswatch.picture')

local NAME = 'statuswatch://status'
local HEIGHT = 18
local LOOK = table.concat({
  'setlocal buftype=nofile bufhidden=wipe noswapfile nobuflisted nomodeline nomodifiable nospell nolist',
  'setlocal nonumber norelativenumber nocursorcolumn foldcolumn=0 signcolumn=no colorcolumn= winfixheight',
  'setlocal wrap linebreak breakindent breakindentopt=shift:6 filetype=statuswatch',
}, ' | ')
local KEYS = 'q close   r read the pages now   w tell me when it is back   m mute   o open   y copy link   <CR> why   ? help'

local M = {}
local Window = {}
Window.__index = Window

--- `me`: what runs. `plugin`: the module with `now`.
function M.new(me, ask, plugin)
  return setmetatable({ me = me, ask = ask, plugin = plugin, target = '*', space = vim.api.nvim_create_namespace('statuswatch') }, Window)
end

--- The window that shows the buffer, or nil.
function Window:shown()
  if not self.buffer or not vim.api.nvim_buf_is_valid(self.buffer) then
    self.buffer = nil
    return nil
  end
  local found = vim.fn.bufwinid(self.buffer)
  return found ~= -1 and found or nil
end

--- Show it, about `target` (a route, or `*`: the worst trouble), and put the cursor there.
function Window:open(target)
  self.target = target or '*'
  local shown = self:shown()
  if shown then
    vim.api.nvim_set_current_win(shown)
  else
    local height = math.max(5, math.min(HEIGHT, math.floor(vim.o.lines / 2)))
    vim.cmd(('botright %dnew'):format(height))
    self.buffer = vim.api.nvim_get_current_buf()
    vim.cmd(LOOK)
    pcall(vim.api.nvim_buf_set_name, self.buffer, NAME)
    self:map()
  end
  self.lines = nil
  self:draw()
  self:renew()
end

function Window:close()
  local shown = self:shown()
  -- The last window cannot be closed: it gets an empty buffer instead.
  if shown and not pcall(vim.api.nvim_win_close, shown, true) then
    pcall(vim.api.nvim_win_call, shown, function()
      vim.cmd('enew')
    end)
  end
end

function Window:map()
  local command = require('statuswatch.command')
  local keys = {
    q = function()
      self:close()
    end,
    r = function()
      command.run('refresh')
    end,
    w = function()
      local at = self:at()
      command.run('wait', (at.kind == 'route' or at.kind == 'trouble') and at.target or nil)
    end,
    m = function()
      local at = self:at()
      command.run('mute', at.kind ~= 'call' and at.target ~= '*' and at.target or nil)
    end,
    o = function()
      command.run('open', self:at().target)
    end,
    y = function()
      local at = self:at()
      command.copy(at.target, at.url)
    end,
    ['<CR>'] = function()
      local at = self:at()
      self.target = at.kind ~= 'incident' and at.target or '*'
      self:renew()
    end,
    ['?'] = function()
      if not pcall(vim.cmd, 'help statuswatch-window') then
        command.say('no help: run :helptags ALL once')
      end
    end,
  }
  for key, act in pairs(keys) do
    vim.keymap.set('n', key, act, { buffer = self.buffer, nowait = true, silent = true })
  end
end

--- What the cursor's line is about.
function Window:at()
  local shown = self:shown()
  local row = shown and vim.api.nvim_win_get_cursor(shown)[1] or 0
  return self.lines and self.lines[row] or {}
end

--- Write the page, where it is open and no longer the same.
function Window:draw()
  local shown = self:shown()
  if not shown then
    return
  end
  local lines = picture.page(self.me.state, self.plugin.now(), self.why, self.me.signs)
  lines[#lines + 1] = { text = '' }
  lines[#lines + 1] = { text = KEYS, group = 'StatuswatchStale' }
  local words, groups = {}, {}
  for index, line in ipairs(lines) do
    words[index] = line.text
    groups[index] = line.group or ''
  end
  local still = table.concat(words, '\n') .. '\0' .. table.concat(groups, ',')
  if self.lines and still == self.still then
    self.lines = lines
    return
  end
  self.lines, self.still = lines, still
  vim.bo[self.buffer].modifiable = true
  vim.api.nvim_buf_set_lines(self.buffer, 0, -1, false, words)
  vim.bo[self.buffer].modifiable = false
  vim.bo[self.buffer].modified = false
  vim.api.nvim_buf_clear_namespace(self.buffer, self.space, 0, -1)
  for index, line in ipairs(lines) do
    if line.group and line.text ~= '' then
      vim.api.nvim_buf_set_extmark(self.buffer, self.space, index - 1, 0, { end_col = #line.text, hl_group = line.group })
    end
  end
end

--- Ask for the reasons anew.
function Window:renew()
  local shown = self:shown()
  if not shown then
    return
  end
  local target = self.target
  local width = math.max(20, math.min(400, vim.api.nvim_win_get_width(shown) - 2))
  self.ask('why', target, { width = width }, function(answer)
    if target ~= self.target then
      return
    end
    local lines = answer.ok and type(answer.lines) == 'table' and answer.lines or { answer.error }
    self.why = vim.tbl_extend('force', lines, { target = target })
    self:draw()
  end)
end

return M
