--- What the server and this plugin have to say to those who look for a fault.

local M = {}

local MOST = 2000
local lines = {}

--- Keeps `message`; `level` is one word.
function M.add(level, message)
  for _, line in ipairs(vim.split(tostring(message), '\n')) do
    table.insert(lines, ('%s %-7s %s'):format(os.date('%H:%M:%S'), level, line))
  end
  while #lines > MOST do
    table.remove(lines, 1)
  end
end

function M.lines() return vim.deepcopy(lines) end

return M
