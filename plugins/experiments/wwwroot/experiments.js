// The pages of the experiments plugin: values that arrive in the run table, the line that announces new runs, keys in
// the table, and the words beside the smoothing. Everything else is the server's and the house's.
import "./hash-route.js"

const { metric, refresh } = globalThis.crucible ?? {}
if (document.querySelector("[data-chart-tools]")) import("./charts.js")

// latest {experiment, runs: {run: {key: value}}}: each page shows the cells it has.
document.addEventListener("latest", ({ detail }) => {
  const { runs } = JSON.parse(detail.data)
  for (const cell of document.querySelectorAll("data[data-run][data-metric]")) {
    const value = runs[cell.dataset.run]?.[cell.dataset.metric]
    if (value === undefined) continue
    const text = metric(Number(value))
    if (cell.textContent === text) continue
    cell.textContent = text
    cell.value = String(value)
    cell.classList.remove("none")
    cell.classList.toggle("nan", Number.isNaN(Number(value)))
  }
})

// A metric that the page has no panel for yet: the panels of its run are asked for again, once for each new name.
const asked = new Set()
document.addEventListener("points", ({ detail }) => {
  const { run, series = {}, stale = [] } = JSON.parse(detail.data)
  const lost = document.querySelector(`#run-head-${run}[data-run-status="lost"]`)
  if (lost) refresh(lost)
  document.querySelector(`#run-head-${run} [data-heard] time`)?.setAttribute("datetime", new Date().toISOString())
  const panels = document.getElementById(`run-charts-${run}-0`)
  if (!panels || new URLSearchParams(location.search).get("metrics")) return
  const drawn = new Set([...document.querySelectorAll(`g[data-line][data-run="${run}"]`)].map(line => line.dataset.seriesKey))
  const system = new URLSearchParams(location.search).get("tab") === "system"
  const missing = [...Object.keys(series), ...stale].filter(key => !drawn.has(key) && !asked.has(key) && key.startsWith("system/") === system)
  if (!missing.length) return
  for (const key of missing) asked.add(key)
  refresh(panels)
})

// run-started {run, fresh}: counted above the table, shown when asked for.
const fresh = new Map() // id of the line → runs
document.addEventListener("run-started", ({ detail }) => {
  const { run, fresh: id } = JSON.parse(detail.data)
  const line = document.getElementById(id)
  if (!line || document.getElementById(`run-row-${run}`)) return
  const runs = fresh.get(id) ?? fresh.set(id, new Set()).get(id)
  runs.add(run)
  line.querySelector("span").textContent = runs.size === 1 ? "1 new run" : `${runs.size} new runs`
  line.hidden = false
})
document.addEventListener("click", ({ target }) => {
  const line = target.closest?.("[data-fresh]")
  if (!line) return
  fresh.delete(line.id)
  line.hidden = true
  refresh(document.getElementById(line.dataset.fresh))
})

// Keys of the table: its footer holds the buttons, web/js/keys.js presses them.
const rows = () => [...document.querySelectorAll("table[data-table] tr[data-row]")].filter(row => row.checkVisibility())
const current = () => document.querySelector("table[data-table] tr[data-row][aria-selected=true]")
document.addEventListener("click", ({ target }) => {
  const move = target.closest?.("[data-row-move]")
  if (move) {
    const all = rows()
    const at = all.indexOf(current())
    const next = all[Math.min(all.length - 1, Math.max(0, at + (at < 0 ? (move.dataset.rowMove > 0 ? 1 : all.length) : Number(move.dataset.rowMove))))]
    current()?.removeAttribute("aria-selected")
    next?.setAttribute("aria-selected", "true")
    next?.scrollIntoView({ block: "nearest" })
  }
  if (target.closest?.("[data-row-toggle]")) current()?.querySelector("[data-select-row]")?.click()
  if (target.closest?.("[data-row-open]")) current()?.querySelector("[data-row-link]")?.click()
})

// The run table brings a script of its own.
if (document.querySelector("[data-run-table]")) import("./run-table.js")

// The number beside the smoothing.
document.addEventListener("input", ({ target }) => {
  if (target.matches?.('.chart-tools [name="smooth"]')) target.parentElement.querySelector("output").textContent = Number(target.value).toFixed(2)
})

// Comments come with a script of their own.
if (document.querySelector("a[data-comments], textarea[data-mentions]")) import("./comments.js")
if (document.querySelector("[data-run-table], .chart-notes")) import("./comment-places.js")
