--- Messages to the user, never in the middle of an event.

local log = require('fairlead.log')

local M = {}

local NAME = 'fairlead: '

local told = {}

--- Cuts `text` to what can be shown without a prompt.
local function short(text)
  local line, room = text:gsub('\n.*', ''), vim.v.echospace - #NAME
  if vim.fn.strdisplaywidth(line) <= room then return line end
  return vim.fn.strcharpart(line, 0, room - 1) .. '…'
end

--- Shows `text`, which nobody has asked for, unless it was shown before; all of it is in the log.
function M.once(text, level)
  if told[text] then return end
  told[text] = true
  log.add('shown', text)
  M.now(short(text), level)
end

--- Shows `text`, as the answer to something that the user has done.
function M.now(text, level)
  vim.schedule(function() vim.notify(NAME .. text, level or vim.log.levels.WARN) end)
end

return M
