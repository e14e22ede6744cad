--- Suggestions as ghost text: when they are asked for, which one is shown, and how it gets into the
--- buffer. One buffer at a time, that in which the user types.

local config = require('fairlead.config')
local display = require('fairlead.display')
local items = require('fairlead.item')
local log = require('fairlead.log')
local rpc = require('fairlead.rpc')
local text = require('fairlead.text')

local M = {}

--- Whether suggestions are asked for while the user types.
M.automatic = true

local METHOD = 'textDocument/inlineCompletion'
local INVOKED, AUTOMATIC = 1, 2

local timer = vim.loop.new_timer()
--- What is offered: buffer, client (its number), items, index, invoked, counted.
local offer
--- The request that is not answered yet: client, id.
local pending
--- Where the last event left the user, to tell events apart that say the same.
local seen

local function cursor()
  local place = vim.api.nvim_win_get_cursor(0)
  return place[1] - 1, place[2]
end

local function situation()
  local buffer = vim.api.nvim_get_current_buf()
  local row, column = cursor()
  return ('%d %d %d %d'):format(buffer, vim.api.nvim_buf_get_changedtick(buffer), row, column)
end

local function is_typing() return vim.api.nvim_get_mode().mode:sub(1, 1) == 'i' end

local function menu_is_in_the_way()
  return config.options.hide_with_menu and vim.fn.pumvisible() == 1
end

--- Returns the client for `buffer` if suggestions are wanted there.
local function client_for(buffer)
  if not config.options.enabled or vim.b[buffer].fairlead == false then return nil end
  local client = rpc.client(buffer)
  return client and client.server_capabilities.inlineCompletionProvider and client
end

local function forget()
  if offer then display.clear(offer.buffer) end
  offer = nil
end

local function cancel()
  timer:stop()
  if pending and pending.id then rpc.cancel(pending.client, pending.id) end
  pending = nil
end

--- Takes the ghost text away, and asks for none before the next change.
function M.dismiss()
  local shown = offer ~= nil
  cancel()
  forget()
  return shown
end

--- Returns the item that is shown and what is left of it, nil if there is none.
local function current()
  if not offer or offer.buffer ~= vim.api.nvim_get_current_buf() then return nil end
  local item = offer.items[offer.index]
  local left = items.left(item, offer.buffer, cursor())
  if left and left ~= '' then return item, left end
end

--- Shows what is left of the current item; returns false if it does not fit any more.
local function draw()
  local item, left = current()
  if not item then
    forget()
    return false
  end
  local row, column = cursor()
  local suffix = offer.counted
    and #offer.items > 1
    and (' (%d/%d)'):format(offer.index, #offer.items)
  display.show(offer.buffer, row, column, item, left, suffix or nil)
  return true
end

local function readable(raw, buffer, encoding)
  local row, column = cursor()
  local found = {}
  for _, one in ipairs(raw) do
    local item = items.read(one, buffer, row, column, encoding)
    local left = item and items.left(item, buffer, row, column)
    if left and left ~= '' then table.insert(found, item) end
  end
  return found
end

local function take(result, buffer, client, invoked, index)
  local raw = result and (result.items or result) or {}
  local found = readable(raw, buffer, client.offset_encoding)
  if #found == 0 then return end
  forget()
  index = (index - 1) % #found + 1
  offer = {
    buffer = buffer,
    client = client.id,
    items = found,
    index = index,
    invoked = invoked,
    counted = invoked,
  }
  draw()
end

local function request(kind, index)
  local buffer = vim.api.nvim_get_current_buf()
  local client = client_for(buffer)
  if not client or not is_typing() then return end
  cancel()
  local mine, asked = { client = client }, situation()
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  params.context = { triggerKind = kind }
  pending = mine
  mine.id = rpc.request(client, METHOD, params, function(err, result)
    if pending ~= mine then return end
    pending = nil
    if err then
      log.add('warning', METHOD .. ': ' .. (err.message or vim.inspect(err)))
    elseif situation() == asked and is_typing() and not menu_is_in_the_way() then
      take(result, buffer, client, kind == INVOKED, index or 1)
    end
  end, buffer)
end

local function later()
  cancel()
  timer:start(config.options.debounce, 0, vim.schedule_wrap(function() request(AUTOMATIC) end))
end

--- Takes note of a change of the text or of the cursor: what is shown stays while it is typed along,
--- and something else is asked for when it is not.
function M.changed()
  local now = situation()
  if now == seen then return end
  seen = now
  if menu_is_in_the_way() then
    M.dismiss()
  elseif not draw() and M.automatic and is_typing() and vim.fn.reg_executing() == '' then
    if client_for(vim.api.nvim_get_current_buf()) then later() end
  end
end

--- Looks again, as the completion menu is gone or suggestions were turned on.
function M.again()
  seen = nil
  M.changed()
end

--- Asks for several suggestions here and now.
function M.suggest() request(INVOKED) end

--- Shows another suggestion: `step` is 1 or -1. Others are asked for if there is only one yet.
function M.cycle(step)
  if not current() then return false end
  if not offer.invoked then
    request(INVOKED, offer.index + step)
  else
    offer.index = (offer.index + step - 1) % #offer.items + 1
    draw()
  end
  return true
end

--- Lets the next change be undone by itself.
local function break_undo() vim.cmd('let &g:undolevels = &g:undolevels') end

local function insert(piece, over)
  local buffer, row, column = vim.api.nvim_get_current_buf(), cursor()
  local lines = text.lines(piece)
  vim.api.nvim_buf_set_text(buffer, row, column, row, column + #over, lines)
  local before = #lines == 1 and column or 0
  vim.api.nvim_win_set_cursor(0, { row + #lines, before + #lines[#lines] })
end

local function run(client_id, command, buffer)
  local client = command and vim.lsp.get_client_by_id(client_id)
  if not client then return end
  rpc.execute(client, command.command, command.arguments, buffer, function(err)
    if err then log.add('warning', ('%s: %s'):format(command.title, err)) end
  end)
end

local function accept(part)
  local item, left = current()
  if not item then return end
  local piece = part and text[part](left) or left
  local complete = piece == left
  local taken = offer
  if vim.fn.pumvisible() == 1 then vim.fn.complete(vim.fn.col('.'), {}) end
  break_undo()
  cancel()
  insert(piece, complete and item.over or '')
  if complete then
    forget()
    run(taken.client, item.command, taken.buffer)
  end
  M.changed()
end

--- Puts the suggestion into the buffer; with `part`, 'word' or 'line', only that of it. Returns
--- whether there is one.
function M.accept(part)
  if not current() then return false end
  -- In a mapping with <expr> the text cannot be changed before it has ended.
  if not pcall(accept, part) then
    vim.schedule(function()
      local fine, failure = pcall(accept, part)
      if not fine then log.add('error', failure) end
    end)
  end
  return true
end

--- Tells whether a suggestion is shown.
function M.is_shown() return current() ~= nil end

local function on(events, callback)
  vim.api.nvim_create_autocmd(events, { group = 'fairlead_ghost', callback = callback })
end

--- Follows what the user types.
function M.load()
  vim.api.nvim_create_augroup('fairlead_ghost', { clear = true })
  on({ 'InsertEnter', 'CompleteDone' }, function() vim.schedule(M.again) end)
  on({ 'TextChangedI', 'TextChangedP', 'CursorMovedI' }, M.changed)
  on({ 'InsertLeave', 'BufLeave' }, function() M.dismiss() end)
end

return M
