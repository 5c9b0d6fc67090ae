--- Whether this window has the person's eyes. Terminals that report their focus say so; everywhere it takes a key lately, since many report nothing
--- (tmux without focus-events), and a window that only seems to be looked at would keep a notice to itself.

local uv = vim.uv or vim.loop

local IDLE_MS = 120000

local M = {}
local Attention = {}
Attention.__index = Attention

--- `changed(on)` is called where it is no longer as it was told last.
function M.new(changed)
  return setmetatable({ changed = changed, focused = true, typed = nil, on = false }, Attention)
end

--- Begin to watch, in the autocommand group `group`.
function Attention:start(group)
  self.space = vim.api.nvim_create_namespace('statuswatch.attention')
  vim.on_key(function(key)
    -- Bytes 128 253 begin what is no key: the editor's own events, the mouse, the focus.
    if key and key:sub(1, 2) ~= '\128\253' then
      self.typed = uv.now()
      if not self.on then
        self:look_soon()
      end
    end
  end, self.space)
  local function focus(is)
    return function()
      self.focused = is
      if is then
        self.typed = uv.now()
      end
      self:look()
    end
  end
  vim.api.nvim_create_autocmd('FocusGained', { group = group, callback = focus(true) })
  vim.api.nvim_create_autocmd('FocusLost', { group = group, callback = focus(false) })
end

function Attention:stop()
  if self.space then
    vim.on_key(nil, self.space)
    self.space = nil
  end
end

function Attention:look_soon()
  if not self.looking then
    self.looking = true
    vim.schedule(function()
      self.looking = false
      self:look()
    end)
  end
end

--- Compare with what was told last; also called every half minute.
function Attention:look()
  local on = self.focused and self.typed ~= nil and uv.now() - self.typed < IDLE_MS
  if on ~= self.on then
    self.on = on
    self.changed(on)
  end
end

return M
