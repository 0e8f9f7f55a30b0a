// The cross-hair: one position for every plot of the page that counts the same axis. It follows the pointer, a finger,
// and the arrow keys while a plot has the focus; only the plot in hand shows the numbers.
import { metric, short } from "../numbers.js"
import { duration } from "../time.js"
import { element, key, place as put } from "./parts.js"
import { nearest, plots, pointsOf, scaleOf } from "./plot.js"
import { say } from "./say.js"

let shown = false
let pending = 0
let at = { x: 0, plot: null, top: 0 }

function words(axis, x) {
  if (axis === "elapsed") return duration(x)
  if (axis === "time") return new Date(x).toISOString().slice(11, 19)
  return `Step ${short(Math.round(x))}`
}

function draw() {
  pending = 0
  const axis = at.plot && scaleOf(at.plot).axis
  for (const plot of plots()) {
    const cross = plot.querySelector(":scope > .cross")
    const out = plot.querySelector(":scope > .readout")
    if (!cross || !out) continue
    const scale = scaleOf(plot)
    const place = scale.x(at.x)
    const here = shown && axis === scale.axis && place >= 0 && place <= 1
    cross.hidden = !here
    out.hidden = !here || plot !== at.plot
    if (here) fill(plot, scale, cross, out)
  }
}

function fill(plot, scale, cross, out) {
  const lines = [...plot.querySelectorAll("g[data-line]")].reverse()
  const found = lines.map(line => [line, nearest(pointsOf(line), at.x)]).filter(([, point]) => point)
  // The hair snaps to the first line's point, so that what it says is what it stands on.
  const x = found[0]?.[1].x ?? at.x
  const place = Math.min(1, Math.max(0, scale.x(x)))
  cross.style.setProperty("--x", `${place * 100}%`)
  cross.replaceChildren(...found.filter(([, p]) => Number.isFinite(p.smooth)).map(([line, point]) => {
    const dot = document.createElement("i")
    dot.dataset.series = line.dataset.series
    dot.style.setProperty("--y", `${Math.min(1.02, Math.max(-0.02, scale.y(point.smooth))) * 100}%`)
    return dot
  }))
  if (plot !== at.plot) return
  put(out, place, at.top)

  const head = document.createElement("header")
  const [first, point] = found[0] ?? []
  head.append(element("span", words(scale.axis, x)))
  if (point?.at) {
    const start = Number(first.dataset.start || 0)
    head.append(element("time", scale.axis === "step" && start ? duration((point.at - start) / 1000) : new Date(point.at).toISOString().slice(11, 19)))
  }
  const list = document.createElement("ul")
  for (const [line, p] of found) {
    const row = document.createElement("li")
    row.append(key(line.dataset.series), element("span", line.dataset.name), element("data", metric(p.smooth)))
    if (line.dataset.smooth && p.smooth !== p.y) row.append(element("small", `raw ${metric(p.y)}`))
    list.append(row)
  }
  out.replaceChildren(head, list)
}

// The same for the ears, after an arrow key.
function tell(plot) {
  const lines = [...plot.querySelectorAll("g[data-line]")].reverse()
  const values = lines.map(line => [line.dataset.name, nearest(pointsOf(line), at.x)]).filter(([, point]) => point)
  say(`${words(scaleOf(plot).axis, at.x)}: ${values.map(([name, point]) => `${name} ${metric(point.smooth)}`).join(", ")}`)
}

function later() {
  pending ||= requestAnimationFrame(draw)
}

function point(plot, clientX, clientY) {
  const box = plot.getBoundingClientRect()
  const scale = scaleOf(plot)
  at = { plot, x: scale.value(Math.min(1, Math.max(0, (clientX - box.left) / box.width))), top: Math.max(4, Math.min(box.height - 90, clientY - box.top + 14)) }
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
document.addEventListener("focusout", event => { if (event.target.matches?.(".plot[data-plot]")) hide() })
document.addEventListener("htmx:after:swap", () => { if (shown) later() })

/** Draws anew where points were appended. */
export const refreshReadout = () => { if (shown) later() }
