-- The recorded conversation of the protocol, played against the whole plugin: what it says is heard in pieces, what the plugin asks is answered from it.

local plugin = require('statuswatch')
local bridges = require('statuswatch.bridge')

local function at(time)
  plugin.now = function()
    return require('statuswatch.text').epoch(time)
  end
end

--- A bridge without a process: `play(line)` lets it say one, `asked` is what the plugin asked. Answers are those of the transcript, by command and target.
local function stage(rows)
  local made = { asked = {}, said = {} }
  local answers = {}
  for index, entry in ipairs(rows) do
    local message = entry.row.message
    if entry.row.from == 'editor' and message and message.command then
      local reply = rows[index + 1].row.message
      local key = message.command .. ' ' .. (message.target or '*')
      answers[key] = answers[key] or {}
      table.insert(answers[key], reply)
    end
  end
  local original = bridges.new
  bridges.new = function(options, events)
    local bridge = original(options, events)
    made.bridge = bridge
    bridge.open = function(self)
      self.life = { process = { kill = function() end } }
      self.input = {
        write = function(_, line)
          local asked = vim.json.decode(line)
          table.insert(made.asked, asked)
          local queue = answers[asked.command .. ' ' .. asked.target] or {}
          local reply = vim.deepcopy(#queue > 1 and table.remove(queue, 1) or queue[1] or { type = 'done', ok = false, error = 'not in the transcript' })
          reply.id = asked.id
          self:hear(self.life, vim.json.encode(reply) .. '\n')
        end,
        is_closing = function()
          return true
        end,
      }
    end
    return bridge
  end
  made.play = function(message)
    local line = type(message) == 'string' and message or vim.json.encode(message)
    for start = 1, #line, 4099 do
      made.bridge:hear(made.bridge.life, line:sub(start, start + 4098))
    end
    made.bridge:hear(made.bridge.life, '\n')
    vim.wait(200, function()
      return not made.bridge.scheduled and vim.tbl_isempty(made.bridge.asked)
    end, 5)
  end
  made.original_notify = vim.notify
  vim.notify = function(words, level, about)
    table.insert(made.said, { words = words, level = level, about = about })
  end
  made.strike = function()
    plugin.stop()
    bridges.new = original
    vim.notify = made.original_notify
    plugin.now = os.time
  end
  return made
end

--- The message of a transcript's row, as the bytes that the bridge writes.
local function raw(entry)
  return entry.line:match('^{"from":"bridge","message":(.*)}$')
end

local function page()
  local shown = plugin.running().window:shown()
  return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(shown), 0, -1, false), '\n')
end

for _, name in ipairs({ 'golden.jsonl', 'v1.0.jsonl' }) do
  test('each message of the bridge is understood: ' .. name, function()
    local count = 0
    for _, entry in ipairs(transcript(name)) do
      if entry.row.from == 'bridge' then
        count = count + 1
        holds(bridges.read(raw(entry)), 'not understood: ' .. entry.line:sub(1, 120))
      end
    end
    holds(count > 5)
  end)
end

test('each health and each level that the schema knows has a word and a sign', function()
  local picture = require('statuswatch.picture')
  local schema = vim.json.decode(table.concat(vim.fn.readfile(protocol_folder .. 'schema.json'), '\n'))
  local function sorted(list)
    list = vim.deepcopy(list)
    table.sort(list)
    return list
  end
  equal(sorted(vim.tbl_keys(picture.WORD)), sorted(schema['$defs'].Health.enum))
  for _, level in ipairs(schema['$defs'].Level.enum) do
    holds(picture.SIGN[level] and picture.ASCII[level] and picture.GROUP[level], level)
  end
end)

