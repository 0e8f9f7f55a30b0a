// The read-out of every chart but the line chart. The server says where each row of its table lies; what is nearest to the
// pointer, or where the arrow keys have come, is read out of that table.
import { element, key, place } from "./parts.js"
import { say } from "./say.js"

const kinds = ".plot:is([data-spots], [data-grid], [data-lines])"
const known = new WeakMap() // plot → {text, spots}
let now = { plot: null, index: -1 }

const tableOf = plot => plot.closest("figure")?.querySelector(".chart-data table")

/** Places as {x, y, w, h} in thousandths, in the order of the table's rows; of a matrix cell by cell. */
function spotsOf(plot) {
  const { spots: text, grid, lines } = plot.dataset
  const source = text ?? grid ?? lines
  const kept = known.get(plot)
  if (kept?.source === source) return kept.spots
  const spots = text !== undefined ? text.split(";").filter(Boolean).map(each => { const [x, y, w = 0, h = 0] = each.split(" ").map(Number); return { x, y, w, h } })
    : grid !== undefined ? cells(...grid.split(" ").map(Number))
      : lines.split(";").map(each => ({ ys: each.split(" ").map(y => y === "-" ? NaN : Number(y)) }))
  known.set(plot, { source, spots })
  return spots
}

function cells(rows, columns) {
  const [w, h] = [1000 / columns, 1000 / rows]
  return Array.from({ length: rows * columns }, (_, i) => ({ x: (i % columns) * w, y: Math.floor(i / columns) * h, w, h }))
}

function nearest(plot, spots, x, y) {
  const box = plot.getBoundingClientRect()
  const [sx, sy] = [box.width / 1000, box.height / 1000]
  if (plot.dataset.grid !== undefined) {
    const [rows, columns] = plot.dataset.grid.split(" ").map(Number)
    if (x < 0 || x >= 1000 || y < 0 || y >= 1000) return -1
    return Math.floor(y / 1000 * rows) * columns + Math.floor(x / 1000 * columns)
  }
  let best = -1, least = Infinity
  spots.forEach((spot, i) => {
    const far = spot.ys ? across(spot.ys, x, y) * sy
      : Math.hypot(Math.max(spot.x - x, 0, x - spot.x - spot.w) * sx, plot.dataset.snap === "x" ? 0 : Math.max(spot.y - y, 0, y - spot.y - spot.h) * sy)
    if (far < least) [best, least] = [i, far]
  })
  return spots[best]?.ys && least > 24 ? -1 : best
}

// How far above or below a line across parallel axes lies at x.
function across(ys, x, y) {
  const at = Math.min(1, Math.max(0, x / 1000)) * (ys.length - 1)
  const left = Math.min(Math.floor(at), Math.max(0, ys.length - 2))
  const from = ys[left], to = ys[left + 1] ?? from
  const height = from + (to - from) * (at - left)
  return Number.isNaN(height) ? Infinity : Math.abs(height - y)
}

/** What the table says of a mark: {head, rows: [[name, text, series]], series, link}. */
function words(plot, index) {
  const table = tableOf(plot)
  if (!table) return null
  const names = [...table.tHead.rows[0].cells].slice(1)
  const columns = names.length
  const [row, only] = plot.dataset.grid !== undefined ? [Math.floor(index / columns), index % columns] : [index, -1]
  const line = table.tBodies[0].rows[row]
  if (!line) return null
  return {
    head: line.cells[0].textContent, series: line.dataset.series, link: line.cells[0].querySelector("a"),
    rows: names.map((name, i) => [name.textContent, line.cells[i + 1].textContent, name.dataset.series]).filter((_, i) => only < 0 || i === only),
  }
}

function show(plot, index, top) {
  if (now.plot && now.plot !== plot) hide()
  const spot = spotsOf(plot)[index]
  const told = spot && words(plot, index)
  if (!told) return hide()
  now = { plot, index }
  const out = plot.querySelector(":scope > .readout")
  const head = element("header", "")
  if (told.series) head.append(key(told.series))
  head.append(element("span", told.head))
  const list = document.createElement("ul")
  for (const [name, text, series] of told.rows) {
    const row = document.createElement("li")
    if (series) row.append(key(series))
    row.append(element("span", name), element("data", text))
    list.append(row)
  }
  out.replaceChildren(head, list)
  out.hidden = false
  mark(plot, spot, index)
  const middle = spot.ys ? 0.5 : (spot.x + spot.w / 2) / 1000
  const height = plot.clientHeight
  place(out, middle, top ?? Math.max(4, Math.min(height - out.offsetHeight - 4, (spot.ys ? 100 : spot.y + spot.h) / 1000 * height + 8)))
  return told
}

