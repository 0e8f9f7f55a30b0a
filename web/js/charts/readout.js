// The cross-hair: one position for every plot of the page that counts the same axis. It follows the pointer, a finger,
// and the arrow keys while a plot has the focus; only the plot in hand shows the numbers.
import { metric, short } from "../numbers.js"
import { duration } from "../time.js"
import { element, key, place as put } from "./parts.js"
import { heat, hottest } from "./hot.js"
import { alike, nearest, plots, pointsOf, scaleOf } from "./plot.js"
import { say } from "./say.js"

let shown = false
let pending = 0
let at = { x: 0, plot: null, top: 0 }

// As many lines as there is room for.
const room = (plot, own) => own ? Math.max(4, Math.min(12, Math.floor(plot.clientHeight / 18) - 1)) : Math.max(3, Math.min(8, Math.floor(plot.clientHeight / 15) - 1))

function words({ axis, name }, x) {
  if (name) return `${name} ${metric(x)}`
  if (axis === "elapsed") return duration(x)
  if (axis === "time") return new Date(x).toISOString().slice(11, 19)
  return `Step ${short(Math.round(x))}`
}

/** Where the cross-hair stands in a plot: {plot, x}; in its middle when it is not there. */
export function crossing(plot) {
  const scale = scaleOf(plot)
  return shown && at.plot && alike(scaleOf(at.plot), scale) ? at.x : scale.value(0.5)
}

const seen = plot => { const box = plot.getBoundingClientRect(); return box.bottom > 0 && box.top < innerHeight && box.width > 0 }

function draw() {
  pending = 0
  const asked = at.plot && scaleOf(at.plot)
  for (const plot of plots()) {
    const cross = plot.querySelector(":scope > .cross")
    const out = plot.querySelector(":scope > .readout")
    if (!cross || !out) continue
    const scale = scaleOf(plot)
    const place = scale.x(at.x)
    const here = shown && alike(asked, scale) && place >= 0 && place <= 1 && (plot === at.plot || seen(plot))
    cross.hidden = !here
    out.hidden = !here
    if (here) fill(plot, scale, cross, out)
    if (!here) heat(plot, null)
  }
}

function fill(plot, scale, cross, out) {
  const lines = [...plot.querySelectorAll("g[data-line]")].reverse()
  let found = lines.map(line => [line, nearest(pointsOf(line), at.x)]).filter(([, point]) => point)
  // The hair snaps to the first line's point, so that what it says is what it stands on.
  const x = lines.length > 1 ? at.x : found[0]?.[1].x ?? at.x
  const place = Math.min(1, Math.max(0, scale.x(x)))
  cross.style.setProperty("--x", `${place * 100}%`)
  const own = plot === at.plot
  const most = room(plot, own)
  if (own && at.y !== undefined) {
    const far = ([, p]) => Number.isFinite(p.smooth) ? Math.abs(scale.y(p.smooth) - at.y) : Infinity
    if (found.length > most) found = found.toSorted((a, b) => far(a) - far(b))
    const best = found.length ? found.reduce((a, b) => (far(b) < far(a) ? b : a)) : null
    heat(plot, lines.length > 1 && best && far(best) * plot.clientHeight < 16 ? best[0] : null)
  }
  const hot = hottest()
  if (hot) found = found.toSorted(([a], [b]) => (b.dataset.run === hot) - (a.dataset.run === hot))
  const named = found.slice(0, most)
  cross.replaceChildren(...named.filter(([, p]) => Number.isFinite(p.smooth)).map(([line, point]) => {
    const dot = document.createElement("i")
    dress(dot, line)
    dot.style.setProperty("--y", `${Math.min(1.02, Math.max(-0.02, scale.y(point.smooth))) * 100}%`)
    return dot
  }))
  out.toggleAttribute("data-brief", !own)
  put(out, place, own ? at.top : 4)

  const list = document.createElement("ul")
  for (const [line, p] of named) {
    const row = document.createElement("li")
    const mark = key(line.dataset.series)
    dress(mark, line)
    row.append(mark, ...(own ? [element("span", line.dataset.name)] : []), element("data", metric(p.smooth)))
    if (own && line.dataset.smooth && p.smooth !== p.y) row.append(element("small", `raw ${metric(p.y)}`))
    list.append(row)
  }
  if (found.length > named.length) list.append(Object.assign(element("li", `and ${found.length - named.length} more`), { className: "more" }))
  if (!own) return out.replaceChildren(list)
  const head = document.createElement("header")
  const [first, point] = found[0] ?? []
  head.append(element("span", words(scale, x)))
  if (point?.at) {
    const start = Number(first.dataset.start || 0)
    head.append(element("time", scale.axis === "step" && start ? duration((point.at - start) / 1000) : new Date(point.at).toISOString().slice(11, 19)))
  }
  out.replaceChildren(head, list)
}

