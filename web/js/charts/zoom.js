// Drag to zoom, double-click (or Esc in a zoomed plot) to see all; with the keys + and − around what the arrow keys have
// come to. The range is kept in the page's address; the server draws it. Back undoes a zoom.
import { refresh, regions } from "../regions.js"
import { scaleOf } from "./plot.js"

let drag = null

const asked = name => [...regions()].filter(region => region.dataset.query?.split(" ").some(each => each === name || each === "*"))

/** Changes query parameters of the page, null takes one away, and has drawn anew what depends on them: regions, and `chart`. */
export function go(changes, chart, quietly = false) {
  const url = new URL(location.href)
  for (const [name, value] of Object.entries(changes))
    if (value === null || value === "") url.searchParams.delete(name)
    else url.searchParams.set(name, value)
  if (url.href === location.href) return
  history[quietly ? "replaceState" : "pushState"]({ htmx: true, zoom: true }, "", url)
  fetchAnew(Object.keys(changes), chart ? [chart] : [])
}

// data-zoom may begin the names: charts of one page may count different things.
const names = plot => ["from", "to"].map(name => plot.dataset.zoom ? `${plot.dataset.zoom}-${name}` : name)

function zoom(plot, from, to) {
  const [left, right] = names(plot)
  const whole = plot.dataset.x === "step" && !plot.dataset.xName && plot.matches("[data-plot]")
  go({ [left]: from === null ? null : whole ? Math.floor(from) : tidy(from), [right]: from === null ? null : whole ? Math.ceil(to) : tidy(to) }, plot)
}

// A chart that stands in none of the regions asked is drawn by the page, whatever else depends on the same parameters.
function fetchAnew(changed, charts) {
  const found = [...new Set(changed.flatMap(asked))]
  // What stands in another region comes with it, unless no morph touches it there.
  const outer = found.filter(region => region.closest("[hx-morph-skip]") || !found.some(other => other !== region && other.contains(region)))
  if (charts.every(chart => found.some(region => region.contains(chart)))) outer.forEach(ask)
  else refresh(document.getElementById("main"))
}

// A page may have hundreds of panels: those out of sight are asked for when somebody comes to them.
const late = new IntersectionObserver(seen => {
  for (const { target, isIntersecting } of seen) if (isIntersecting) { late.unobserve(target); refresh(target) }
}, { rootMargin: "300px" })
/** Asks a region anew, once it is in sight where a page has many. */
export const ask = region => region.closest("[hx-morph-skip]") ? late.observe(region) : refresh(region)

const tidy = value => Number(value.toPrecision(8))

document.addEventListener("pointerdown", event => {
  const plot = event.target.closest?.(".plot[data-zoom]")
  if (!plot || event.button !== 0 || event.pointerType === "touch") return
  const box = plot.getBoundingClientRect()
  drag = { plot, box, start: share(event, box), mark: null, id: event.pointerId }
  plot.setPointerCapture(event.pointerId)
})

const share = (event, box) => Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))

document.addEventListener("pointermove", event => {
  if (!drag || event.pointerId !== drag.id) return
  const now = share(event, drag.box)
  if (!drag.mark && Math.abs(now - drag.start) * drag.box.width < 6) return
  if (!drag.mark) {
    drag.mark = Object.assign(document.createElement("div"), { className: "zoom" })
    drag.plot.append(drag.mark)
  }
  drag.mark.style.setProperty("--x", `${Math.min(now, drag.start) * 100}%`)
  drag.mark.style.setProperty("--w", `${Math.abs(now - drag.start) * 100}%`)
})

function end(event) {
  if (!drag || event.pointerId !== drag.id) return
  const { plot, box, start, mark } = drag
  drag = null
  mark?.remove()
  if (!mark || event.type === "pointercancel") return
  const scale = scaleOf(plot)
  const [from, to] = [scale.value(start), scale.value(share(event, box))].sort((a, b) => a - b)
  if (scale.x(to) - scale.x(from) > 0.005) zoom(plot, from, to)
}
document.addEventListener("pointerup", end)
document.addEventListener("pointercancel", end)

document.addEventListener("dblclick", ({ target }) => { const plot = target.closest?.(".plot[data-zoom]"); if (plot) zoom(plot, null) })
document.addEventListener("keydown", event => {
  const plot = event.target
  if (!plot.matches?.(".plot[data-zoom]") || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.key === "Escape" && plot.matches("[data-zoomed]")) return zoom(plot, null)
  const by = { "+": 0.5, "=": 0.5, "-": 2 }[event.key]
  if (!by) return
  event.preventDefault()
  const cross = plot.querySelector(":scope > .cross:not([hidden])")
  const middle = cross ? parseFloat(cross.style.getPropertyValue("--x")) / 100 : 0.5
  const scale = scaleOf(plot)
  if (by > 1 && !scale.zoomed) return
  zoom(plot, scale.value(middle - by / 2), scale.value(middle + by / 2))
})

// Back over a zoom only asks the charts; htmx would load the whole page anew.
let last = new URL(location.href)
const without = url => { const copy = new URL(url); for (const name of [...copy.searchParams.keys()]) if (/(^|-)(from|to)$/.test(name)) copy.searchParams.delete(name); copy.hash = ""; return copy.href }
document.addEventListener("htmx:before:history:restore", event => {
  const now = new URL(location.href)
  if (without(now) === without(last)) event.preventDefault()
})
addEventListener("popstate", () => {
  const [now, before] = [new URL(location.href), last]
  const zoomOnly = without(now) === without(last) && now.search !== last.search
  setTimeout(() => { last = now }, 50)
  if (!zoomOnly) return
  const changed = [...new Set([...now.searchParams.keys(), ...before.searchParams.keys()])].filter(name => /(^|-)(from|to)$/.test(name) && now.searchParams.get(name) !== before.searchParams.get(name))
  fetchAnew(changed, [...document.querySelectorAll(".plot[data-zoom]")].filter(plot => names(plot).some(name => changed.includes(name))))
})
for (const name of ["pushState", "replaceState"]) {
  const original = history[name].bind(history)
  history[name] = (...args) => { original(...args); last = new URL(location.href) }
}
