-- Drives a language server from Neovim: nvim --headless --clean -l complete.lua REQUEST ANSWER
--
-- REQUEST is a JSON file: cmd, root, init_options, file, and edits. Each edit takes the place of
-- the one before it, at the end of the buffer, and is followed by a pair of requests. ANSWER is
-- written as JSON: how the server presented itself, the answers, what Neovim saw of errors, and
-- how the server ended.

local request = vim.json.decode(table.concat(vim.fn.readfile(arg[1]), "\n"))
local LIMIT = 120000

vim.cmd.edit(vim.fn.fnameescape(request.file))

-- Not 0: pending edits are sent ahead of a request only for a buffer that is named.
local buffer = vim.api.nvim_get_current_buf()
local report = { answers = {}, errors = {} }
local id = vim.lsp.start({
  name = "fairlead",
  cmd = request.cmd,
  root_dir = request.root,
  init_options = request.init_options,
  on_error = function(code, message)
    table.insert(report.errors, vim.inspect({ code, message }))
  end,
  on_exit = function(code, signal)
    report.exit = { code = code, signal = signal }
  end,
})
local client = assert(vim.lsp.get_client_by_id(id))
assert(vim.wait(LIMIT, function() return client.initialized end), "the server does not start")
report.server = client.server_info
report.encoding = client.offset_encoding
report.capability = client.server_capabilities.inlineCompletionProvider

local function ask(method, extra)
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local answer = client:request_sync(method, vim.tbl_extend("error", params, extra), LIMIT, buffer)
  if not answer or answer.err then
    table.insert(report.errors, vim.inspect(answer and answer.err or method .. " timed out"))
  end
  return answer and answer.result
end

local first = vim.api.nvim_buf_line_count(buffer)
for _, edit in ipairs(request.edits) do
  vim.api.nvim_buf_set_lines(buffer, first, -1, true, edit)
  -- A cursor behind the last character, as it is while one types.
  vim.o.virtualedit = "onemore"
  local last = vim.api.nvim_buf_line_count(buffer)
  vim.api.nvim_win_set_cursor(0, { last, #edit[#edit] })
  local position = vim.lsp.util.make_position_params(0, client.offset_encoding).position
  table.insert(report.answers, {
    position = position,
    members = ask("textDocument/completion", {}),
    inline = ask("textDocument/inlineCompletion", { context = { triggerKind = 1 } }),
  })
end

client:stop()
assert(vim.wait(LIMIT, function() return report.exit ~= nil end), "the server does not stop")
vim.fn.writefile({ vim.json.encode(report) }, arg[2])
vim.cmd("qall!")
