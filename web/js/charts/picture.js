// A chart as a file that stands alone: what the style sheet says is written into the drawing, colours as every reader of
// SVG knows them, with the title and the legend, on the panel's ground.

const name = "http://www.w3.org/2000/svg"
const shapes = new Set(["path", "rect", "circle", "line", "text"])
const styles = ["fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "vector-effect", "shape-rendering", "font-size", "font-weight", "text-anchor"]
const plain = { "fill-opacity": "1", "stroke-opacity": "1", "stroke-dasharray": "none", "stroke-linecap": "butt", "stroke-linejoin": "miter", "vector-effect": "none", "shape-rendering": "auto", "font-weight": "400", "text-anchor": "start" }

let pencil
const mixed = new Map()

// The browser says oklch(…) or color(…): drawn once and read back it is sRGB.
function colour(text) {
  if (!text || text === "none" || text === "transparent") return { hex: "none", alpha: 1 }
  if (mixed.has(text)) return mixed.get(text)
  pencil ??= Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true })
  pencil.clearRect(0, 0, 1, 1)
  pencil.fillStyle = text
  pencil.fillRect(0, 0, 1, 1)
  const [r, g, b, a] = pencil.getImageData(0, 0, 1, 1).data
  const made = { hex: `#${[r, g, b].map(each => each.toString(16).padStart(2, "0")).join("")}`, alpha: Math.round(a / 2.55) / 100 }
  mixed.set(text, made)
  return made
}

function make(tag, attributes, text) {
  const made = document.createElementNS(name, tag)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  if (text !== undefined) made.textContent = text
  return made
}

const geometry = /^(d|x|y|x1|x2|y1|y2|cx|cy|r|rx|width|height|dx|dy|viewBox|preserveAspectRatio|transform|overflow)$/

function copy(source) {
  const style = getComputedStyle(source)
  if (style.display === "none" || style.visibility === "hidden") return null
  const tag = source.localName === "a" ? "g" : source.localName // a file leads nowhere
  const made = document.createElementNS(name, tag)
  for (const { name: key, value } of source.attributes) if (geometry.test(key)) made.setAttribute(key, value)
  if (style.opacity !== "1") made.setAttribute("opacity", style.opacity)
  if (shapes.has(tag)) {
    for (const key of styles) {
      const value = style.getPropertyValue(key).replaceAll("px", "")
      if (value === plain[key] || value === "" || (tag !== "text" && /^(font|text)/.test(key))) continue
      if (key === "fill" || key === "stroke") {
        const { hex, alpha } = colour(value)
        made.setAttribute(key, hex)
        if (alpha < 1) made.setAttribute(`${key}-opacity`, alpha * Number(style.getPropertyValue(`${key}-opacity`)))
      } else if (!made.hasAttribute(key)) made.setAttribute(key, value)
    }
    if (tag === "text") made.textContent = source.textContent
  }
  if (tag !== "text") for (const child of source.children) {
    const kept = copy(child)
    if (kept) made.append(kept)
  }
  return made
}

const words = element => element && Object.assign({}, { text: element.textContent.trim(), style: getComputedStyle(element) })

function write(root, element, x, y) {
  const { text, style } = words(element)
  const made = make("text", { x, y, fill: colour(style.color).hex, "font-size": parseFloat(style.fontSize), "font-weight": style.fontWeight }, text)
  root.append(made)
  return element.scrollWidth || element.getBoundingClientRect().width
}

/** The chart of a figure: {text, width, height}. */
export function svgOf(figure) {
  const source = figure.querySelector(".plot > svg")
  const [box, frame] = [source.getBoundingClientRect(), figure.getBoundingClientRect()]
  const ground = (() => { for (let at = figure; at; at = at.parentElement) { const c = colour(getComputedStyle(at).backgroundColor); if (c.hex !== "none" && c.alpha > 0) return c.hex } return "#ffffff" })()
  const pad = 12
  const width = Math.ceil(frame.width) + 2 * pad
  const root = make("svg", { xmlns: name, width, "font-family": getComputedStyle(figure).fontFamily })
  const paper = make("rect", { width: "100%", height: "100%", fill: ground })
  root.append(paper)

  let x = pad, y = pad + 14
  const title = figure.querySelector("figcaption :is(h2, h3)")
  if (title) x += write(root, title, x, y) + 10
  const hint = figure.querySelector("figcaption > small")
  if (hint) write(root, hint, x, y)
  const items = [...figure.querySelectorAll("figcaption .legend > li")]
  if (items.length) { x = pad; y += 20 }
  for (const item of items) {
    const text = item.querySelector(":scope > span")
    const wide = 18 + 6 + text.getBoundingClientRect().width + 14
    if (x > pad && x + wide > width - pad) { x = pad; y += 18 }
    const mark = item.querySelector(".key")
    const drawn = mark && copy(mark)
    if (drawn) { for (const [k, v] of Object.entries({ x, y: y - 8, width: 18, height: 8, overflow: "visible" })) drawn.setAttribute(k, v); root.append(drawn) }
    write(root, text, x + 24, y)
    x += wide
  }
  const style = getComputedStyle(figure.querySelector(".plot"))
  const top = y + 12 + parseFloat(style.marginTop)
  const drawing = copy(source)
  for (const [key, value] of Object.entries({ x: pad + box.left - frame.left, y: top, width: box.width, height: box.height, overflow: "visible" })) drawing.setAttribute(key, value)
  root.append(drawing)
  const height = Math.ceil(top + box.height + parseFloat(style.marginBottom) + pad)
  root.setAttribute("height", height)
  root.setAttribute("viewBox", `0 0 ${width} ${height}`)
  return { text: new XMLSerializer().serializeToString(root), width, height }
}

/** The same as pixels, two for each of the screen's. */
export async function pngOf(figure) {
  const { text, width, height } = svgOf(figure)
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }))
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    const canvas = Object.assign(document.createElement("canvas"), { width: width * 2, height: height * 2 })
    canvas.getContext("2d").drawImage(image, 0, 0, width * 2, height * 2)
    return await new Promise(resolve => canvas.toBlob(resolve, "image/png"))
  } finally {
    URL.revokeObjectURL(url)
  }
}
