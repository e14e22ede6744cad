--- :Fairlead and what it can be asked to do.

local config = require('fairlead.config')
local instruct = require('fairlead.instruct')
local log = require('fairlead.log')
local notify = require('fairlead.notify')
local rpc = require('fairlead.rpc')
local server = require('fairlead.server')
local status = require('fairlead.status')

local M = {}

local INFO = vim.log.levels.INFO

--- Shows `lines` in a window of their own, which `q` closes.
local function show(title, lines)
  vim.cmd('botright new')
  local buffer = vim.api.nvim_get_current_buf()
  vim.bo[buffer].buftype, vim.bo[buffer].bufhidden, vim.bo[buffer].swapfile =
    'nofile', 'wipe', false
  pcall(vim.api.nvim_buf_set_name, buffer, 'fairlead://' .. title)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = buffer })
end

--- Calls `act` with the client for this buffer, or tells that there is none.
local function with_client(act)
  local buffer = vim.api.nvim_get_current_buf()
  local client = rpc.any_client(buffer)
  if client then
    act(client, buffer)
  else
    notify.now('no server is running yet; see :checkhealth fairlead')
  end
end

--- Returns the place at the byte `column` of `row`, or the end of the row, as the server counts.
local function encoded(client, buffer, row, column)
  local line = vim.api.nvim_buf_get_lines(buffer, row, row + 1, false)[1] or ''
  local before = column and line:sub(1, column) or line
  local utf32, utf16 = vim.str_utfindex(before)
  local columns = { ['utf-8'] = #before, ['utf-16'] = utf16, ['utf-32'] = utf32 }
  return { line = row, character = columns[client.offset_encoding] }
end

--- Returns where the selection that `asked` came with begins and ends, or else the cursor twice.
local function range(client, buffer, asked)
  if asked.range == 0 then
    local row, column = unpack(vim.api.nvim_win_get_cursor(0))
    local place = encoded(client, buffer, row - 1, column)
    return { start = place, ['end'] = place }
  end
  local first, last = { asked.line1 - 1, 0 }, { asked.line2 - 1 }
  local from, to = vim.api.nvim_buf_get_mark(buffer, '<'), vim.api.nvim_buf_get_mark(buffer, '>')
  if vim.fn.visualmode() == 'v' and from[1] == asked.line1 and to[1] == asked.line2 then
    local line = vim.api.nvim_buf_get_lines(buffer, to[1] - 1, to[1], false)[1]
    -- The last character belongs to the selection, all of its bytes.
    first, last =
      { from[1] - 1, from[2] }, { to[1] - 1, to[2] + #vim.fn.matchstr(line:sub(to[2] + 1), '.') }
  end
  return {
    start = encoded(client, buffer, first[1], first[2]),
    ['end'] = encoded(client, buffer, last[1], last[2]),
  }
end

local function uri(buffer) return vim.uri_from_bufnr(buffer) end

M.commands = {}

function M.commands.status()
  with_client(function(client, buffer)
    instruct.execute(client, 'fairlead.status', {}, buffer, function(result)
      status.take(client.id, result)
      local switch = require('fairlead').is_enabled() and '' or ' (suggestions are off)'
      notify.now(status.sentence(result) .. switch, INFO)
    end)
  end)
end

function M.commands.explain()
  with_client(function(client, buffer)
    instruct.execute(
      client,
      'fairlead.explain',
      {},
      buffer,
      function(result) show('explain', vim.split(result, '\n', { plain = true })) end
    )
  end)
end

function M.commands.restart()
  if server.restart() == 0 then
    notify.now('no server is running yet; see :checkhealth fairlead')
  end
end

function M.commands.toggle(asked)
  local here = asked.fargs[2] == 'buffer'
  local on = require('fairlead').toggle(here)
  notify.now(
    ('suggestions are %s%s'):format(on and 'on' or 'off', here and ' in this buffer' or ''),
    INFO
  )
end

function M.commands.log()
  local lines = log.lines()
  table.insert(
    lines,
    1,
    'What the server has said. What Neovim has to say of it: ' .. vim.lsp.get_log_path()
  )
  show('log', lines)
end

function M.commands.edit(asked)
  with_client(function(client, buffer)
    local typed = table.concat(vim.list_slice(asked.fargs, 2), ' ')
    instruct.ask(client, buffer, { uri = uri(buffer), range = range(client, buffer, asked) }, typed)
  end)
end

function M.commands.repair(asked)
  with_client(
    function(client, buffer)
      instruct.execute(
        client,
        'fairlead.repair',
        { uri(buffer), range(client, buffer, asked) },
        buffer
      )
    end
  )
end

local function names()
  local found = vim.tbl_keys(M.commands)
  table.sort(found)
  return found
end

--- Returns what the word at the cursor of the command line can become.
function M.complete(word, line)
  local choices = names()
  if line:match('^%S*%s+toggle%s') then choices = { 'buffer' } end
  if line:match('^%S*%s+%S+%s') and not line:match('^%S*%s+toggle%s') then choices = {} end
  return vim.tbl_filter(function(name) return vim.startswith(name, word) end, choices)
end

local function run(asked)
  local command = M.commands[asked.fargs[1]]
  if command then return command(asked) end
  notify.now(('there is no :Fairlead %s; see :help :Fairlead'):format(asked.fargs[1]))
end

function M.load()
  vim.api.nvim_create_user_command('Fairlead', function(asked)
    asked.fargs = asked.fargs or vim.split(asked.args, '%s+', { trimempty = true })
    run(asked)
  end, {
    nargs = '+',
    range = true,
    complete = M.complete,
    desc = 'fairlead: status, explain, edit, …',
  })
end

return M
