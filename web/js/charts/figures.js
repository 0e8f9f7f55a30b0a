// The figures of a chart as rows of text: out of its table, or out of the points of its lines, which grow while one looks.
import { metric } from "../numbers.js"
import { scaleOf, pointsOf } from "./plot.js"

const axes = { step: "Step", elapsed: "Elapsed (s)", time: "Time (UTC)" }

/** {head: [name, …], rows: [[text, …], …], exact: the same as a machine reads it}; null for an empty chart. */
export function figuresOf(figure) {
  const table = figure.querySelector(".chart-data table")
  if (table && !table.dataset.made) return {
    head: [...table.tHead.rows[0].cells].map(each => each.textContent),
    rows: [...table.tBodies[0].rows].map(row => [...row.cells].map(each => each.textContent)),
    exact: [...table.tBodies[0].rows].map(row => [...row.cells].map(each => each.dataset.v ?? each.textContent)),
  }
  const plot = figure.querySelector(".plot[data-plot]")
  return plot ? linesOf(plot) : null
}

function linesOf(plot) {
  const { axis, name: across } = scaleOf(plot)
  const lines = [...plot.querySelectorAll("g[data-line]")].reverse()
  const smooth = lines.some(line => line.dataset.smooth)
  const places = new Map()
  lines.forEach((line, i) => pointsOf(line).forEach(point => {
    if (!places.has(point.x)) places.set(point.x, [])
    places.get(point.x)[i] = point
  }))
  if (!places.size) return null
  const sorted = [...places].sort(([a], [b]) => a - b)
  const cells = (points, write) => lines.flatMap((_, i) => smooth ? [write(points[i]?.y), write(points[i]?.smooth)] : [write(points[i]?.y)])
  const at = x => axis === "time" ? new Date(x).toISOString() : String(x)
  return {
    head: [across ?? axes[axis] ?? "x", ...lines.flatMap(({ dataset: { name } }) => smooth ? [name, `${name}, smoothed`] : [name])],
    rows: sorted.map(([x, points]) => [at(x), ...cells(points, value => value === undefined ? "–" : metric(value))]),
    exact: sorted.map(([x, points]) => [at(x), ...cells(points, value => value === undefined ? "" : String(value))]),
  }
}

const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** A field of a CSV file (RFC 4180). A spreadsheet would run what begins like a formula, so that gets a quote before it; numbers do not. */
export function field(text) {
  const safe = /^[=+\-@\t\r]/.test(text) && !number.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export const csv = ({ head, exact }) => [head, ...exact].map(row => row.map(field).join(",") + "\r\n").join("")

const opened = new Map() // figure → how far its figures are scrolled

// What is fetched anew comes closed, and a line chart's without its figures.
globalThis.document?.addEventListener("htmx:after:swap", () => {
  for (const [figure, top] of opened) {
    if (!figure.isConnected) { opened.delete(figure); continue }
    if (!figure.querySelector(":scope > .chart-data[open]")) toggleFigures(figure)
    const scroller = figure.querySelector(":scope > .chart-data > .scroller")
    if (scroller) scroller.scrollTop = top
  }
})
globalThis.document?.addEventListener("scroll", ({ target }) => {
  const figure = target.parentElement?.matches?.(".chart-data") && target.closest("figure")
  if (opened.has(figure)) opened.set(figure, target.scrollTop)
}, { capture: true, passive: true })

/** Shows the figures below the chart, or takes them away. */
export function toggleFigures(figure) {
  const old = figure.querySelector(":scope > .chart-data")
  if (old && (old.open || old.querySelector("table").dataset.made)) {
    opened.delete(figure)
    if (old.querySelector("table").dataset.made) old.remove()
    else old.open = false
    return null
  }
  opened.set(figure, 0)
  if (old) { old.open = true; return old }
  const figures = figuresOf(figure)
  if (!figures) return null
  const details = Object.assign(document.createElement("details"), { className: "chart-data", open: true })
  const scroller = Object.assign(document.createElement("div"), { className: "scroller", tabIndex: 0, role: "region" })
  scroller.setAttribute("aria-label", "Data")
  const table = Object.assign(document.createElement("table"), { className: "table" })
  table.dataset.made = "true"
  const row = (parent, texts, first) => {
    const line = parent.insertRow()
    texts.forEach((text, i) => {
      const cell = document.createElement(first || i === 0 ? "th" : "td")
      cell.textContent = text
      if (first || i === 0) cell.scope = first ? "col" : "row"
      if (i > 0) cell.dataset.num = ""
      line.append(cell)
    })
  }
  row(table.createTHead(), figures.head, true)
  const body = table.createTBody()
  for (const each of figures.rows) row(body, each)
  scroller.append(table)
  details.append(Object.assign(document.createElement("summary"), { textContent: "Show data" }), scroller)
  figure.append(details)
  return details
}
