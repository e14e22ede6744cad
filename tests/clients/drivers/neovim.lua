-- Drives a language server from Neovim 0.7 or later:
-- REQUEST=file ANSWER=file nvim --headless --clean -c "luafile neovim.lua"
--
-- REQUEST is a JSON file: cmd, root, init_options, file, and steps. Each step writes its lines
-- behind those that the file had, in place of what the step before it left there, and puts the
-- cursor at their end, or on the word `on`. What it then does is one of `steps` below. ANSWER gets
-- a JSON value: the answers, the errors that Neovim saw, and how the server ended.

local LIMIT = 120000
local request = vim.json.decode(table.concat(vim.fn.readfile(vim.env.REQUEST), "\n"))
local report = { answers = {}, errors = {} }
local recent = vim.fn.has("nvim-0.11") == 1
local client, buffer

local function note(...) table.insert(report.errors, vim.inspect({ ... })) end

local function start()
  vim.o.swapfile = false
  vim.cmd("edit " .. vim.fn.fnameescape(request.file))
  -- Not 0: pending edits are sent ahead of a request only for a buffer that is named.
  buffer = vim.api.nvim_get_current_buf()
  local id = (vim.lsp.start or vim.lsp.start_client)({
    name = "fairlead",
    cmd = request.cmd,
    root_dir = request.root,
    init_options = request.init_options,
    on_error = note,
    on_exit = function(code, signal) report.exit = { code = code, signal = signal } end,
  })
  client = assert(vim.lsp.get_client_by_id(id))
  assert(vim.wait(LIMIT, function() return client.initialized end), "the server does not start")
  vim.lsp.buf_attach_client(buffer, id)
  report.encoding = client.offset_encoding
end

local function text() return vim.api.nvim_buf_get_lines(buffer, 0, -1, true) end

local function ask(method, params)
  local arguments = { method, params, LIMIT, buffer }
  if recent then table.insert(arguments, 1, client) end
  local answer = client.request_sync(unpack(arguments))
  if not answer or answer.err then note(answer and answer.err or method .. " timed out") end
  return answer and answer.result
end

local function until_changed(change)
  local before = vim.api.nvim_buf_get_changedtick(buffer)
  change()
  local function changed() return vim.api.nvim_buf_get_changedtick(buffer) ~= before end
  return vim.wait(LIMIT, changed)
end

local steps = {}

-- What Neovim 0.7 makes of the list for the user; later ones do it without a function of their own.
local function shown(members)
  local convert = vim.lsp.util.text_document_completion_list_to_complete_items
  if recent or not convert then return nil end
  local typed = vim.fn.matchstr(vim.api.nvim_get_current_line(), [[\k*$]])
  return vim.tbl_map(function(item) return item.word end, convert(members, typed))
end

local function accept(item)
  local edit = { range = item.range, newText = item.insertText }
  vim.lsp.util.apply_text_edits({ edit }, buffer, client.offset_encoding)
  return text()
end

function steps.complete()
  local at = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local invoked = vim.tbl_extend("error", at, { context = { triggerKind = 1 } })
  local members = ask("textDocument/completion", at)
  local inline = ask("textDocument/inlineCompletion", invoked)
  return {
    position = at.position,
    members = members,
    shown = shown(members),
    inline = inline,
    text = accept(inline.items[1]),
  }
end

-- The user's way: Neovim shows the titles of the actions, and one of them is chosen.
function steps.act(step)
  local answer = { titles = {} }
  vim.ui.select = function(items, options, choose)
    for _, item in ipairs(items) do
      local title = options.format_item(item)
      table.insert(answer.titles, title)
      if title == step.title then choose(item) end
    end
  end
  answer.changed = until_changed(vim.lsp.buf.code_action)
  answer.text = text()
  return answer
end

function steps.command(step)
  local answer = {}
  answer.changed = until_changed(function()
    local params = { command = step.command, arguments = step.arguments }
    answer.result = ask("workspace/executeCommand", params)
  end)
  answer.text = text()
  return answer
end

local function place(step, first)
  vim.api.nvim_buf_set_lines(buffer, first, -1, true, step.lines)
  local last = #text()
  local column = step.on and text()[last]:find(step.on, 1, true) - 1 or #text()[last]
  -- A cursor behind the last character, as it is while one types.
  vim.o.virtualedit = "onemore"
  vim.api.nvim_win_set_cursor(0, { last, column })
end

local function main()
  start()
  local original = text()
  for _, step in ipairs(request.steps) do
    vim.api.nvim_buf_set_lines(buffer, 0, -1, true, original)
    place(step, #original)
    table.insert(report.answers, steps[step.kind](step))
  end
  if recent then client:stop() else client.stop() end
  assert(vim.wait(LIMIT, function() return report.exit ~= nil end), "the server does not stop")
  vim.fn.writefile({ vim.json.encode(report) }, vim.env.ANSWER)
end

local fine, failure = xpcall(main, debug.traceback)
if not fine then io.stderr:write(tostring(failure), "\n") end
vim.cmd(fine and "qall!" or "cquit 1")
