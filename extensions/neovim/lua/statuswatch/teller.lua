--- Notices: one message for a person, in one window of all that are open. A notice is claimed first, and shown only where the engine says that it is ours.

local messages = require('statuswatch.messages')

local REMEMBERED = 256

local M = {}
local Teller = {}
Teller.__index = Teller

--- `ask(command, target, more, answer)` speaks with the bridge.
function M.new(ask)
  return setmetatable({ ask = ask, claims = false, wanted = true, seen = {}, order = {}, messages = messages.new() }, Teller)
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
      self.messages:show(notice)
    elseif not answer.by then
      self.seen[notice.id] = nil -- nobody is known to show it: the engine or the bridge went away
    end
  end)
end

--- Somebody else shows what is new of that trouble.
function Teller:elsewhere(trouble)
  self.messages:take_away(trouble)
end

--- A new picture: what the person has acknowledged, in whatever window, needs no message any more.
function Teller:look(snapshot)
  if not self.messages:any() then
    return
  end
  local known = {}
  for _, route in ipairs(snapshot.routes) do
    if type(route) == 'table' and route.route then
      known[route.route] = route.acknowledged == true
    end
  end
  self.messages:take_away_where(function(notice)
    local routes = type(notice.routes) == 'table' and notice.routes or {}
    for _, route in ipairs(routes) do
      if not known[route] then
        return false
      end
    end
    return #routes > 0
  end)
end

return M
