-- For Neovim 0.11 and later: vim.lsp.enable('fairlead')
return require('fairlead.server').config()
