// Parallel coordinates: a drag along an axis keeps the lines that pass there; ranges on several axes add up. A click on
// the axis or Escape takes them away. Nothing is asked of the server and nothing is kept: it is a look, not a filter.
const ranges = new WeakMap() // plot → Map(axis → [top, bottom]) in thousandths
let drag = null

const near = 14 // pixels beside an axis that still mean it

function axisAt(plot, event) {
  const count = plot.dataset.lines.split(";", 1)[0].split(" ").length
  const box = plot.getBoundingClientRect()
  const axis = count < 2 ? 0 : Math.round((event.clientX - box.left) / box.width * (count - 1))
  const x = count < 2 ? 0.5 : axis / (count - 1)
  return Math.abs(event.clientX - box.left - x * box.width) <= near ? { axis, x, box } : null
}

const heightAt = (box, event) => Math.min(1000, Math.max(0, (event.clientY - box.top) / box.height * 1000))

function apply(plot) {
  const kept = ranges.get(plot) ?? new Map()
  const lines = plot.dataset.lines.split(";").map(line => line.split(" ").map(Number))
  plot.querySelectorAll(".strand").forEach((strand, i) =>
    strand.toggleAttribute("data-out", [...kept].some(([axis, [top, bottom]]) => !(lines[i]?.[axis] >= top && lines[i]?.[axis] <= bottom))))
  plot.toggleAttribute("data-brushed", kept.size > 0)
}

function clear(plot, axis) {
  const kept = ranges.get(plot)
  if (!kept?.size) return false
  for (const each of plot.querySelectorAll(".brush")) if (axis === undefined || each.dataset.axis === String(axis)) each.remove()
  if (axis === undefined) kept.clear()
  else kept.delete(axis)
  apply(plot)
  return true
}

document.addEventListener("pointerdown", event => {
  const plot = event.target.closest?.(".plot[data-lines]")
  const found = plot && event.button === 0 && axisAt(plot, event)
  if (!found) return
  drag = { plot, ...found, start: heightAt(found.box, event), mark: null, id: event.pointerId }
  plot.setPointerCapture(event.pointerId)
})

document.addEventListener("pointermove", event => {
  if (!drag || event.pointerId !== drag.id) return
  const { plot, axis, x, box, start } = drag
  const here = heightAt(box, event)
  if (!drag.mark && Math.abs(here - start) * box.height / 1000 < 4) return
  if (!drag.mark) {
    clear(plot, axis)
    drag.mark = Object.assign(document.createElement("div"), { className: "brush" })
    drag.mark.dataset.axis = axis
    drag.mark.style.setProperty("--x", `${x * 100}%`)
    plot.append(drag.mark)
  }
  const [top, bottom] = [start, here].sort((a, b) => a - b)
  drag.mark.style.setProperty("--y", `${top / 10}%`)
  drag.mark.style.setProperty("--h", `${(bottom - top) / 10}%`)
  if (!ranges.has(plot)) ranges.set(plot, new Map())
  ranges.get(plot).set(axis, [top, bottom])
  apply(plot)
})

function end(event) {
  if (!drag || event.pointerId !== drag.id) return
  if (!drag.mark) clear(drag.plot, drag.axis)
  drag = null
}
document.addEventListener("pointerup", end)
document.addEventListener("pointercancel", end)
document.addEventListener("keydown", event => { if (event.key === "Escape" && event.target.matches?.(".plot[data-lines]")) clear(event.target) })
// A morph keeps the marks out, and the lines are drawn anew.
document.addEventListener("htmx:after:swap", () => { for (const plot of document.querySelectorAll(".plot[data-lines][data-brushed]")) clear(plot) })
