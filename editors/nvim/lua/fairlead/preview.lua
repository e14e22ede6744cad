--- Edits that ask for it are shown before they are made: the document as it is, and as it would be.

local config = require('fairlead.config')

local M = {}

--- What the server is told when the user does not want an edit.
M.REFUSED = 'you did not want it'

--- What it is told when an edit is of a text that is no more.
M.STALE = 'the document has changed meanwhile; ask again'

local SCROLLING =
  { ['\4'] = true, ['\21'] = true, ['\6'] = true, ['\2'] = true, j = '\5', k = '\25' }

--- Tells whether the server wants `edit` to be confirmed.
local function asks(edit)
  for _, annotation in pairs(edit.changeAnnotations or {}) do
    if annotation.needsConfirmation then return true end
  end
  return false
end

--- Tells whether a document has changed since the server made `edit` for it. Neovim leaves such an
--- edit out, and does not tell; what it knows of version 0 is too little even for that.
local function is_stale(edit)
  local versions = vim.lsp.util.buf_versions or {}
  for _, change in ipairs(edit.documentChanges or {}) do
    local document = change.textDocument
    if document and type(document.version) == 'number' then
      local now = versions[vim.uri_to_bufnr(document.uri)] or 0
      if now > document.version then return true end
    end
  end
  return false
end

--- Returns the edits of text in `edit`, by the URI of the document; nil if there is anything else.
local function text_edits(edit)
  if not edit.documentChanges then return edit.changes or {} end
  local found = {}
  for _, change in ipairs(edit.documentChanges) do
    if change.kind then return nil end
    found[change.textDocument.uri] = change.edits
  end
  return found
end

--- Returns a buffer that holds what `edits` make of the document `uri`, and the document's own.
local function edited(uri, edits, encoding)
  local old = vim.uri_to_bufnr(uri)
  vim.fn.bufload(old)
  local new = vim.api.nvim_create_buf(false, true)
  vim.bo[new].bufhidden = 'wipe'
  vim.api.nvim_buf_set_lines(new, 0, -1, false, vim.api.nvim_buf_get_lines(old, 0, -1, false))
  vim.lsp.util.apply_text_edits(vim.deepcopy(edits), new, encoding)
  vim.bo[new].buflisted = false
  vim.bo[new].modifiable = false
  vim.bo[new].filetype = vim.bo[old].filetype
  return old, new
end

--- Opens a page with both. The option 'switchbuf' must not lead to a page that is there already.
local function open(old, new, label)
  vim.cmd('tab split')
  vim.api.nvim_win_set_buf(0, old)
  vim.cmd('diffthis')
  vim.cmd('rightbelow vertical split')
  vim.api.nvim_win_set_buf(0, new)
  vim.wo.statusline = 'fairlead: ' .. label:gsub('%%', '%%%%')
  vim.cmd('diffthis')
  vim.cmd('silent! normal! gg]c')
  vim.cmd('redraw')
  return vim.api.nvim_get_current_tabpage()
end

--- Shows both until `decide` returns, and goes back to where the user was.
local function shown(old, new, label, decide)
  local home = vim.api.nvim_get_current_win()
  local page = open(old, new, label)
  local fine, answer = pcall(decide)
  vim.cmd('diffoff!')
  if vim.api.nvim_tabpage_is_valid(page) then
    vim.cmd('tabclose ' .. vim.api.nvim_tabpage_get_number(page))
  end
  if vim.api.nvim_win_is_valid(home) then vim.api.nvim_set_current_win(home) end
  return fine and answer
end

--- Asks on the last line; keys that scroll do so.
local function ask(label)
  while true do
    vim.api.nvim_echo(
      { { label .. ': make this edit? ', 'Question' }, { '[y]es [n]o, j k ^D ^U scroll' } },
      false,
      {}
    )
    local key = vim.fn.getcharstr()
    if key == 'y' or key == 'Y' or key == '\r' then return true end
    if key == 'n' or key == 'N' or key == 'q' or key == '\27' or key == '\3' then return false end
    local keys = SCROLLING[key]
    if keys then
      vim.cmd('normal! ' .. (keys == true and key or keys))
      vim.cmd('redraw')
    end
  end
end

--- Shows what `edit` would do to each document; returns whether the user wants it.
function M.confirm(edit, label, encoding)
  local edits = text_edits(edit)
  if not edits then return vim.fn.confirm(label .. ': make the edit?', '&Yes\n&No', 2) == 1 end
  vim.cmd('stopinsert')
  for uri, some in pairs(edits) do
    local old, new = edited(uri, some, encoding)
    if not shown(old, new, label, function() return ask(label) end) then return false end
  end
  vim.api.nvim_echo({ { '' } }, false, {})
  return true
end

--- Returns why `edit` is not to be made, nil if it is.
local function refusal(edit, label, encoding)
  if is_stale(edit) then return M.STALE end
  if not config.options.preview or not asks(edit) then return nil end
  if not M.confirm(edit, label, encoding) then return M.REFUSED end
  return is_stale(edit) and M.STALE or nil
end

--- Handles the server's request `workspace/applyEdit`.
function M.apply_edit(_, params, context)
  local encoding = vim.lsp.get_client_by_id(context.client_id).offset_encoding
  local reason = refusal(params.edit, params.label or 'edit', encoding)
  if reason then return { applied = false, failureReason = reason } end
  local done, failure = pcall(vim.lsp.util.apply_workspace_edit, params.edit, encoding)
  return { applied = done, failureReason = not done and tostring(failure) or nil }
end

return M
