// Drag to zoom, double-click (or Esc in a zoomed plot) to see all. The range is kept in the page's address; the server
// draws it. Back undoes a zoom.
import { refresh, regions } from "../regions.js"
import { scaleOf } from "./plot.js"

let drag = null

const asked = name => [...regions()].filter(region => region.dataset.query?.split(" ").some(each => each === name || each === "*"))

function go(from, to) {
  const url = new URL(location.href)
  for (const [name, value] of [["from", from], ["to", to]])
    if (value === null) url.searchParams.delete(name)
    else url.searchParams.set(name, value)
  if (url.href === location.href) return
  history.pushState({ htmx: true, zoom: true }, "", url)
  fetchAnew()
}

// A chart without a region of its own is drawn by the page.
function fetchAnew() {
  const found = asked("from")
  if (found.length) found.forEach(refresh)
  else location.reload()
}

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
  if (scale.x(to) - scale.x(from) > 0.005) scale.axis === "step" ? go(Math.floor(from), Math.ceil(to)) : go(tidy(from), tidy(to))
}
document.addEventListener("pointerup", end)
document.addEventListener("pointercancel", end)

document.addEventListener("dblclick", ({ target }) => { if (target.closest?.(".plot[data-zoom]")) go(null, null) })
document.addEventListener("keydown", event => {
  if (event.key === "Escape" && event.target.matches?.(".plot[data-zoomed]")) go(null, null)
})

// Back over a zoom only asks the charts; htmx would load the whole page anew.
let last = new URL(location.href)
const without = url => { const copy = new URL(url); copy.searchParams.delete("from"); copy.searchParams.delete("to"); copy.hash = ""; return copy.href }
document.addEventListener("htmx:before:history:restore", event => {
  const now = new URL(location.href)
  if (without(now) === without(last)) event.preventDefault()
})
addEventListener("popstate", () => {
  const now = new URL(location.href)
  const zoomOnly = without(now) === without(last) && now.search !== last.search
  setTimeout(() => { last = now }, 50)
  if (zoomOnly) fetchAnew()
})
for (const name of ["pushState", "replaceState"]) {
  const original = history[name].bind(history)
  history[name] = (...args) => { original(...args); last = new URL(location.href) }
}
