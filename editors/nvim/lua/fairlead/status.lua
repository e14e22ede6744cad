--- What the servers do, by what they tell.

local notify = require('fairlead.notify')
local rpc = require('fairlead.rpc')

local M = {}

local told = {}

--- Takes what the server of the client `id` tells.
function M.take(id, status)
  told[id] = status
  if status.state == 'failed' then
    notify.once(('there is no model: %s; see :checkhealth fairlead'):format(status.message))
  end
  vim.api.nvim_exec_autocmds('User', { pattern = 'FairleadStatus', modeline = false })
end

--- Returns the last news of the server of the client `id`.
function M.last(id) return told[id] or { state = 'loading', model = '', message = '' } end

--- Returns the last news of the server for `buffer`, nil where there is none.
function M.of(buffer)
  local client = rpc.any_client(buffer)
  return client and M.last(client.id)
end

--- Describes `status` in a line.
function M.sentence(status)
  local parts = { status.state }
  if status.model ~= '' then table.insert(parts, status.model) end
  if status.message ~= '' then table.insert(parts, status.message) end
  if type(status.latencyMs) == 'number' then
    table.insert(parts, ('%.0f ms'):format(status.latencyMs))
  end
  if type(status.tokensPerSecond) == 'number' then
    table.insert(parts, ('%.0f tokens/s'):format(status.tokensPerSecond))
  end
  return table.concat(parts, ', ')
end

return M
