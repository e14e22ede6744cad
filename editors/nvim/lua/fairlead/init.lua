--- fairlead in Neovim: what users and their configurations call.

local commands = require('fairlead.commands')
local config = require('fairlead.config')
local display = require('fairlead.display')
local ghost = require('fairlead.ghost')
local keys = require('fairlead.keys')
local native = require('fairlead.native')
local rpc = require('fairlead.rpc')
local server = require('fairlead.server')
local status = require('fairlead.status')

local M = {}

local STATES = { loading = '…', ready = '', busy = '*', failed = '!' }

local function is_native() return config.options.native and native.is_possible() end

--- Returns what shows suggestions: Neovim itself, unless some were asked for here and now.
local function shower() return is_native() and not ghost.is_shown() and native or ghost end

--- Puts the suggestion into the buffer; returns whether there is one.
function M.accept() return shower().accept() end

--- Puts its next word into the buffer.
function M.accept_word() return shower().accept('word') end

--- Puts its next line into the buffer.
function M.accept_line() return shower().accept('line') end

--- Shows the next suggestion.
function M.next() return shower().cycle(1) end

--- Shows the suggestion before.
function M.previous() return shower().cycle(-1) end

--- Takes the suggestion away.
function M.dismiss() return shower().dismiss() end

--- Asks for several suggestions here and now.
function M.suggest()
  ghost.suggest()
  return true
end

local function actions()
  return {
    accept = M.accept,
    accept_word = M.accept_word,
    accept_line = M.accept_line,
    next = M.next,
    previous = M.previous,
    dismiss = M.dismiss,
    suggest = M.suggest,
  }
end

--- Tells whether suggestions are on in this buffer.
function M.is_enabled() return config.options.enabled and vim.b.fairlead ~= false end

--- Turns suggestions on or off, here only if `here`; returns whether they are on now.
function M.toggle(here)
  if here then
    vim.b.fairlead = vim.b.fairlead == false
  else
    config.options.enabled = not config.options.enabled
  end
  if is_native() then
    vim.lsp.inline_completion.enable(M.is_enabled(), here and { bufnr = 0 } or nil)
  elseif M.is_enabled() then
    ghost.again()
  else
    ghost.dismiss()
  end
  return M.is_enabled()
end

--- Returns a few characters for the status line, none where fairlead is not at work.
function M.statusline()
  local now = status.of(vim.api.nvim_get_current_buf())
  if not now or not rpc.client(vim.api.nvim_get_current_buf()) then return '' end
  return 'fairlead' .. (M.is_enabled() and STATES[now.state] or ' off')
end

--- Returns what the server says of itself, nil where there is none.
function M.status() return status.of(vim.api.nvim_get_current_buf()) end

local function attached(client, buffer)
  if not client or client.name ~= 'fairlead' then return end
  keys.attach(buffer, actions())
  ghost.automatic = not is_native()
  if is_native() and config.options.enabled then native.attach(client) end
  if not is_native() and buffer == vim.api.nvim_get_current_buf() then ghost.again() end
end

--- Starts the server for the files of `filetypes`, with options if any are given.
function M.setup(options)
  config.set(options or {})
  if vim.lsp.enable then
    vim.lsp.config('fairlead', server.config())
    vim.lsp.enable('fairlead')
    return
  end
  local on_attach = vim.fn.exists('##LspAttach') == 0 and attached or nil
  local function start(event) server.start(event.buf, on_attach) end
  local group = vim.api.nvim_create_augroup('fairlead_start', { clear = true })
  vim.api.nvim_create_autocmd(
    'FileType',
    { group = group, pattern = config.options.filetypes, callback = start }
  )
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    local known = vim.tbl_contains(config.options.filetypes, vim.bo[buffer].filetype)
    if vim.api.nvim_buf_is_loaded(buffer) and known then start({ buf = buffer }) end
  end
end

--- Makes everything ready but the server; for plugin/fairlead.lua.
function M.load()
  display.colours()
  keys.load(actions())
  commands.load()
  ghost.load()
  if vim.fn.exists('##LspAttach') == 0 then return end
  vim.api.nvim_create_autocmd('LspAttach', {
    group = vim.api.nvim_create_augroup('fairlead_attach', { clear = true }),
    callback = function(event) attached(vim.lsp.get_client_by_id(event.data.client_id), event.buf) end,
  })
end

return M
