-- Runs the tests of this folder in one Neovim and writes what came of each, as JSON, to $STATUSWATCH_RESULTS. See tests/e2e/test_neovim.py.
local folder = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h')
local results = {}

--- Define and run one test: an error in it is its failure.
function _G.test(name, body)
  local ok, message = xpcall(body, debug.traceback)
  results[#results + 1] = { name = name, ok = ok, message = ok and '' or tostring(message) }
end

function _G.equal(found, wanted)
  if not vim.deep_equal(found, wanted) then
    error(('found %s, wanted %s'):format(vim.inspect(found), vim.inspect(wanted)), 2)
  end
end

function _G.holds(value, words)
  if not value then
    error(words or 'it does not hold', 2)
  end
end

--- The lines of a file of the protocol's folder, decoded.
function _G.transcript(name)
  local rows = {}
  for line in io.lines(folder .. '/../../protocol/' .. name) do
    rows[#rows + 1] = { line = line, row = vim.json.decode(line, { luanil = { object = true, array = true } }) }
  end
  return rows
end

_G.protocol_folder = folder .. '/../../protocol/'

for _, name in ipairs(vim.fn.sort(vim.fn.glob(folder .. '/*_test.lua', true, true))) do
  local ok, message = pcall(dofile, name)
  if not ok then
    results[#results + 1] = { name = name, ok = false, message = tostring(message) }
  end
end
local out = assert(io.open(os.getenv('STATUSWATCH_RESULTS'), 'w'))
out:write(vim.json.encode(results))
out:close()
vim.cmd('qa!')