function mark(plot, spot, index) {
  const cross = plot.querySelector(":scope > .cross")
  for (const each of plot.querySelectorAll(".strand[data-here]")) delete each.dataset.here
  if (spot.ys) return void plot.querySelectorAll(".strand")[index]?.setAttribute("data-here", "")
  const line = plot.dataset.snap === "x"
  cross.dataset.shape = line ? "line" : spot.w || spot.h ? "box" : "dot"
  cross.style.setProperty("--x", `${(line ? spot.x + spot.w / 2 : spot.x) / 10}%`)
  for (const [name, value] of [["--y", spot.y], ["--w", spot.w], ["--h", spot.h]]) cross.style.setProperty(name, `${value / 10}%`)
  cross.hidden = plot.dataset.kind === "gauge"
}

function hide() {
  const { plot } = now
  now = { plot: null, index: -1 }
  if (!plot) return
  for (const each of plot.querySelectorAll(":scope > .cross, :scope > .readout")) each.hidden = true
  for (const each of plot.querySelectorAll(".strand[data-here]")) delete each.dataset.here
}

function point(event) {
  const plot = event.target.closest?.(kinds)
  if (!plot) return event.type === "pointerdown" || (event.pointerType === "mouse" && !now.plot?.matches(":focus-visible")) ? hide() : undefined
  const box = plot.getBoundingClientRect()
  const index = nearest(plot, spotsOf(plot), (event.clientX - box.left) / box.width * 1000, (event.clientY - box.top) / box.height * 1000)
  if (index < 0) hide()
  else if (now.plot !== plot || now.index !== index) show(plot, index)
}
document.addEventListener("pointermove", point)
document.addEventListener("pointerdown", point)

// The nearest in a direction: of what lies in the next row, what is least far to the side.
function beside(spots, index, up) {
  const middle = each => [each.x + each.w / 2, each.y + each.h / 2]
  const [x, y] = middle(spots[index])
  const there = spots.map((each, i) => [i, ...middle(each)]).filter(([, , other]) => up ? other < y - 5 : other > y + 5)
  if (!there.length) return index
  const row = there.reduce((best, [, , other]) => up ? Math.max(best, other) : Math.min(best, other), up ? -Infinity : Infinity)
  return there.filter(([, , other]) => Math.abs(other - row) < 5).sort((a, b) => Math.abs(a[1] - x) - Math.abs(b[1] - x))[0][0]
}

document.addEventListener("keydown", event => {
  const plot = event.target
  if (!plot.matches?.(kinds) || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.key === "Escape") return hide()
  const spots = spotsOf(plot)
  const here = now.plot === plot ? now.index : -1
  if (event.key === "Enter" && here >= 0) return words(plot, here)?.link?.click()
  const last = spots.length - 1
  const steps = { ArrowLeft: here - 1, ArrowRight: here + 1, PageUp: here - 10, PageDown: here + 10, Home: 0, End: last }
  let to = steps[event.key]
  if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    const up = event.key === "ArrowUp"
    to = here < 0 ? 0 : spots[here].ys ? here + (up ? -1 : 1) : beside(spots, here, up)
  }
  if (to === undefined || last < 0) return
  event.preventDefault()
  const told = show(plot, here < 0 && (event.key === "ArrowLeft" || event.key === "PageUp") ? last : Math.min(last, Math.max(0, to)))
  if (told) say(`${told.head}: ${told.rows.map(([name, text]) => `${name} ${text}`).join(", ")}`)
})
document.addEventListener("focusout", event => { if (event.target === now.plot) hide() })
document.addEventListener("htmx:after:swap", () => { if (now.plot && !now.plot.isConnected) now = { plot: null, index: -1 }; else if (now.plot) show(now.plot, now.index) })
document.documentElement.addEventListener("pointerleave", event => { if (event.pointerType === "mouse") hide() })
