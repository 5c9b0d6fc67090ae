--- Text of status feeds is hostile, and every place in the editor reads another language. One function a place; nothing else may put such text there.

local M = {}

-- One character of UTF-8, or what pretends to be one: bytes that begin none are skipped by gmatch.
local CHARACTER = '[%z\1-\127\194-\244][\128-\191]*'
local LONGEST = 500

-- First and last code point of what makes text run backwards, hides in it or controls a terminal; sorted.
local UNSEEN = {
  { 0x0000, 0x001f },
  { 0x007f, 0x009f },
  { 0x00ad, 0x00ad },
  { 0x061c, 0x061c },
  { 0x180e, 0x180e },
  { 0x200b, 0x200f },
  { 0x2028, 0x202e },
  { 0x2060, 0x206f },
  { 0xd800, 0xdfff },
  { 0xfeff, 0xfeff },
  { 0xfff9, 0xfffb },
  { 0xe0000, 0xe007f },
}
local SPACES = { [0x85] = true, [0x2028] = true, [0x2029] = true }

--- The code point and its bytes, without stray ones behind them; nil where they are no well-formed character (cut short, or longer than it needs to be).
local function code_point(bytes)
  local first, second, third, fourth = bytes:byte(1, 4)
  if first < 0x80 then
    return first, bytes:sub(1, 1)
  elseif not second then
    return nil
  elseif first < 0xe0 then
    return (first - 0xc0) * 0x40 + second - 0x80, bytes:sub(1, 2)
  elseif first < 0xf0 then
    local point = third and (first - 0xe0) * 0x1000 + (second - 0x80) * 0x40 + third - 0x80
    return point and point >= 0x800 and point or nil, bytes:sub(1, 3)
  end
  local point = fourth and (first - 0xf0) * 0x40000 + (second - 0x80) * 0x1000 + (third - 0x80) * 0x40 + fourth - 0x80
  return point and point >= 0x10000 and point <= 0x10ffff and point or nil, bytes:sub(1, 4)
end

local function unseen(point)
  for _, range in ipairs(UNSEEN) do
    if point < range[1] then
      return false
    elseif point <= range[2] then
      return true
    end
  end
  return false
end

--- The characters of a text that can be seen; each kind of white space is a blank.
local function seen(text)
  local found = {}
  for bytes in text:gsub('[\t-\r]', ' '):gmatch(CHARACTER) do
    local point, letter = code_point(bytes)
    if point and SPACES[point] then
      found[#found + 1] = ' '
    elseif point and not unseen(point) then
      found[#found + 1] = letter
    end
  end
  return found
end

--- One line of printable text, at most `longest` characters, runs of white space as one blank. Empty for what is no text.
function M.plain(text, longest)
  if type(text) ~= 'string' then
    return ''
  end
  longest = longest or LONGEST
  local line = table.concat(seen(text:sub(1, longest * 8))):gsub(' +', ' '):gsub('^ ', ''):gsub(' $', '')
  local letters = {}
  for bytes in line:gmatch(CHARACTER) do
    letters[#letters + 1] = bytes
  end
  if #letters <= longest then
    return line
  end
  return table.concat(letters, '', 1, longest - 1) .. '…'
end

--- The same for a line whose blanks align it: they stay.
function M.aligned(text)
  return type(text) == 'string' and (table.concat(seen(text:sub(1, 4000))):gsub(' +$', '')) or ''
end

--- For status lines, where `%{…}` is code.
function M.for_statusline(text, longest)
  return (M.plain(text, longest or 60):gsub('%%', '%%%%'))
end

--- The engine's short label: its own small alphabet, and nothing else.
function M.label(text)
  return type(text) == 'string' and #text <= 40 and not text:find('[^%w .:+_-]') and text or ''
end

--- The address where a person may be sent there (http or https, a host, no credentials, only characters of addresses), else nil; and its host.
function M.safe_url(text)
  if type(text) ~= 'string' or #text > 2048 or text:find("[^%w%-._~:/?#%[%]@!$&'()*+,;=%%]") then
    return nil
  end
  local host = text:match('^[hH][tT][tT][pP][sS]?://([^/?#]+)')
  if not host or host:find('@', 1, true) then
    return nil
  end
  return text, host
end

--- What may be typed behind `:Statuswatch` as it stands: routes, providers, keys of incidents.
function M.target(text)
  return type(text) == 'string' and #text > 0 and #text <= 200 and not text:find('[^%w%-._:/@*+]') and text or nil
end

--- Seconds since 1970 of a time as the engine writes it (RFC 3339, UTC); nil for anything else.
function M.epoch(text)
  if type(text) ~= 'string' then
    return nil
  end
  local year, month, day, hour, minute, second = text:match('^(%d%d%d%d)%-(%d%d)%-(%d%d)T(%d%d):(%d%d):(%d%d)%.?%d*Z$')
  if not year then
    return nil
  end
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  -- Days of the civil calendar, with years that begin in March: os.time would take the numbers for local time.
  local before = month <= 2 and year - 1 or year
  local era = math.floor(before / 400)
  local of_era = before - era * 400
  local of_year = math.floor((153 * (month + (month > 2 and -3 or 9)) + 2) / 5) + day - 1
  local days = era * 146097 + of_era * 365 + math.floor(of_era / 4) - math.floor(of_era / 100) + of_year - 719468
  return days * 86400 + hour * 3600 + minute * 60 + second
end

--- How long ago, as `23m`; empty where it is not known.
function M.age(time, now)
  local at = M.epoch(time)
  if not at then
    return ''
  end
  local seconds = math.max(0, math.floor(now - at + 0.5))
  if seconds < 60 then
    return seconds .. 's'
  end
  local minutes = math.floor(seconds / 60)
  if minutes < 60 then
    return minutes .. 'm'
  end
  local hours = math.floor(minutes / 60)
  if hours < 48 then
    return (minutes % 60 == 0 or hours >= 10) and hours .. 'h' or ('%dh %dm'):format(hours, minutes % 60)
  end
  return math.floor(hours / 24) .. 'd'
end

--- Seconds of `30m`, `1h`, `2d` or `90s`; nil for anything else.
function M.seconds(text)
  local number, unit = tostring(text):match('^(%d+)([smhd])$')
  local factor = ({ s = 1, m = 60, h = 3600, d = 86400 })[unit]
  local seconds = factor and tonumber(number) * factor
  return seconds and seconds > 0 and seconds <= 366 * 86400 and seconds or nil
end

return M
