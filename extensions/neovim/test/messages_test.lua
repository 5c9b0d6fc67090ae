-- Messages with what shows them: each stand-in behaves like the plugin of its name, as far as it is used here.

local messages = require('statuswatch.messages')

local function notice(id, trouble, kind)
  return { id = id, trouble = trouble, kind = kind or 'opened', title = id, body = '', routes = { 'a/b:c' } }
end

--- nvim-notify: a table that is called, returns a record, and replaces only what is open.
local function windows()
  local made = { open = {}, said = {} }
  function made.notify(words, level, about)
    made.said[#made.said + 1] = { words = words, level = level, replaces = about.replace and about.replace.id }
    local record = { id = #made.said }
    local window = about.replace and made.open[about.replace.id]
    if about.replace then
      assert(window, 'it was closed already')
      made.open[about.replace.id] = nil
    else
      window = vim.api.nvim_open_win(vim.api.nvim_create_buf(false, true), false, { relative = 'editor', row = 1, col = 1, width = 9, height = 1 })
      about.on_open(window)
    end
    made.open[record.id] = window
    made.on_close = about.on_close
    return record
  end
  return setmetatable(made, {
    __call = function(_, ...)
      return made.notify(...)
    end,
  })
end

local function with(notify, loaded, run)
  local before, modules = vim.notify, { notify = package.loaded['notify'], ['snacks.notifier'] = package.loaded['snacks.notifier'] }
  vim.notify = notify
  for name, module in pairs(loaded) do
    package.loaded[name] = module
  end
  local ok, message = xpcall(run, debug.traceback)
  vim.notify = before
  package.loaded['notify'], package.loaded['snacks.notifier'] = modules.notify, modules['snacks.notifier']
  holds(ok, message)
end

local function closed(window)
  return vim.wait(5000, function()
    return not vim.api.nvim_win_is_valid(window)
  end, 5)
end

test('with nvim-notify a later message takes the place of the earlier, unless that is closed', function()
  local shows = windows()
  with(shows, { notify = shows }, function()
    local all = messages.new()
    all:show(notice('n1', 't1'))
    all:show(notice('n2', 't1', 'resolved'))
    all:show(notice('n3', 't2'))
    equal({ shows.said[1].replaces, shows.said[2].replaces, shows.said[3].replaces }, { nil, 1, nil })
    equal(shows.said[2].level, vim.log.levels.INFO)
    shows.on_close()
    all:show(notice('n4', 't2'))
    equal(shows.said[4].replaces, nil)
    for _, window in pairs(shows.open) do
      vim.api.nvim_win_close(window, true)
    end
  end)
end)

test('with nvim-notify a message from the start of the editor, which has no handle, is closed when the next of its trouble comes', function()
  local shows = windows()
  local starting = setmetatable({ notify = false }, {
    __call = function(_, words, level, about)
      shows.notify(words, level, about)
    end,
  })
  with(starting, { notify = starting }, function()
    local all = messages.new()
    all:show(notice('n1', 't1'))
    all:show(notice('n2', 't1'))
    holds(closed(shows.open[1]))
    holds(vim.api.nvim_win_is_valid(shows.open[2]))
    all:take_away('t1')
    holds(closed(shows.open[2]))
  end)
end)

test('with nvim-notify what somebody else shows is taken away, and only that', function()
  local shows = windows()
  with(shows, { notify = shows }, function()
    local all = messages.new()
    all:show(notice('n1', 't1'))
    all:show(notice('n2', 't2'))
    all:take_away('t1')
    holds(closed(shows.open[1]))
    holds(vim.api.nvim_win_is_valid(shows.open[2]))
    all:take_away('t1')
    all:take_away(nil)
    equal(#shows.said, 2)
    all:take_away_where(function(one)
      return one.id == 'n2'
    end)
    holds(closed(shows.open[2]))
    holds(not all:any())
  end)
end)

test('with snacks a message has the name of its trouble, and is taken away by it', function()
  local said, hidden = {}, {}
  local snacks = setmetatable({
    hide = function(name)
      table.insert(hidden, name)
    end,
  }, { __call = function() end })
  with(function(_, _, about)
    table.insert(said, about.id)
    return about.id
  end, { ['snacks.notifier'] = snacks }, function()
    local all = messages.new()
    all:show(notice('n1', 't1'))
    all:show(notice('n2', 't1'))
    all:take_away('t2')
    equal(hidden, {})
    all:take_away('t1')
    equal({ said, hidden }, { { 'statuswatch t1', 'statuswatch t1' }, { 'statuswatch t1' } })
  end)
end)

test('where nothing can be taken away nothing more is said', function()
  local said = {}
  with(function(words)
    table.insert(said, words)
  end, {}, function()
    local all = messages.new()
    all:show(notice('n1', 't1'))
    all:take_away('t1')
    equal(said, { 'n1.' })
  end)
end)

test('a message that waits for the end of a command line gives way to a later one of its trouble, and is not said once it is of no use', function()
  local said = {}
  local mode = vim.api.nvim_get_mode
  local busy = true
  vim.api.nvim_get_mode = function()
    return busy and { mode = 'c', blocking = false } or mode()
  end
  with(function(words)
    table.insert(said, words)
  end, {}, function()
    local all = messages.new()
    all:show(notice('n1', 't1'))
    all:show(notice('n2', 't1', 'resolved'))
    all:show(notice('n3', 't2'))
    all:show(notice('n4', 't3'))
    all:take_away('t2')
    equal(said, {})
    busy = false
    holds(vim.wait(10000, function()
      return #said == 2
    end, 5))
    table.sort(said)
    equal(said, { 'n2.', 'n4.' })
  end)
  vim.api.nvim_get_mode = mode
end)
