--- A suggestion as it lies in a buffer, and what is left of it while the user types along.

local text = require('fairlead.text')

local M = {}

local function lines_of(buffer, first, last)
  return vim.api.nvim_buf_get_lines(buffer, first, last, false)
end

--- Returns `raw`, an item of the protocol, as it lies in `buffer` with the cursor at byte `column`
--- of `row`; nil if it cannot be shown there.
---
--- `text` goes from byte `column` of line `row`, before which the line is `head`, and takes the
--- place of what lies between there and the cursor, and of `over` behind it; `tail` is what remains.
function M.read(raw, buffer, row, column, encoding)
  local inserted = raw.insertText
  if type(inserted) ~= 'string' then return nil end
  local line = lines_of(buffer, row, row + 1)[1]
  local first, last = column, column
  if raw.range then
    if raw.range.start.line ~= row or raw.range['end'].line ~= row then return nil end
    first = text.byte_column(line, raw.range.start.character, encoding)
    last = text.byte_column(line, raw.range['end'].character, encoding)
  end
  if first > column or last < column then return nil end
  local item = {
    text = text.normal(inserted),
    row = row,
    column = first,
    head = line:sub(1, first),
    over = line:sub(column + 1, last),
    tail = line:sub(last + 1),
    command = raw.command,
  }
  return M.left(item, buffer, row, column) and item or nil
end

--- Returns what of `item` is not typed yet, nil if it does not go on what is there. Empty once all
--- of it is typed.
function M.left(item, buffer, row, column)
  if row < item.row then return nil end
  local lines = lines_of(buffer, item.row, row + 1)
  if #lines ~= row - item.row + 1 then return nil end
  local line = lines[#lines]
  if line:sub(column + 1) ~= item.over .. item.tail then return nil end
  lines[#lines] = line:sub(1, column)
  if lines[1]:sub(1, item.column) ~= item.head then return nil end
  lines[1] = lines[1]:sub(item.column + 1)
  local typed = table.concat(lines, '\n')
  if not vim.startswith(item.text, typed) then return nil end
  return item.text:sub(#typed + 1)
end

return M
