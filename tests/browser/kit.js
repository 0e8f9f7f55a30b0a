// Measures the style guide: what is wrong on it, and the sizes that a font does not decide.
() => {
  const wrong = []
  const name = element => `${element.tagName.toLowerCase()}${element.id ? `#${element.id}` : ""}${element.classList.length ? `.${[...element.classList].join(".")}` : ""}`
  const seen = element => element.checkVisibility({ contentVisibilityAuto: true, opacityProperty: true, visibilityProperty: true }) && !element.closest(".sr, [hidden], option, :disabled, [aria-disabled=true], [role=status].bones")
  const main = document.getElementById("main")
  const sideways = document.documentElement.scrollWidth - document.documentElement.clientWidth
  if (sideways > 0) wrong.push(`the page scrolls sideways by ${sideways} px`)

  // A colour as the screen shows it, whatever notation it is in.
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 })
  const paint = canvas.getContext("2d", { willReadFrequently: true })
  const known = new Map()
  const rgba = colour => known.get(colour) ?? known.set(colour, (() => {
    paint.clearRect(0, 0, 1, 1)
    paint.fillStyle = colour
    paint.fillRect(0, 0, 1, 1)
    const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data
    return [r, g, b, a / 255]
  })()).get(colour)
  const over = ([r, g, b, a], [r2, g2, b2]) => [r * a + r2 * (1 - a), g * a + g2 * (1 - a), b * a + b2 * (1 - a), 1]
  const ground = element => {
    const layers = []
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at)
      if (style.backgroundImage !== "none") return null // a gradient has no one colour
      const colour = rgba(style.backgroundColor)
      if (colour[3] > 0) layers.push(colour)
      if (colour[3] === 1) break
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1])
  }
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0)
  let least = 21
  const words = document.createTreeWalker(main, NodeFilter.SHOW_TEXT)
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    const element = node.parentElement
    if (!node.data.trim() || !seen(element) || element.closest("svg")) continue
    const box = element.getBoundingClientRect()
    if (box.width === 0 || box.height === 0) wrong.push(`${name(element)} has no size but says “${node.data.trim().slice(0, 30)}”`)
    const under = ground(element)
    if (!under) continue
    const [a, b] = [light(over(rgba(getComputedStyle(element).color), under)), light(under)].sort((x, y) => y - x)
    const contrast = (a + .05) / (b + .05)
    least = Math.min(least, contrast)
    if (contrast < 4.5) wrong.push(`${name(element)} “${node.data.trim().slice(0, 30)}” has a contrast of ${contrast.toFixed(2)}`)
  }

  // Nothing leaves its panel or is cut off, but in what scrolls or says with an ellipsis that there is more.
  const scrolls = element => { for (let at = element.parentElement; at && at !== main; at = at.parentElement) if (getComputedStyle(at).overflowX !== "visible") return true; return false }
  for (const panel of main.querySelectorAll(".kit > .panel")) {
    const edge = panel.getBoundingClientRect()
    for (const element of panel.querySelectorAll("*")) {
      if (!seen(element) || element.closest("svg") !== null && element.tagName !== "svg") continue
      const box = element.getBoundingClientRect()
      if (box.width > 0 && (box.right > edge.right + 1 || box.left < edge.left - 1) && !scrolls(element)) wrong.push(`${name(element)} leaves the panel ${panel.id}`)
      const style = getComputedStyle(element)
      if (["hidden", "clip"].includes(style.overflowX) && style.textOverflow !== "ellipsis" && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 2 && !element.matches("svg")) wrong.push(`${name(element)} in ${panel.id} is cut off`)
    }
    // What is pressed does not lie on what else is pressed.
    const pressed = [...panel.querySelectorAll("button, a, input, select, textarea, summary")].filter(each => seen(each) && !each.matches(".drop input"))
      .map(element => ({ element, inScroller: scrolls(element), box: element.getBoundingClientRect() }))
    pressed.forEach((one, at) => {
      for (const other of pressed.slice(at + 1)) {
        const [a, b] = [one.box, other.box]
        const [x, y] = [Math.min(a.right, b.right) - Math.max(a.left, b.left), Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)]
        if (x <= 2 || y <= 2 || one.inScroller !== other.inScroller || one.element.contains(other.element) || other.element.contains(one.element)) continue
        wrong.push(`${name(one.element)} and ${name(other.element)} overlap in ${panel.id}`)
      }
    })
  }

  // How many of each part a sample draws and how large: heights, and widths where the style sheet gives them.
  const parts = { ".btn": 0, ".btn[data-icon]": 1, ".input:not(.query, .pick)": 0, ".query": -1, ".pick": -1, ".icon": 1, ".kbd": 0, ".avatar": 1, ".badge": 0, ".tag": 0, ".status:not(.badge)": 0, ".segmented": 0, 'input[type="checkbox"]:not([role])': 1, '[role="switch"]': 1, ".progress": 0, ".spark": 0, ".skeleton": 0, "thead th": 0, "tbody tr": 0, ".tabs > a": 0, ".term": 0, ".toast": 0, '.menu > [role="menuitem"]': 0, '[role="option"]': 0, ".steps .mark": 1, ".code > pre": -1, ".log li": -1, ".diffview .lines div:not(.pair)": -1, '[role="treeitem"]': -1, ".timeline li": -1, ".swatches li": -1, ".icons li": -1, ".notice": -1, ".empty": -1, ".stat": -1, ".chart": -1, ".plot": 0, ".legend li": -1 }
  const lines = []
  for (const panel of main.querySelectorAll(".kit > .panel")) {
    for (const [selector, size] of Object.entries(parts)) {
      const found = [...panel.querySelectorAll(selector)].filter(each => each.checkVisibility() && !each.closest(".sr"))
      if (!found.length) continue
      const heights = [...new Set(found.map(each => Math.round(each.getBoundingClientRect().height)))].sort((a, b) => a - b)
      const widths = [...new Set(found.map(each => Math.round(each.getBoundingClientRect().width)))].sort((a, b) => a - b)
      lines.push(`${panel.id} ${selector} ×${found.length}${size >= 0 ? ` h${heights.join("/")}` : ""}${size > 0 ? ` w${widths.join("/")}` : ""}`)
    }
  }
  return { wrong: [...new Set(wrong)], least, lines }
}
