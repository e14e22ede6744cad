--- :checkhealth fairlead

local config = require('fairlead.config')
local rpc = require('fairlead.rpc')
local server = require('fairlead.server')
local status = require('fairlead.status')

local M = {}

--- Returns the function of Neovim's that reports `kind`, whatever this version calls it.
local function reporter(kind)
  local health = vim.health or {}
  return health[kind] or health['report_' .. kind] or vim.fn['health#report_' .. kind]
end

local start, ok, info, warn, fail =
  reporter('start'), reporter('ok'), reporter('info'), reporter('warn'), reporter('error')

local function neovim()
  start('Neovim')
  local version = vim.version()
  ok(('Neovim %d.%d.%d'):format(version.major, version.minor, version.patch))
  if config.options.native and require('fairlead.native').is_possible() then
    info("Ghost text is shown by Neovim's own vim.lsp.inline_completion")
  elseif vim.fn.has('nvim-0.10') == 1 then
    info('Ghost text moves the text behind it aside')
  else
    info(
      'Ghost text covers the text behind it, which is drawn once more: Neovim 0.10 has room for both'
    )
  end
end

--- Returns what `fairlead --version` prints; nil if it does not run.
local function version(command)
  local said = vim.fn.system({ command, '--version' })
  return vim.v.shell_error == 0 and vim.trim(said) or nil, said
end

local function program()
  start('Server')
  local command = server.command()
  local shown = table.concat(command, ' ')
  if not server.is_there() then
    fail(('`%s` is not there to be run'):format(command[1]), {
      "Install it: pip install 'fairlead[llama]'",
      "Or say where it is: require('fairlead').setup({ cmd = { '/path/to/fairlead', 'serve' } })",
    })
    return
  end
  if config.options.cmd then
    ok(('`%s`, as configured'):format(shown))
    return
  end
  local found, said = version(command[1])
  if found then
    ok(('`%s`: %s'):format(vim.fn.exepath(command[1]), found))
  else
    fail(
      ('`%s` does not run: %s'):format(shown, vim.trim(said)),
      { 'Run `fairlead doctor` in a shell' }
    )
  end
end

local function one_client(client)
  local names = vim.tbl_map(
    function(buffer) return vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ':~:.') end,
    rpc.buffers(client)
  )
  local place = client.config.root_dir and ' in ' .. client.config.root_dir or ''
  ok(('client %d%s: %s'):format(client.id, place, table.concat(names, ', ')))
  if not client.config.root_dir then
    warn('No root of a project was found: analysis may not find its modules', {
      'Open Neovim in the folder of the project, or make it a repository',
      'Or add a file that it has to `root_markers`: see :help fairlead-options',
    })
  end
  if not (client.server_capabilities or {}).inlineCompletionProvider then
    warn('This server has no textDocument/inlineCompletion', { 'Update fairlead' })
  end
  local now = status.last(client.id)
  if now.state == 'failed' then
    fail('There is no model: ' .. now.message, { 'Run `fairlead doctor` in a shell' })
  else
    info('model: ' .. status.sentence(now))
  end
end

local function clients()
  start('Clients')
  local found = rpc.clients()
  if #found == 0 then
    info('None: open a file of ' .. table.concat(config.options.filetypes, ', '))
    if not vim.lsp.enable then info("They are started by require('fairlead').setup()") end
    if vim.lsp.enable then info("They are started by vim.lsp.enable('fairlead')") end
  end
  for _, client in ipairs(found) do
    one_client(client)
  end
  if not config.options.enabled then
    warn('Suggestions are off', { ':Fairlead toggle turns them on' })
  end
end

local function keys()
  start('Keys')
  local names = vim.tbl_keys(config.defaults.keys)
  table.sort(names)
  for _, name in ipairs(names) do
    local key = config.options.keys[name]
    if key then info(('%s %s'):format(key, name:gsub('_', ' '))) end
  end
end

--- Reports all that decides whether there are suggestions.
function M.check()
  neovim()
  program()
  clients()
  keys()
end

return M
