// Comments on a cell of the run table and on a point of a curve: what leads to their drawer (comments.js), and how many there are.
const subject = () => document.querySelector(".run-head a[data-comments]")

function linkTo(place, run) {
  const url = new URL(subject().href)
  if (run) url.searchParams.set("run", run)
  url.searchParams.set("place", place)
  const link = Object.assign(document.createElement("a"), { href: url.pathname + url.search })
  link.dataset.comments = ""
  return link
}

// ── Cells ────────────────────────────────────────────────────────────────────────────────────────────────────────

const columnOf = cell => cell.closest("table").tHead?.rows[0].cells[cell.cellIndex]?.dataset.column
const runOf = row => row.querySelector("[data-select-row]")?.value

document.addEventListener("contextmenu", event => {
  const cell = event.target.closest?.("[data-run-table] tr[data-row] > td")
  const column = cell && columnOf(cell)
  if (!column || !subject() || event.target.closest("a, input, button") || getSelection()?.toString()) return
  event.preventDefault()
  document.getElementById("cell-menu")?.remove()
  const menu = Object.assign(document.createElement("div"), { id: "cell-menu", className: "menu", popover: "auto" })
  menu.setAttribute("aria-label", "Cell")
  const link = linkTo(`cell:${column}`, runOf(cell.parentElement))
  link.textContent = `Comment on ${column.replace(/^\w+\./, "")}`
  menu.append(link)
  document.body.append(menu)
  menu.showPopover()
  menu.style.setProperty("position-area", "none")
  menu.style.inset = `${Math.min(event.clientY, innerHeight - menu.offsetHeight - 8)}px auto auto ${Math.min(event.clientX, innerWidth - menu.offsetWidth - 8)}px`
  link.focus()
})

let cells = []
function mark() {
  for (const old of document.querySelectorAll(".cell-comments")) old.remove()
  for (const { run, place, count } of cells) {
    const row = document.getElementById(`run-row-${run}`)
    const cell = row && [...row.cells].find(each => `cell:${columnOf(each)}` === place)
    if (!cell) continue
    const link = linkTo(place, run)
    link.className = "cell-comments"
    link.textContent = count
    link.title = `${count} ${count === "1" ? "comment" : "comments"}`
    link.setAttribute("aria-label", link.title)
    cell.append(link)
  }
}

async function count() {
  if (!document.querySelector("[data-run-table]") || !subject()) return
  try {
    const answer = await fetch(`${new URL(subject().href).pathname}?part=cells`, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(15_000) })
    if (!answer.ok) return
    cells = [...new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("li")].map(each => ({ ...each.dataset }))
    mark()
  } catch { /* the next comment asks again */ }
}

// The head counts comments and is asked for again whenever there is a new one.
let said = subject()?.textContent.trim()
document.addEventListener("htmx:after:swap", () => {
  const now = subject()?.textContent.trim()
  if (now === said) return mark()
  said = now
  count()
})
count()

// ── Points ───────────────────────────────────────────────────────────────────────────────────────────────────────

document.addEventListener("chart:menu", ({ detail: { items, item, figure } }) => {
  const plot = figure.querySelector(".plot[data-notes][tabindex]")
  const lines = plot ? [...plot.querySelectorAll("g[data-line][data-run]")] : []
  if (!lines.length || !subject()) return
  const { crossing, scaleOf } = globalThis.crucible.charts
  const scale = scaleOf(plot)
  const step = scale.axis === "step" && !scale.name ? Math.round(crossing(plot)) : null
  // One curve, or the one under the pointer; else the metric at this step in all of them.
  const line = lines.length === 1 ? lines[0] : lines.find(each => each.hasAttribute("data-hot"))
  items.push(item(step === null ? "Comment on the curve" : `Comment at step ${step.toLocaleString("en")}`, () => {
    const link = linkTo(`metric:${plot.dataset.notes}${step === null ? "" : `@${step}`}`, line?.dataset.run)
    link.hidden = true
    document.body.append(link)
    link.click()
    link.remove()
  }))
})