test('the whole conversation: status line, page, messages and claims as it goes on', function()
  local rows = transcript('golden.jsonl')
  local staged = stage(rows)
  local ok, message = pcall(function()
    at('2025-12-14T21:48:30Z')
    plugin.setup({ ascii = false })
    plugin.running().attention.on = true
    require('statuswatch.command').run()
    local seen = {}
    for _, entry in ipairs(rows) do
      local kind = entry.row.message and entry.row.message.type
      if entry.row.from == 'bridge' and (kind == 'hello' or kind == 'snapshot' or kind == 'changes' or kind == 'notice' or kind == 'claimed') then
        staged.play(raw(entry))
        seen[#seen + 1] = { kind = kind, line = plugin.statusline(), said = #staged.said, page = page() }
      end
    end
    local lines = vim.tbl_map(function(step)
      return step.kind .. ' ' .. step.line
    end, seen)
    equal(lines, {
      'hello – no engine',
      'hello ',
      'snapshot ',
      'changes ▲ opus failing 23m',
      'notice ▲ opus failing 23m',
      'changes ↑ opus back 1m',
      'notice ↑ opus back 1m',
      'claimed ↑ opus back 1m',
      'hello ↑ opus back 1m (30s old)',
      'snapshot ↑ opus back 1m (30s old)',
      'hello ↑ opus back 1m',
      'snapshot ▲ opus failing 23m',
    })
    -- One notice was granted, one was another window's.
    equal(#staged.said, 1)
    equal(staged.said[1].words, 'Anthropic is failing for Claude Opus 4.5. 7 of 9 calls got 529.')
    equal(staged.said[1].level, vim.log.levels.WARN)
    local asked = {}
    for _, one in ipairs(staged.asked) do
      asked[one.command] = (asked[one.command] or 0) + 1
    end
    equal({ asked.claim, asked.attend }, { 2, 2 })

    local failing = seen[4].page
    for _, part in ipairs({
      '▲ Anthropic is failing for Claude Opus 4.5.',
      '▲ Claude Opus 4.5   Claude Code   failing  23m  7/9 failed  page: critical',
      '– gemini-3-pro      API           unknown  2h   no calls    page: unreadable',
      '"Several models answer with errors"  Anthropic · critical · investigating · 17m',
      'page at status.example',
      '529 overloaded_error',
      'theirs (high)',
    }) do
      holds(failing:find(part, 1, true), part .. ' is missing in\n' .. failing)
    end
    holds(seen[9].page:find('No engine is running (:Statuswatch start). Nothing below is newer than 30s ago.', 1, true), seen[9].page)
  end)
  staged.strike()
  holds(ok, message)
end)

test('hostile texts are inert in the page and cannot be opened or copied', function()
  local rows = transcript('golden.jsonl')
  local staged = stage(rows)
  local ok, message = pcall(function()
    at('2025-12-14T21:48:30Z')
    plugin.setup({ ascii = false })
    staged.play(raw(rows[2]))
    staged.play(raw(rows[#rows]))
    require('statuswatch.command').run()
    vim.wait(50)
    local text = page()
    holds(text:find('R&D [/oops] [red]us-east-1[/]', 1, true))
    holds(text:find('"two lines and tab"', 1, true))
    holds(not text:find('[%z\1-\9\11-\31\127]'))
    for _, hidden in ipairs({ '\226\128\174', '\226\128\139', '\226\129\160', '\239\187\191', '\194\155' }) do
      holds(not text:find(hidden, 1, true))
    end
    for _, line in ipairs(plugin.running().window.lines) do
      equal(line.url, nil)
    end
    equal(plugin.statusline(), '▲ opus failing 23m')
    equal(vim.fn.filereadable('pwned'), 0)
  end)
  staged.strike()
  holds(ok, message)
end)

test('a hostile notice is one line, and with the usual vim.notify never longer than the command line', function()
  local teller = require('statuswatch.messages')
  local notice = { id = 'n', kind = 'opened', title = '\27]0;x\7%{system("touch pwned")} [x](command:y)\nnext', body = ('long '):rep(200), trouble = 't' }
  local words = teller.words(notice)
  holds(not words:find('[%z\1-\31]'))
  holds(words:find('%{system("touch pwned")} [x](command:y) next. long', 1, true), words)
  for _, columns in ipairs({ 10, 40, 79 }) do
    holds(vim.fn.strdisplaywidth(teller.words(notice, columns)) <= columns)
  end
  equal(teller.words({ title = 'Back', body = '', simulated = true }, 60), 'statuswatch: Simulation: Back.')
end)

test('a message of a later version and what is no message are skipped, and the next one is heard', function()
  local rows = transcript('golden.jsonl')
  local staged = stage(rows)
  local ok, message = pcall(function()
    at('2025-12-14T21:48:30Z')
    plugin.setup({ ascii = false })
    for _, line in ipairs({ '', '{', '[]', '7', 'null', '{"type":7}', '{"type":"dance"}', '{"type":"snapshot"}', '{"type":"snapshot","snapshot":{"v":2}}', '{"type":"notice","notice":[]}', '{"type":"done"}', ('['):rep(3000) }) do
      staged.play(line)
    end
    equal(plugin.statusline(), '')
    staged.play(raw(rows[2]))
    staged.play(raw(rows[4]))
    equal(plugin.statusline(), '▲ opus failing 23m')
    staged.play('{"type":"snapshot","snapshot":{"v":1,"at":7,"engine":{},"summary":{"level":"later","details":[],"label":7},"routes":[{},{"verdict":7}],"incidents":[{}],"calls":[7]}}')
    require('statuswatch.command').run()
    equal(plugin.statusline(), '')
  end)
  staged.strike()
  holds(ok, message)
end)

test('a notice is claimed once however often it is heard, and never where the engine knows no claims or the person wants none', function()
  local rows = transcript('golden.jsonl')
  local staged = stage(rows)
  local notice
  for _, entry in ipairs(rows) do
    notice = notice or (entry.row.message and entry.row.message.type == 'notice' and raw(entry)) or nil
  end
  local ok, message = pcall(function()
    plugin.setup({ ascii = false })
    staged.play('{"type":"hello","v":1,"version":"0.0.9","capabilities":["snapshot","notice"],"engine":true}')
    staged.play(notice)
    equal(#staged.asked, 0)
    staged.play(raw(rows[2]))
    staged.play(notice)
    staged.play(notice)
    equal(#staged.said, 1)
    plugin.setup({ ascii = false, notify = false })
    staged.play(raw(rows[2]))
    staged.play(notice)
    equal(#staged.said, 1)
  end)
  staged.strike()
  holds(ok, message)
end)

test('an engine that keeps its promise no more is not believed, though the bridge still runs', function()
  local rows = transcript('golden.jsonl')
  local staged = stage(rows)
  local ok, message = pcall(function()
    at('2025-12-14T21:48:30Z')
    plugin.setup({ ascii = false })
    staged.play(raw(rows[2]))
    staged.play(raw(rows[3]))
    equal(plugin.statusline(), '')
    at('2025-12-14T22:48:30Z')
    staged.play(raw(rows[3]))
    equal(plugin.statusline(), '– engine silent')
    staged.play(raw(rows[4]))
    equal(plugin.statusline(), '▲ opus failing 23m (1h old)')
    equal(plugin.highlight(), 'StatuswatchStale')
  end)
  staged.strike()
  holds(ok, message)
end)

test('lualine gets the same text, and the colour of what it says', function()
  local base = {}
  base.__index = base
  function base:extend()
    return setmetatable({ super = base }, { __index = base })
  end
  function base.init(me, options)
    me.options = options
  end
  package.loaded['lualine.component'] = base
  package.loaded['lualine.components.statuswatch'] = nil
  local component = require('lualine.components.statuswatch')
  package.loaded['lualine.component'] = nil
  component:init({})
  equal(component:update_status(), '')
  equal(component.options.color(), 'StatuswatchUnknown')
  component:init({ color = 'Mine' })
  equal(component.options.color, 'Mine')
end)

test('completion offers verbs, then what the verb can be about, then times', function()
  local command = require('statuswatch.command')
  local rows = transcript('golden.jsonl')
  equal(vim.tbl_contains(command.complete('', 'Statuswatch '), 'checkhealth'), false)
  equal(command.complete('wa', 'Statuswatch wa'), { 'wait' })
  equal(command.complete('', 'Statuswatch why '), {})
  local staged = stage(rows)
  local ok, message = pcall(function()
    at('2025-12-14T21:48:30Z')
    plugin.setup({ ascii = false })
    staged.play(raw(rows[2]))
    staged.play(raw(rows[4]))
    equal(command.complete('', 'Statuswatch wait '), { 'anthropic/code:claude-opus-4.5' })
    holds(vim.tbl_contains(command.complete('', 'Statuswatch why '), 'openai/api:gpt-5.5'))
    equal(command.complete('anthropic:', 'Statuswatch mute anthropic:'), { 'anthropic:9g6qpr72ttbr' })
    equal(command.complete('', 'Statuswatch mute anthropic '), { '30m', '1h', '8h', '1d' })
    equal(command.complete('', 'Statuswatch refresh '), {})
  end)
  staged.strike()
  holds(ok, message)
end)
