--- What the user has chosen.

local M = {}

M.defaults = {
  --- The program with its arguments; looked for if nil.
  cmd = nil,
  filetypes = {
    'c',
    'cpp',
    'go',
    'java',
    'javascript',
    'javascriptreact',
    'python',
    'rust',
    'typescript',
    'typescriptreact',
  },
  root_markers = {
    '.fairlead.toml',
    'pyproject.toml',
    'setup.py',
    'pom.xml',
    'package.json',
    '.git',
  },
  --- The server's own settings, by the names of docs/settings.md.
  settings = {},
  --- Whether suggestions are shown; `:Fairlead toggle` changes it.
  enabled = true,
  --- Milliseconds without a change before a suggestion is asked for.
  debounce = 30,
  --- Whether ghost text stays away while the completion menu is open.
  hide_with_menu = true,
  --- Whether Neovim's own inline completion is used where there is one (0.12).
  native = true,
  --- Whether edits that ask for it are shown before they are made.
  preview = true,
  --- Keys of insert mode, in buffers that the server is attached to; false for none.
  keys = {
    accept = '<Tab>',
    accept_word = '<M-Right>',
    accept_line = '<M-C-Right>',
    next = '<M-]>',
    previous = '<M-[>',
    dismiss = '<C-]>',
    suggest = '<M-\\>',
  },
}

M.options = vim.deepcopy(M.defaults)

local kinds = {
  cmd = { 'table', 'nil' },
  filetypes = { 'table' },
  root_markers = { 'table' },
  settings = { 'table' },
  enabled = { 'boolean' },
  debounce = { 'number' },
  hide_with_menu = { 'boolean' },
  native = { 'boolean' },
  preview = { 'boolean' },
  keys = { 'table', 'boolean' },
}

local function check(options)
  for name, value in pairs(options) do
    local wanted = kinds[name]
    if not wanted then
      error(('fairlead: there is no option %q; see :help fairlead-options'):format(name), 0)
    end
    if not vim.tbl_contains(wanted, type(value)) then
      error(('fairlead: the option %q must be a %s'):format(name, wanted[1]), 0)
    end
  end
  for name in pairs(type(options.keys) == 'table' and options.keys or {}) do
    if not M.defaults.keys[name] then
      error(('fairlead: keys has no %q; see :help fairlead-keys'):format(name), 0)
    end
  end
end

--- Takes options in place of all earlier ones; what is not stated is as by default.
function M.set(options)
  check(options)
  local merged = vim.tbl_extend('force', vim.deepcopy(M.defaults), options)
  if type(options.keys) == 'table' then
    merged.keys = vim.tbl_extend('force', M.defaults.keys, options.keys)
  end
  if not options.keys and options.keys ~= nil then merged.keys = {} end
  if merged.keys == true then merged.keys = vim.deepcopy(M.defaults.keys) end
  M.options = merged
end

return M
