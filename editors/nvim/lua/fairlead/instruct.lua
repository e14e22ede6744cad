--- Edits by instruction, and other commands of the server that users wait for.

local notify = require('fairlead.notify')
local rpc = require('fairlead.rpc')

local M = {}

--- What the server has this editor do for its code action "Edit with fairlead…".
M.COMMAND = 'fairlead.editWithInstruction'

--- Has the server run a command, and tells what it says when it cannot.
function M.execute(client, command, arguments, buffer, done)
  local offered = (client.server_capabilities or {}).executeCommandProvider
  if not offered or not vim.tbl_contains(offered.commands or {}, command) then
    return notify.now(('this server has no %s'):format(command))
  end
  rpc.execute(client, command, arguments, buffer, function(err, result)
    if err then
      notify.now(err)
    elseif done then
      done(result)
    end
  end)
end

--- Tells what was done.
local function tell(result)
  local remarks = result.remarks
    and #result.remarks > 0
    and '; ' .. table.concat(result.remarks, '; ')
  notify.now(('%s (%s)%s'):format(result.title, result.by, remarks or ''), vim.log.levels.INFO)
end

--- Has the edit that `argument` asks for made; where the user does not want it, others are offered.
local function edit(client, buffer, argument)
  M.execute(client, 'fairlead.edit', { argument }, buffer, function(result)
    if type(result) ~= 'table' then return end
    if result.applied then return tell(result) end
    local next = (result.candidate or 1) + 1
    if next > (result.candidates or 1) then return end
    local question = ('Show another edit, %d of %d?'):format(next, result.candidates)
    if vim.fn.confirm(question, '&Yes\n&No', 1) ~= 1 then return end
    edit(client, buffer, vim.tbl_extend('force', argument, { candidate = next }))
  end)
end

--- Has `place`, which has `uri` and `range`, edited by `instruction`; it is asked for if blank.
function M.ask(client, buffer, place, instruction)
  local function run(text)
    if not text or vim.trim(text) == '' then return end
    edit(client, buffer, vim.tbl_extend('force', place, { instruction = text }))
  end
  if instruction ~= '' then return run(instruction) end
  vim.ui.input({ prompt = 'Edit by instruction: ' }, run)
end

--- Runs `command`, of the code action, in the editor.
function M.run(command, context)
  local buffer = vim.uri_to_bufnr(command.arguments[1].uri)
  local client = vim.lsp.get_client_by_id(context.client_id)
  if client then M.ask(client, buffer, command.arguments[1], '') end
end

return M