function dress(mark, line) {
  for (const name of ["series", "dash", "tone"]) if (line.dataset[name]) mark.dataset[name] = line.dataset[name]
}

// The same for the ears, after an arrow key.
function tell(plot) {
  const lines = [...plot.querySelectorAll("g[data-line]")].reverse()
  const values = lines.map(line => [line.dataset.name, nearest(pointsOf(line), at.x)]).filter(([, point]) => point)
  say(`${words(scaleOf(plot), at.x)}: ${values.slice(0, 8).map(([name, point]) => `${name} ${metric(point.smooth)}`).join(", ")}${values.length > 8 ? `, and ${values.length - 8} more` : ""}`)
}

function later() {
  pending ||= requestAnimationFrame(draw)
}

function point(plot, clientX, clientY) {
  const box = plot.getBoundingClientRect()
  const scale = scaleOf(plot)
  at = { plot, x: scale.value(Math.min(1, Math.max(0, (clientX - box.left) / box.width))), y: (clientY - box.top) / box.height, top: Math.max(4, Math.min(box.height - 90, clientY - box.top + 14)) }
  shown = true
  later()
}

function hide() {
  if (!shown) return
  shown = false
  later()
}

document.addEventListener("pointermove", event => {
  const plot = event.target.closest?.(".plot[data-plot]")
  if (plot) point(plot, event.clientX, event.clientY)
  else if (event.pointerType === "mouse" && !at.plot?.matches(":focus-visible")) hide()
})
document.addEventListener("pointerdown", event => {
  const plot = event.target.closest?.(".plot[data-plot]")
  if (plot) point(plot, event.clientX, event.clientY)
  else hide()
})
// A finger that lifts leaves too, and its reading should stay.
document.documentElement.addEventListener("pointerleave", event => { if (event.pointerType === "mouse") hide() })

document.addEventListener("keydown", event => {
  const plot = event.target
  if (!plot.matches?.(".plot[data-plot]")) return
  if (event.key === "Escape") return hide()
  if (event.key === "ArrowUp" || event.key === "ArrowDown") return along(event, plot)
  const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity }
  const step = steps[event.key]
  if (!step) return
  event.preventDefault()
  const line = [...plot.querySelectorAll("g[data-line]")].at(-1)
  const points = line ? pointsOf(line) : []
  if (!points.length) return
  const now = shown && at.plot === plot ? points.indexOf(nearest(points, at.x)) : step > 0 ? -1 : points.length
  const index = Math.min(points.length - 1, Math.max(0, now + step))
  at = { plot, x: points[Number.isFinite(index) ? index : step > 0 ? points.length - 1 : 0].x, top: 4 }
  shown = true
  later()
  tell(plot)
})
// Up and down go from line to line by their value here; Enter follows the one that was come to.
function along(event, plot) {
  const lines = [...plot.querySelectorAll("g[data-line]")]
  if (!shown || at.plot !== plot || lines.length < 2) return
  event.preventDefault()
  const sorted = lines.map(line => [line, nearest(pointsOf(line), at.x)]).filter(([, point]) => Number.isFinite(point?.smooth)).sort(([, a], [, b]) => b.smooth - a.smooth)
  const now = sorted.findIndex(([line]) => line.hasAttribute("data-hot"))
  const [line, point] = sorted[Math.min(sorted.length - 1, Math.max(0, now < 0 ? 0 : now + (event.key === "ArrowUp" ? -1 : 1)))] ?? []
  if (!line) return
  heat(plot, line)
  later()
  say(`${line.dataset.name} ${metric(point.smooth)}`)
}

document.addEventListener("focusout", event => { if (event.target.matches?.(".plot[data-plot]")) hide() })
document.addEventListener("htmx:after:swap", () => { if (shown) later() })

/** Draws anew where points were appended. */
export const refreshReadout = () => { if (shown) later() }
