--- The server: where its program is, what it is told at the start, and how it is started.

local config = require('fairlead.config')
local instruct = require('fairlead.instruct')
local log = require('fairlead.log')
local notify = require('fairlead.notify')
local preview = require('fairlead.preview')
local rpc = require('fairlead.rpc')
local status = require('fairlead.status')

local M = {}

local NAME = 'fairlead'
local LEVELS = { 'error', 'warning', 'info', 'log', 'debug' }
local SHOWN = { vim.log.levels.ERROR, vim.log.levels.WARN, vim.log.levels.INFO }

--- Returns the program with its arguments: as configured, or of the activated environment, or as
--- the PATH has it.
function M.command()
  if config.options.cmd then return config.options.cmd end
  local environment = vim.env.VIRTUAL_ENV
  local place = vim.fn.has('win32') == 1 and '/Scripts/fairlead.exe' or '/bin/fairlead'
  local own = environment and environment ~= '' and environment .. place
  return { own and vim.fn.executable(own) == 1 and own or 'fairlead', 'serve' }
end

--- Tells whether the program is there.
function M.is_there() return vim.fn.executable(M.command()[1]) == 1 end

local handlers = {
  ['fairlead/status'] = function(_, result, context) status.take(context.client_id, result) end,
  ['workspace/applyEdit'] = preview.apply_edit,
  ['window/logMessage'] = function(_, result)
    log.add(LEVELS[result.type] or 'log', result.message)
    return result
  end,
  ['window/showMessage'] = function(_, result)
    log.add(LEVELS[result.type] or 'log', result.message)
    -- Users know what they have just said themselves.
    local known = result.message:find(preview.REFUSED, 1, true)
    if SHOWN[result.type] and not known then notify.once(result.message, SHOWN[result.type]) end
    return result
  end,
}

--- Returns what Neovim can do, with what this plugin adds to it.
local function capabilities()
  return vim.tbl_deep_extend('force', vim.lsp.protocol.make_client_capabilities(), {
    workspace = {
      workspaceEdit = {
        documentChanges = true,
        changeAnnotationSupport = { groupsOnLabel = false },
      },
    },
    textDocument = { inlineCompletion = { dynamicRegistration = false } },
    experimental = { fairlead = { status = true }, commands = { commands = { instruct.COMMAND } } },
  })
end

--- Returns the innermost folder around `path` that has one of `markers`.
local function marked(path, markers)
  local folder = vim.fn.fnamemodify(path, ':h')
  while true do
    for _, marker in ipairs(markers) do
      if vim.loop.fs_stat(folder .. '/' .. marker) then return folder end
    end
    local parent = vim.fn.fnamemodify(folder, ':h')
    if parent == folder then return nil end
    folder = parent
  end
end

--- Returns the root of the project that the file of `buffer` belongs to: the folder with one of
--- `markers`, or else the one that Neovim is in, if the file lies there.
local function root(buffer, markers)
  local path = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ':p')
  local here = vim.fn.getcwd()
  return marked(path, markers) or vim.startswith(path, here .. '/') and here or nil
end

--- Returns the configuration of the client, as `vim.lsp.config` has it.
function M.config()
  local settings = config.options.settings
  local stated = next(settings) and settings or vim.empty_dict()
  return {
    name = NAME,
    cmd = M.command(),
    filetypes = config.options.filetypes,
    root_markers = config.options.root_markers,
    root_dir = function(buffer, take) take(root(buffer, vim.lsp.config.fairlead.root_markers)) end,
    init_options = stated,
    settings = { fairlead = stated },
    capabilities = capabilities(),
    handlers = handlers,
    commands = { [instruct.COMMAND] = instruct.run },
  }
end

-- The ids of the last clients by root: before 0.8, no list has those that are not initialized yet.
local begun = {}

local function running(wanted)
  local client = vim.lsp.get_client_by_id(begun[wanted.root_dir or ''] or -1)
  return client and not rpc.is_stopped(client) and client or nil
end

--- Starts a client for `buffer`, or takes the one that serves its folder, as `vim.lsp.start` does.
local function start(buffer, wanted)
  if vim.lsp.start then
    return vim.api.nvim_buf_call(buffer, function() return vim.lsp.start(wanted) end)
  end
  local client = running(wanted)
  local id = client and client.id or vim.lsp.start_client(wanted)
  if not id then return end
  begun[wanted.root_dir or ''] = id
  vim.lsp.buf_attach_client(buffer, id)
end

--- Starts a client for `buffer` where Neovim does not do it by itself (before 0.11); `on_attach` is
--- for versions that tell nobody else.
function M.start(buffer, on_attach)
  local path = vim.api.nvim_buf_get_name(buffer)
  if vim.bo[buffer].buftype ~= '' or path == '' then return end
  if not M.is_there() then
    notify.once(('%s is not there to be run; see :checkhealth fairlead'):format(M.command()[1]))
    return
  end
  local wanted = M.config()
  wanted.root_dir = root(buffer, wanted.root_markers)
  wanted.on_attach = on_attach
  start(buffer, wanted)
end

--- Ends all clients and starts each anew for its buffers; returns how many.
function M.restart()
  local clients = rpc.clients()
  for _, client in ipairs(clients) do
    local buffers, wanted = rpc.buffers(client), client.config
    rpc.stop(client)
    M.after(function() return rpc.is_stopped(client) end, function()
      for _, buffer in ipairs(buffers) do
        if vim.api.nvim_buf_is_loaded(buffer) then start(buffer, wanted) end
      end
    end)
  end
  return #clients
end

--- Calls `act` once `is_so` says so.
function M.after(is_so, act)
  vim.defer_fn(function()
    if is_so() then
      act()
    else
      M.after(is_so, act)
    end
  end, 50)
end

return M
