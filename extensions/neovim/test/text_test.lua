local text = require('statuswatch.text')

test('control characters, escapes, bidi marks and what is invisible are gone, white space is a blank', function()
  equal(text.plain('\27]0;TITLE\7\27[31mred\194\155m'), ']0;TITLE[31mredm')
  equal(text.plain('a\226\128\174b\226\128\172c\226\128\139d\239\187\191e'), 'abcde')
  equal(text.plain('two\r\nlines\tand\226\128\168more\194\133end'), 'two lines and more end')
  equal(text.plain('\243\160\129\129tag\194\173'), 'tag')
  equal(text.plain('  é 😀 “ok” %{x} '), 'é 😀 “ok” %{x}')
end)

test('bytes that are no UTF-8 are passed over, also overlong ones and halves of surrogates', function()
  equal(text.plain('a\255\254\192\175b\237\160\128c\224\128\128d\195'), 'abcd')
  equal(text.plain('\226\128'), '')
  equal(text.plain(string.char(0) .. 'x'), 'x')
end)

test('what is no text is empty, what is long is cut at a character', function()
  for _, value in ipairs({ 7, true, {}, vim.NIL }) do
    equal(text.plain(value), '')
    equal(text.aligned(value), '')
    equal(text.label(value), '')
  end
  equal(text.plain(nil), '')
  equal(text.plain(('é'):rep(50), 10), ('é'):rep(9) .. '…')
  equal(text.plain('abc', 3), 'abc')
end)

test('no byte at all comes through as a control character', function()
  for byte = 0, 255 do
    local out = text.plain('<' .. string.char(byte) .. '>')
    holds(not out:find('[%z\1-\31\127]'), 'byte ' .. byte)
    holds(out:sub(1, 1) == '<' and out:sub(-1) == '>', 'byte ' .. byte)
  end
end)

test('a status line shows what is code elsewhere as it stands', function()
  for _, hostile in ipairs({ '%{system("touch pwned")}', '%!system("touch pwned")', '%{%system("touch pwned")%}', '%@Run@x%X', '100%', '%#Error#' }) do
    local shown = vim.api.nvim_eval_statusline(text.for_statusline(hostile), { maxwidth = 200 }).str
    equal(shown, hostile)
  end
  equal(vim.fn.filereadable('pwned'), 0)
end)

test('a label has its own alphabet', function()
  equal(text.label('opus failing 23m'), 'opus failing 23m')
  for _, bad in ipairs({ 'a%b', 'a\27b', 'é', ('x'):rep(41), 'a\nb', '$(x)' }) do
    equal(text.label(bad), '')
  end
end)

test('addresses lead to http and https only, without credentials, and are nothing but an address', function()
  equal({ text.safe_url('https://status.example/incidents/1?x=%20#a') }, { 'https://status.example/incidents/1?x=%20#a', 'status.example' })
  for _, bad in ipairs({ 'javascript:alert(1)', 'file:///etc/passwd', 'https://me:pw@x.example/', 'https://', 'https://x.example/ y', 'https://x.example/\27[2J', 'https://x.example/"', '-https://x', 'https://exämple', 'https:///x' }) do
    equal(text.safe_url(bad), nil)
  end
  equal(text.safe_url(nil), nil)
end)

test('targets are routes, providers and keys, and nothing that a command line reads otherwise', function()
  for _, good in ipairs({ 'anthropic/code:claude-opus-4.5', 'github/code:*', 'google-cloud/cloud:gemini@us-central1', 'anthropic:9g6q', '*' }) do
    equal(text.target(good), good)
  end
  for _, bad in ipairs({ '', 'a b', 'a|b', 'a\nb', 'a%b', 'a"b', '<CR>', 'é' }) do
    equal(text.target(bad), nil)
  end
end)

test('times are read in UTC, ages are short', function()
  equal(text.epoch('1970-01-01T00:00:00Z'), 0)
  equal(text.epoch('2025-12-14T21:48:00Z'), 1765748880)
  equal(text.epoch('2024-02-29T23:59:59.123Z'), 1709251199)
  for _, bad in ipairs({ '', 'yesterday', '2025-12-14', '2025-12-14T21:48:00+01:00', 7 }) do
    equal(text.epoch(bad), nil)
  end
  local ages = {}
  for _, seconds in ipairs({ 0, 59, 60, 3599, 3600, 5400, 36000, 172800 }) do
    ages[#ages + 1] = text.age('1970-01-01T00:00:00Z', seconds)
  end
  equal(ages, { '0s', '59s', '1m', '59m', '1h', '1h 30m', '10h', '2d' })
  equal(text.age('1970-01-02T00:00:00Z', 0), '0s')
  equal(text.age(nil, 0), '')
end)

test('spans of time are read, and nothing else is', function()
  equal({ text.seconds('90s'), text.seconds('30m'), text.seconds('2h'), text.seconds('1d') }, { 90, 1800, 7200, 86400 })
  for _, bad in ipairs({ '', '0m', '1', 'h', '-1h', '1.5h', '999d', '1w' }) do
    equal(text.seconds(bad), nil)
  end
end)
