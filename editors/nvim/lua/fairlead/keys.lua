--- Keys: what each does in insert mode, and what it did before where there is nothing to do.

local config = require('fairlead.config')

local M = {}

local function raw(keys) return vim.api.nvim_replace_termcodes(keys, true, true, true) end

local function feed(keys, remap) vim.api.nvim_feedkeys(keys, remap and 'im' or 'in', false) end

local function rhs(mapping)
  if not mapping.rhs then return '' end
  return (mapping.rhs:gsub('<[sS][iI][dD]>', ('<SNR>%d_'):format(mapping.sid or 0)))
end

--- Returns what `key` is mapped to in `buffer`, nil if it is not.
local function mapping_of(buffer, key)
  for _, mappings in ipairs({
    vim.api.nvim_buf_get_keymap(buffer, 'i'),
    vim.api.nvim_get_keymap('i'),
  }) do
    for _, mapping in ipairs(mappings) do
      if raw(mapping.lhs) == raw(key) then return mapping end
    end
  end
end

--- Does what `key` did by itself, or by the mapping that it had.
local function fall_through(key, mapping)
  if not mapping then return feed(raw(key), false) end
  local remap = mapping.noremap == 0
  if mapping.expr == 1 then
    local result = mapping.callback and mapping.callback() or vim.api.nvim_eval(raw(rhs(mapping)))
    if type(result) ~= 'string' then return end
    -- The keys that a function returns are text where the mapping says so.
    return feed(mapping.replace_keycodes == 1 and raw(result) or result, remap)
  end
  if mapping.callback then return mapping.callback() end
  -- A mapping that begins with its own key would come here again.
  feed(raw(rhs(mapping)), remap and not vim.startswith(rhs(mapping), key))
end

local function map(buffer, name, key, action)
  local mapping = mapping_of(buffer, key)
  local function press()
    if not action() then fall_through(key, mapping) end
  end
  vim.keymap.set('i', key, press, { buffer = buffer, desc = 'fairlead: ' .. name:gsub('_', ' ') })
end

--- Maps the keys that the user has chosen in `buffer`, once; each of `actions` returns whether it
--- had something to do. What other plugins map when the file is opened is mapped by then.
function M.attach(buffer, actions)
  if vim.b[buffer].fairlead_keys then return end
  vim.b[buffer].fairlead_keys = true
  vim.schedule(function()
    if not vim.api.nvim_buf_is_valid(buffer) then return end
    for name, key in pairs(config.options.keys) do
      if key then map(buffer, name, key, actions[name]) end
    end
  end)
end

--- Makes <Plug>(fairlead-accept) and its like.
function M.load(actions)
  for name, action in pairs(actions) do
    local plug = ('<Plug>(fairlead-%s)'):format(name:gsub('_', '-'))
    vim.keymap.set(
      'i',
      plug,
      function() action() end,
      { desc = 'fairlead: ' .. name:gsub('_', ' ') }
    )
  end
end

return M
