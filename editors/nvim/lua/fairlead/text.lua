--- Pieces of suggestions, and columns; nothing here looks at a buffer or a window.

local M = {}

local modern = vim.fn.has('nvim-0.11') == 1

--- Returns `text` with the line ends that buffers have.
function M.normal(text) return (text:gsub('\r\n?', '\n')) end

function M.lines(text) return vim.split(text, '\n', { plain = true }) end

--- Returns the bytes of `line` before the column `character`, which counts in units of `encoding`.
--- What is beyond the line is its end.
function M.byte_column(line, character, encoding)
  if encoding == 'utf-8' then return math.min(character, #line) end
  if modern then return vim.str_byteindex(line, encoding, character, false) end
  local points, units = vim.str_utfindex(line)
  local length = encoding == 'utf-16' and units or points
  if character >= length then return #line end
  return vim.str_byteindex(line, character, encoding == 'utf-16')
end

--- Returns the first word of `text`: the space before it, and then what 'iskeyword' takes for one
--- word, or one run of other characters.
function M.word(text)
  local word = vim.fn.matchstr(text, [[^\_s*\%(\k\+\|\%(\k\@!\_s\@!.\)\+\)]])
  return word ~= '' and word or text
end

--- Returns the first line of `text`, with the line break before it, if it begins with one.
function M.line(text) return (text:match('^\n*[^\n]*')) end

function M.characters(text)
  local found = {}
  for character in text:gmatch('[%z\1-\127\194-\244][\128-\191]*') do
    table.insert(found, character)
  end
  return found
end

local function last(text, character, to)
  for at = to - #character + 1, 1, -1 do
    if text:sub(at, at + #character - 1) == character then return at end
  end
end

--- Returns how `inner` lies in `outer` as characters in the same order, as far right as can be: a
--- list of the texts that `outer` has before each of the characters, and after the last one; nil if
--- it does not lie there.
function M.between(inner, outer)
  local pieces, to = {}, #outer
  local characters = M.characters(inner)
  for place = #characters, 1, -1 do
    local at = last(outer, characters[place], to)
    if not at then return nil end
    table.insert(pieces, 1, outer:sub(at + #characters[place], to))
    to = at - 1
  end
  table.insert(pieces, 1, outer:sub(1, to))
  return pieces
end

--- Splits `text` so that the first part is at most `width` cells wide; returns both parts, and how
--- many cells the first one is short of it.
function M.split_at(text, width)
  local taken = 0
  for _, character in ipairs(M.characters(text)) do
    local cells = vim.fn.strdisplaywidth(text:sub(1, taken + #character))
    if cells > width then break end
    taken = taken + #character
  end
  local first = text:sub(1, taken)
  return first, text:sub(taken + 1), width - vim.fn.strdisplaywidth(first)
end

--- Returns `text` with spaces in place of tabs, as it looks when it begins in the cell `column`.
function M.expanded(text, column, tabstop)
  local result = ''
  for before, tab in text:gmatch('([^\t]*)(\t?)') do
    result = result .. before
    if tab ~= '' then
      local cell = column + vim.fn.strdisplaywidth(result)
      result = result .. (' '):rep(tabstop - cell % tabstop)
    end
  end
  return result
end

return M
