--- What is shown, as values: nothing of the editor in here, and no clock (`now`: seconds since 1970, passed in). Words are those of the other surfaces.

local text = require('statuswatch.text')

local M = {}

M.WORD = {
  ok = 'ok',
  suspect = 'not sure',
  degraded = 'failing',
  down = 'down',
  recovering = 'coming back',
  maintenance = 'maintenance',
  unknown = 'unknown',
}
local LEVEL_OF = { ok = 'ok', suspect = 'unsure', degraded = 'failing', down = 'down', recovering = 'recovering', maintenance = 'maintenance', unknown = 'unknown' }
M.SIGN = { ok = '✓', unknown = '–', unsure = '◌', yours = '▲', failing = '▲', down = '●', recovering = '↑', maintenance = '◷' }
M.ASCII = { ok = '+', unknown = '-', unsure = '?', yours = '!', failing = '!', down = 'X', recovering = '^', maintenance = '=' }
M.GROUP = {
  ok = 'StatuswatchOk',
  unknown = 'StatuswatchUnknown',
  unsure = 'StatuswatchUnsure',
  yours = 'StatuswatchYours',
  failing = 'StatuswatchFailing',
  down = 'StatuswatchDown',
  recovering = 'StatuswatchRecovering',
  maintenance = 'StatuswatchUnknown',
  stale = 'StatuswatchStale',
}
local TROUBLE = { suspect = true, degraded = true, down = true, recovering = true }
local FAULT = { provider = 'theirs', edge = 'theirs', gateway = 'your gateway', network = 'your network', unknown = 'not sure whose' }
local MOST_UPDATES, MOST_CALLS, MOST_OTHERS = 8, 12, 20

--- How things stand: `standing` is starting, missing (no program), alone (no engine) or live; `why` a sentence for a person.
function M.new()
  return { standing = 'starting', why = 'Asking statuswatch.', snapshot = nil, stale = false }
end

local function list(value)
  return type(value) == 'table' and value or {}
end

--- Whether nobody keeps the picture true any more: said by the bridge, or because the time it was promised for is over.
function M.is_stale(state, now)
  if not state.snapshot then
    return false
  end
  local expires = text.epoch(state.snapshot.engine.expires_at)
  return state.stale or state.standing ~= 'live' or (expires ~= nil and now > expires)
end

--- The instant that ages are counted to: the engine's own, which a simulation sets. An old picture ages by the wall clock.
local function instant(state, now)
  local snapshot = state.snapshot
  local at = text.epoch(snapshot.at)
  return at and (snapshot.engine.simulated ~= nil or not M.is_stale(state, now)) and at or now
end

--- The status line's part: { level, text, headline, stale }. `text` is empty where there is nothing to say, and has only characters of ours.
function M.status(state, now, always, signs)
  local snapshot = state.snapshot
  if state.standing == 'missing' then
    return { level = 'stale', text = signs.unknown .. ' no statuswatch', headline = state.why, stale = true }
  elseif not snapshot then
    local words = state.standing == 'alone' and signs.unknown .. ' no engine' or ''
    return { level = 'stale', text = words, headline = state.why, stale = true }
  end
  local level = signs[snapshot.summary.level] and snapshot.summary.level or 'unknown'
  local label = text.label(snapshot.summary.label)
  local well = level == 'ok' or (level == 'unknown' and label == '')
  local item = { level = level, text = '', headline = text.plain(snapshot.summary.headline), stale = M.is_stale(state, now) }
  if item.stale then
    local age = text.age(snapshot.at, instant(state, now))
    local old = (age == '' or age == '0s') and 'old' or age .. ' old'
    item.level = 'stale'
    item.text = well and ('%s no engine'):format(signs.unknown) or ('%s %s (%s)'):format(signs[level], label, old)
    if well and state.standing == 'live' then
      item.text = ('%s engine silent'):format(signs.unknown)
    end
  elseif not well then
    item.text = ('%s %s'):format(signs[level], label ~= '' and label or level)
  elseif always then
    item.text = signs[level]
  end
  return item
end

-- The page

