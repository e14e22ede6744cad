if vim.g.loaded_fairlead or vim.fn.has('nvim-0.7') == 0 then return end
vim.g.loaded_fairlead = true
require('fairlead').load()
