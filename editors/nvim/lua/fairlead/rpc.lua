--- Neovim's language clients, the same way in every version.

local M = {}

local NAME = 'fairlead'
local methods = vim.fn.has('nvim-0.11') == 1

local function all(buffer)
  if vim.lsp.get_clients then return vim.lsp.get_clients({ bufnr = buffer }) end
  return buffer and vim.lsp.buf_get_clients(buffer) or vim.lsp.get_active_clients()
end

--- Returns fairlead's clients: those of `buffer`, or all.
function M.clients(buffer)
  local found = vim.tbl_filter(
    function(client) return client.name == NAME end,
    vim.tbl_values(all(buffer))
  )
  table.sort(found, function(a, b) return a.id < b.id end)
  return found
end

--- Returns the client that serves `buffer`, if it is ready.
function M.client(buffer)
  for _, client in ipairs(M.clients(buffer)) do
    if client.initialized and client.server_capabilities then return client end
  end
end

--- Returns the client that serves `buffer`, or else any other one.
function M.any_client(buffer) return M.client(buffer) or M.clients()[1] end

--- Sends a request; pending changes of `buffer` go ahead of it. Returns its number, nil if the
--- server is gone.
function M.request(client, method, params, handler, buffer)
  local sent, id
  if methods then
    sent, id = client:request(method, params, handler, buffer)
  else
    sent, id = client.request(method, params, handler, buffer)
  end
  return sent and id or nil
end

function M.cancel(client, id)
  if methods then
    client:cancel_request(id)
  else
    client.cancel_request(id)
  end
end

function M.stop(client)
  if methods then
    client:stop()
  else
    client.stop()
  end
end

function M.is_stopped(client)
  if methods then return client:is_stopped() end
  return client.is_stopped()
end

--- Returns the buffers that `client` is attached to.
function M.buffers(client)
  return vim.tbl_filter(vim.api.nvim_buf_is_loaded, vim.tbl_keys(client.attached_buffers))
end

--- Has the server run a command; `done` is called with an error in words, or nil, and the result.
function M.execute(client, command, arguments, buffer, done)
  local params = { command = command, arguments = arguments }
  local id = M.request(client, 'workspace/executeCommand', params, function(err, result)
    if done then done(err and (err.message or tostring(err)) or nil, result) end
  end, buffer)
  if not id and done then done('the server has ended') end
end

return M