local Page = {}
Page.__index = Page

--- Add a line: `group` colours it, `target` is what keys act on there, `url` what `y` copies.
function Page:add(words, group, about)
  about = about or {}
  self[#self + 1] = { text = words, group = group, target = about.target, kind = about.kind, url = about.url }
end

function Page:head(words)
  self:add('')
  self:add(words, 'StatuswatchTitle')
end

local function calls_of(route)
  local calls = list(route.calls)
  local ok, failed = tonumber(calls.ok) or 0, tonumber(calls.failed) or 0
  if ok + failed == 0 then
    return 'no calls'
  end
  return failed > 0 and ('%d/%d failed'):format(failed, ok + failed) or ('%d/%d ok'):format(ok, ok)
end

--- One row a route, in columns as wide as their widest cell.
local function add_routes(page, snapshot, at, signs)
  local rows, widths = {}, {}
  for _, route in ipairs(snapshot.routes) do
    local verdict = list(route.verdict)
    local health = M.WORD[verdict.health] and verdict.health or 'unknown'
    local level = LEVEL_OF[health]
    local cells = {
      signs[level] .. ' ' .. text.plain(route.title, 40),
      text.plain(route.surface_name, 20),
      M.WORD[health],
      health == 'ok' and '' or text.age(verdict.since, at),
      calls_of(route),
      'page: ' .. text.plain(route.page_word, 40),
    }
    for index, cell in ipairs(cells) do
      widths[index] = math.max(widths[index] or 0, vim.fn.strdisplaywidth(cell))
    end
    rows[#rows + 1] = { cells = cells, group = level ~= 'ok' and M.GROUP[level] or nil, target = text.target(route.route), trouble = TROUBLE[health] }
  end
  for _, row in ipairs(rows) do
    local padded = {}
    for index, cell in ipairs(row.cells) do
      padded[index] = cell .. (' '):rep(widths[index] - vim.fn.strdisplaywidth(cell))
    end
    page:add((table.concat(padded, '  '):gsub(' +$', '')), row.group, { target = row.target, kind = row.trouble and 'trouble' or 'route' })
  end
end

local function add_incident(page, incident, at, whole)
  local url, host = text.safe_url(incident.url)
  local about = { target = text.target(incident.key), kind = 'incident', url = url }
  local stage = incident.resolved_at and 'resolved' or text.plain(incident.stage, 30)
  local facts = {}
  for _, fact in ipairs({ text.plain(incident.provider_name, 40), text.plain(incident.impact, 20), stage, text.age(incident.posted_at, at) }) do
    if fact ~= '' then
      facts[#facts + 1] = fact
    end
  end
  page:add(('"%s"  %s'):format(text.plain(incident.title, 160), table.concat(facts, ' · ')), incident.resolved_at and 'StatuswatchStale' or nil, about)
  if not whole then
    return
  end
  local updates = list(incident.updates)
  for index = #updates, math.max(1, #updates - MOST_UPDATES + 1), -1 do
    local update = list(updates[index])
    local words = ('    %s ago  %s: "%s"'):format(text.age(update.at, at), text.plain(update.stage, 30), text.plain(update.body, 300))
    page:add(words, nil, about)
  end
  if url then
    page:add(('    page at %s (o opens it, y copies its address)'):format(text.plain(host, 80)), 'StatuswatchStale', about)
  end
end

--- One own call: what came, the model, when, from where, and whose fault a failure was.
local function add_call(page, call, at)
  local failed = call.outcome ~= 'ok'
  local what = 'ok'
  if failed then
    what = vim.trim(('%s %s'):format(type(call.status) == 'number' and call.status or '', text.plain(call.code, 40)))
  end
  what = what ~= '' and what or 'failed'
  what = what .. (' '):rep(20 - vim.fn.strdisplaywidth(what))
  local facts = { ('%4s ago'):format(text.age(call.at, at)), what, text.plain(call.model, 40), text.plain(call.client, 30) }
  if failed and type(call.fault) == 'string' then
    facts[#facts + 1] = (FAULT[call.fault] or ('yours: ' .. text.plain(call.fault, 20))) .. (' (%s)'):format(text.plain(call.confidence, 10))
  end
  local about = { target = text.target(call.request_id) or text.target(call.route), kind = 'call' }
  page:add(table.concat(facts, '  '), failed and 'StatuswatchUnsure' or nil, about)
end

local function add_top(page, state, now, signs)
  local snapshot = state.snapshot
  local level = signs[snapshot.summary.level] and snapshot.summary.level or 'unknown'
  local stale = M.is_stale(state, now)
  page:add(('%s %s'):format(signs[level], text.plain(snapshot.summary.headline)), stale and 'StatuswatchStale' or M.GROUP[level], { target = '*' })
  if stale then
    local why = state.standing == 'live' and 'The engine is silent.' or state.why
    -- A simulation's own time has ended with it: how old its picture is nobody can say.
    local age = snapshot.engine.simulated == nil and text.age(snapshot.at, now) or ''
    page:add(why .. (age ~= '' and (' Nothing below is newer than %s ago.'):format(age) or ' Nothing below is newer.'), 'StatuswatchFailing')
  end
  if snapshot.engine.simulated ~= nil then
    page:add(('Simulation %s: nothing of this is happening now.'):format(text.plain(snapshot.engine.simulated, 60)), 'StatuswatchStale')
  end
  for index, line in ipairs(snapshot.summary.details) do
    if index <= 6 then
      page:add('  ' .. text.plain(line), nil, { target = '*' })
    end
  end
end

local function add_incidents(page, snapshot, at)
  local mine, others = {}, {}
  for _, incident in ipairs(snapshot.incidents) do
    table.insert(incident.concerns and mine or others, incident)
  end
  if #mine > 0 then
    page:head(('Incidents that concern you (%d)'):format(#mine))
    for _, incident in ipairs(mine) do
      add_incident(page, incident, at, true)
    end
  end
  return others
end

--- The window's page: a list of { text, group, target, kind, url }. `why` is what the bridge answered: its lines, and the title they are about.
function M.page(state, now, why, signs)
  local page = setmetatable({}, Page)
  local snapshot = state.snapshot
  if not snapshot then
    page:add(state.why, 'StatuswatchStale')
    return page
  end
  local at = instant(state, now)
  add_top(page, state, now, signs)
  if #snapshot.routes > 0 then
    page:head('What you use')
    add_routes(page, snapshot, at, signs)
  end
  local others = add_incidents(page, snapshot, at)
  if why and #why > 0 then
    page:head('Why')
    for _, line in ipairs(why) do
      page:add(text.aligned(line), nil, { target = why.target })
    end
  end
  if #snapshot.calls > 0 then
    page:head('Your last calls')
    for index = 1, math.min(#snapshot.calls, MOST_CALLS) do
      add_call(page, list(snapshot.calls[index]), at)
    end
  end
  if #others > 0 then
    page:head(('Not yours (%d)'):format(#others))
    for index = 1, math.min(#others, MOST_OTHERS) do
      add_incident(page, others[index], at, false)
    end
  end
  for index, hush in ipairs(list(snapshot.hushed)) do
    if index <= 5 then
      page:head(('Nothing is told now about %s.'):format(text.plain(list(hush).title, 80)))
    end
  end
  return page
end

--- What commands can be about, for completion: routes, providers and incidents; `trouble`: only routes in trouble.
function M.targets(state, trouble)
  local found, seen = {}, {}
  local function add(target)
    target = text.target(target)
    if target and not seen[target] then
      seen[target] = true
      found[#found + 1] = target
    end
  end
  local snapshot = state.snapshot or { routes = {}, incidents = {} }
  for _, route in ipairs(snapshot.routes) do
    if not trouble or TROUBLE[list(route.verdict).health] then
      add(route.route)
    end
  end
  if not trouble then
    for _, route in ipairs(snapshot.routes) do
      add(route.provider)
    end
    for _, incident in ipairs(snapshot.incidents) do
      add(incident.concerns and incident.key)
    end
  end
  return found
end

return M
