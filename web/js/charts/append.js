// Points that arrive are drawn at once on the scale that the server stated. What does not fit that picture (another
// scale, a rewritten metric, a gap in the counting) is the server's to draw: the chart's region fetches itself again.
import { regionOf } from "../regions.js"
import { metric } from "../numbers.js"
import { plots, pointsOf, redrawn, scaleOf } from "./plot.js"
import { refreshReadout } from "./readout.js"
import { ask } from "./zoom.js"

const rest = 5000 // a chart asks the server at most this often
const most = 2000 // points appended before the server should reduce them again
const asked = new WeakMap() // region → when it was asked last, or the timer of the next time

function redraw(plot) {
  const region = regionOf(plot)
  if (!region) return
  const last = asked.get(region) ?? { at: -Infinity, timer: 0 }
  if (last.timer) return
  const wait = last.at + rest - performance.now()
  if (wait <= 0) {
    asked.set(region, { at: performance.now(), timer: 0 })
    ask(region)
  } else {
    last.timer = setTimeout(() => {
      asked.set(region, { at: performance.now(), timer: 0 })
      if (region.isConnected) ask(region)
    }, wait)
    asked.set(region, last)
  }
}

const greeted = new Set()
const linesOf = run => [...document.querySelectorAll(`.plot[data-plot] g[data-line][data-run="${CSS.escape(run)}"]`)].map(line => [line.closest(".plot"), line])

// Panels that a run belongs to and has no line in: its first point, or one that goes into the mean of a group.
function others(run, keys) {
  if (!document.querySelector(`[data-picked="${CSS.escape(run)}"]:not([data-off])`)) return
  for (const plot of plots())
    if (plot.dataset.notes !== undefined && keys.has(plot.dataset.notes) && !plot.querySelector(`g[data-line][data-run="${CSS.escape(run)}"]`)) redraw(plot)
}

// A line states its revision itself; a page may also state one for all of its lines.
const revOf = line => Number(line.dataset.rev ?? line.closest("[data-rev]")?.dataset.rev ?? NaN)

document.addEventListener("points", event => {
  const { run, from, to, series = {}, stale = [] } = JSON.parse(event.detail.data)
  for (const [plot, line] of linesOf(run)) {
    const rev = revOf(line)
    if (rev >= to) continue
    const { seriesKey } = line.dataset
    // Behind: something between is missing. Not so for a line whose key the message does not touch and that is level.
    if (!(rev >= from) || stale.includes(seriesKey)) { redraw(plot); continue }
    line.dataset.rev = to
    // Where it lies over another metric only the server knows.
    if (plot.dataset.xName) { redraw(plot); continue }
    if (series[seriesKey]?.length) append(plot, line, series[seriesKey])
  }
  others(run, new Set([...Object.keys(series), ...stale]))
  refreshReadout()
})

document.addEventListener("greeting", event => {
  const { run, rev } = JSON.parse(event.detail.data)
  // A drawing that is ahead of the first greeting was made after the lane last looked: the next messages end where it is. Later it
  // means that the counting began anew, after a restore.
  const first = !greeted.has(run)
  greeted.add(run)
  for (const [plot, line] of linesOf(run)) if (first ? revOf(line) < rev : revOf(line) !== rev) redraw(plot)
})

function append(plot, line, news) {
  const scale = scaleOf(plot)
  const points = pointsOf(line)
  const weight = line.dataset.smooth ? Number(line.dataset.smooth) : 0
  let [mean, mass] = (line.dataset.mean ?? "0 0").split(" ").map(Number)
  const start = Number(line.dataset.start || 0)
  const drawn = { line: "", raw: "" }
  let fits = true
  let lastX = points.at(-1)?.x ?? -Infinity
  let open = points.length > 0 && !Number.isNaN(points.at(-1).y)
  const before = points.length
  // The zoomed part of a run that has gone past it stays as it is; only the number beside the title moves on.
  const beyond = x => scale.zoomed && x > scale.right

  for (const [step, at, value] of news) {
    const x = scale.axis === "step" ? step : scale.axis === "elapsed" ? (at - start) / 1000 : at
    if (x <= lastX) continue // already drawn
    lastX = x
    const y = Number(value) // NaN and the infinities come as words
    let smooth = y
    if (weight && plot.dataset.smoother && Number.isFinite(y)) smooth = behind(points, y, weight)
    else if (weight && Number.isFinite(y)) {
      mean = weight * mean + (1 - weight) * y
      mass = weight * mass + (1 - weight)
      smooth = mean / mass
    }
    points.push({ x, y, smooth, at })
    if (beyond(x)) continue
    if (Number.isNaN(y)) { open = false; continue }
    if (x > scale.right || (Number.isFinite(y) && (y < scale.low || y > scale.high))) fits = false
    drawn.line += (open ? "L" : "M") + place(scale, x, smooth)
    drawn.raw += (open ? "L" : "M") + place(scale, x, y)
    open = true
  }
  if (points.length === before) return

  line.dataset.mean = `${mean} ${mass}`
  extend(line.querySelector(".line"), drawn.line)
  extend(line.querySelector(".raw"), drawn.raw)
  redrawn(line)
  head(plot, line, scale, points.at(-1))
  tell(plot, line, points.at(-1))
  if (!fits || points.length > most) redraw(plot)
}

// The end of a line that is smoothed by neighbours has them on one side only, until the server draws it anew.
function behind(points, y, weight) {
  const reach = Math.min(200, Math.round(weight / (1 - weight)))
  const near = reach ? points.slice(-reach).map(each => each.y).filter(Number.isFinite) : []
  return [...near, y].reduce((sum, each) => sum + each / (near.length + 1), 0)
}

const limit = value => Math.min(1000, Math.max(0, value))
const place = (scale, x, y) => `${Math.min(1100, scale.x(x) * 1000).toFixed(1)} ${limit(y === Infinity ? 0 : y === -Infinity ? 1000 : scale.y(y) * 1000).toFixed(1)}`

function extend(path, more) {
  if (path && more) path.setAttribute("d", path.getAttribute("d") + more)
}

// A line of one point has no path to see; its head shows it.
function head(plot, line, scale, point) {
  const mark = [...plot.querySelectorAll("circle.head")].find(each => each.dataset.run === line.dataset.run && each.dataset.seriesKey === line.dataset.seriesKey)
  if (!mark || Number.isNaN(point.smooth)) return
  const x = scale.x(point.x)
  mark.setAttribute("cx", `${Math.min(1, Math.max(0, x)) * 100}%`)
  mark.setAttribute("cy", `${limit(scale.y(point.smooth) * 1000) / 10}%`)
  mark.toggleAttribute("hidden", x > 1 && scale.zoomed)
}

function tell(plot, line, point) {
  const figure = plot.closest("figure") ?? plot
  for (const each of figure.querySelectorAll("data[data-last]"))
    if (each.dataset.run === line.dataset.run && each.dataset.seriesKey === line.dataset.seriesKey) {
      each.value = String(point.y)
      const unit = each.querySelector("i")
      each.replaceChildren(metric(point.y), ...(unit ? [unit] : []))
    }
}
