-- What pandoc's Typst writer lacks: text alternatives of images, languages of words, and boxes by name.
-- ![what it shows](file.svg) becomes #image("file.svg", alt: "what it shows"), and a fenced div
-- of a class named here becomes a call of that function in typst-template.typ.

local boxes = {
  lede = { '#lede[', ']' }, panel = { '#panel[', ']' }, keep = { '#keep[', ']' },
  small = { '#small[', ']' }, colophon = { '#colophon[', ']' },
  duo = { '#duo(', ')' }, col = { '[', '],' },
}

local function quoted(text) return '"' .. text:gsub('[\\"]', '\\%0') .. '"' end

function Image(image)
  local alt = image.attributes['fig-alt'] or pandoc.utils.stringify(image.caption)
  local width = image.attributes.width and ', width: ' .. image.attributes.width or ''
  local call = '#image(' .. quoted(image.src) .. ', alt: ' .. quoted(alt) .. width .. ')'
  return pandoc.RawInline('typst', call)
end

-- Words of another language, so that they are read aloud and hyphenated as such.
function Span(span)
  local lang = span.attributes.lang
  if not lang then return nil end
  local inlines = pandoc.List({ pandoc.RawInline('typst', '#text(lang: ' .. quoted(lang) .. ')[') })
  inlines:extend(span.content)
  inlines:insert(pandoc.RawInline('typst', ']'))
  return inlines
end

function Div(div)
  local box = boxes[div.classes[1]]
  if not box then return nil end
  local blocks = pandoc.List({ pandoc.RawBlock('typst', box[1]) })
  blocks:extend(div.content)
  blocks:insert(pandoc.RawBlock('typst', box[2]))
  return blocks
end
