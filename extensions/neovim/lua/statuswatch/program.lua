--- Where the program is, and running it once.

local uv = vim.uv or vim.loop
local M = {}

local NAME = vim.fn.has('win32') == 1 and 'statuswatch.exe' or 'statuswatch'

local function is_program(path)
  local found = uv.fs_stat(path)
  return found ~= nil and found.type == 'file' and uv.fs_access(path, 'X') == true
end

local function is_absolute(path)
  return path:sub(1, 1) == '/' or path:match('^%a:[/\\]') ~= nil
end

--- Look for `name` on PATH and where pip --user, uv and pipx put programs. Relative folders of PATH are passed over: what lies in a project must not run.
local function look_for(name)
  local home = uv.os_homedir() or ''
  local folders = vim.split(os.getenv('PATH') or '', vim.fn.has('win32') == 1 and ';' or ':', { plain = true })
  for _, below in ipairs({ '/.local/bin', '/.local/share/uv/tools/statuswatch/bin', '/.local/pipx/venvs/statuswatch/bin' }) do
    folders[#folders + 1] = home .. below
  end
  for _, folder in ipairs(folders) do
    local path = folder .. '/' .. name
    if is_absolute(folder) and is_program(path) then
      return path
    end
  end
  return nil
end

--- The words that start the program, or nil and a sentence that says what is missing.
function M.find(command)
  local words = type(command) == 'table' and vim.deepcopy(command) or { command or NAME }
  local first = words[1]
  if first:sub(1, 2) == '~/' then
    first = (uv.os_homedir() or '') .. first:sub(2)
  end
  if is_absolute(first) then
    words[1] = first
    return is_program(first) and words or nil, ('%s is no program that can be run'):format(first)
  end
  if first:find('[/\\]') then
    return nil, ('%s is a relative path; name the program by an absolute one'):format(first)
  end
  words[1] = look_for(first)
  return words[1] and words or nil, ('no program %s was found on PATH; install it, or name it: setup({ command = ... })'):format(first)
end

--- Run it to its end, at most `patience` milliseconds: { code, out }, or nil and why not. This waits; only for what the person asked for and waits for.
function M.run(words, input, patience)
  local out = {}
  local ok, job = pcall(vim.fn.jobstart, words, {
    stdout_buffered = true,
    cwd = uv.os_homedir(),
    on_stdout = function(_, lines)
      out = lines
    end,
  })
  if not ok or job <= 0 then
    return nil, 'it cannot be started'
  end
  pcall(vim.fn.chansend, job, input)
  pcall(vim.fn.chanclose, job, 'stdin')
  local code = vim.fn.jobwait({ job }, patience)[1]
  if code == -1 then
    vim.fn.jobstop(job)
    return nil, ('it did not end within %d s'):format(patience / 1000)
  end
  return { code = code, out = out }
end

return M
