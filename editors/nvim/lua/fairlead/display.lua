--- Ghost text: what is suggested, drawn where it would be, without being there.

local text = require('fairlead.text')

local M = {}

M.namespace = vim.api.nvim_create_namespace('fairlead')

local GHOST, COUNT, REST = 'FairleadGhost', 'FairleadCount', 'FairleadRest'
local inline = vim.fn.has('nvim-0.10') == 1

--- Says how ghost text looks, where the user's colours do not.
function M.colours()
  vim.api.nvim_set_hl(0, GHOST, { link = 'Comment', default = true })
  vim.api.nvim_set_hl(0, COUNT, { link = 'NonText', default = true })
  vim.api.nvim_set_hl(0, REST, { link = 'Normal', default = true })
end

local function mark(buffer, row, column, position, chunks, below)
  vim.api.nvim_buf_set_extmark(buffer, M.namespace, row, column, {
    virt_text = chunks,
    virt_text_pos = position,
    virt_lines = below,
    hl_mode = 'combine',
    priority = 200,
  })
end

local function cells(line) return vim.fn.strdisplaywidth(line) end

--- Draws `first` where the characters of `over` are among its own: each stays where it is.
local function around(buffer, row, column, over, pieces, suffix, below)
  local characters = text.characters(over)
  for place, piece in ipairs(pieces) do
    local is_last = place == #pieces
    local chunks = { { piece, GHOST } }
    if is_last and suffix then table.insert(chunks, { suffix, COUNT }) end
    if piece ~= '' or is_last then
      mark(buffer, row, column, 'inline', chunks, is_last and below or nil)
    end
    column = column + #(characters[place] or '')
  end
end

--- Draws `first` over `over`, and what has no room there behind it.
local function across(buffer, row, column, over, first, suffix, below)
  local covering, rest, short = text.split_at(first, cells(over))
  mark(buffer, row, column, 'overlay', { { covering .. (' '):rep(short), GHOST } })
  mark(buffer, row, column + #over, 'inline', { { rest, GHOST }, { suffix or '', COUNT } }, below)
end

--- Draws `first` over all that follows, and `rest` once more behind it: for what has no room to be
--- made, as in Neovim 0.9 and before, or is moved to another line.
local function covering(buffer, row, column, covered, first, rest, suffix, below)
  local chunks = { { first, GHOST }, { rest, REST }, { suffix or '', COUNT } }
  local short = cells(covered) - cells(first .. rest .. (suffix or ''))
  if short > 0 then table.insert(chunks, { (' '):rep(short), REST }) end
  mark(buffer, row, column, 'overlay', chunks, below)
end

local function lines_below(lines, tail, suffix, tabstop)
  local below = {}
  for number = 2, #lines do
    below[number - 1] = { { text.expanded(lines[number], 0, tabstop), GHOST } }
  end
  if #below > 0 then
    table.insert(below[#below], { text.expanded(tail, cells(below[#below][1][1]), tabstop), REST })
    table.insert(below[#below], { suffix or '', COUNT })
  end
  return #below > 0 and below or nil
end

function M.clear(buffer)
  if vim.api.nvim_buf_is_valid(buffer) then
    vim.api.nvim_buf_clear_namespace(buffer, M.namespace, 0, -1)
  end
end

--- Shows `left`, which is yet to be written of `item`, at the byte `column` of `row`; `suffix` is
--- shown behind it.
function M.show(buffer, row, column, item, left, suffix)
  M.clear(buffer)
  local tabstop = vim.bo[buffer].tabstop
  local line = vim.api.nvim_buf_get_lines(buffer, row, row + 1, false)[1]
  local lines = text.lines(left)
  local start = cells(line:sub(1, column))
  local first = text.expanded(lines[1], start, tabstop)
  if #lines > 1 then
    local below = lines_below(lines, item.tail, suffix, tabstop)
    covering(buffer, row, column, item.over .. item.tail, first, '', nil, below)
  elseif not inline then
    local rest = text.expanded(item.tail, start + cells(first), tabstop)
    covering(buffer, row, column, item.over .. item.tail, first, rest, suffix)
  else
    local pieces = text.between(item.over, first)
    if pieces then
      around(buffer, row, column, item.over, pieces, suffix)
    else
      across(buffer, row, column, item.over, first, suffix)
    end
  end
end

return M
