--- Ghost text by Neovim's own inline completion, which 0.12 brought.

local text = require('fairlead.text')

local M = {}

local function core() return vim.lsp.inline_completion end

function M.is_possible() return core() ~= nil end

function M.attach(client) core().enable(true, { client_id = client.id }) end

local function switch(on, filter) core().enable(on, filter) end

--- Cuts an item down to what is there already and the next `part` of the rest.
local function first(part, item)
  if type(item.insert_text) ~= 'string' then return item end
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local line = vim.api.nvim_buf_get_lines(0, row - 1, row, false)[1]
  -- The range of the item is Neovim's own kind of object, or none; the text says where it begins.
  local typed = line:sub(1, column)
  local length = math.min(#typed, #item.insert_text)
  while typed:sub(#typed - length + 1) ~= item.insert_text:sub(1, length) do
    length = length - 1
  end
  local left = item.insert_text:sub(length + 1)
  local piece = text[part](left)
  if piece == left then return item end
  item.insert_text = item.insert_text:sub(1, length) .. piece
  item.command = nil
  return item
end

function M.accept(part)
  return core().get(part and { on_accept = function(item) return first(part, item) end } or nil)
end

function M.cycle(step)
  core().select({ count = step })
  return true
end

--- Takes the ghost text of the buffer away: Neovim has no other way to do that.
function M.dismiss()
  local here = { bufnr = 0 }
  local was_on = core().is_enabled(here)
  if was_on then
    switch(false, here)
    switch(true, here)
  end
  return was_on
end

return M
