-- A component of lualine: put 'statuswatch' into one of its sections. It has the colour of what it says, unless it is given one.
local Component = require('lualine.component'):extend()

function Component:init(options)
  if options.color == nil then
    options.color = function()
      return require('statuswatch').highlight()
    end
  end
  Component.super.init(self, options)
end

function Component:update_status()
  return require('statuswatch').statusline()
end

return Component
