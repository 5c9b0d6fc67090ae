-- The command alone: nothing is started, watched or timed before setup(), or the first use of the command.
if vim.g.loaded_statuswatch or vim.fn.has('nvim-0.7') == 0 then
  return
end
vim.g.loaded_statuswatch = true

vim.api.nvim_create_user_command('Statuswatch', function(call)
  require('statuswatch.command').run(unpack(call.fargs))
end, {
  nargs = '*',
  desc = 'Is it them or me? Without arguments: the window',
  complete = function(...)
    return require('statuswatch.command').complete(...)
  end,
})
