// The run table: its state is the address. A link with data-go changes the address and asks the table and its tabs again;
// columns are dragged for their place and width, pinned ones stay; children and groups unfold; new runs wait or are followed.
const { refresh, toast } = globalThis.crucible ?? {}

const region = () => document.querySelector("[data-run-table]")
const table = () => region()?.querySelector("table[data-table]")
const read = () => new URLSearchParams(location.search)
const escape = text => text.replaceAll("~", "~0").replaceAll(",", "~1")
const unescape = text => text.replaceAll("~1", ",").replaceAll("~0", "~")

// ── The address ──────────────────────────────────────────────────────────────────────────────────────────────────

function again() {
  refresh(region())
  refresh(document.querySelector(".run-views"))
}

/** Goes to another state of the table without leaving the page. */
function go(url, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"]({ runTable: true }, "", url)
  again()
}

function change(values, options) {
  const query = read()
  for (const [name, value] of Object.entries(values)) if (value === null) query.delete(name); else query.set(name, value)
  const text = query.toString()
  go(text ? `${location.pathname}?${text}` : location.pathname, options)
}

document.addEventListener("click", event => {
  const link = event.target.closest?.("a[data-go]")
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
  event.preventDefault()
  go(link.href)
})

// Back and forward between states that were reached so; other pages are left to the browser.
addEventListener("popstate", ({ state }) => { if (region() && !state?.htmx && !state?.drawer) again() })

// ── Columns ──────────────────────────────────────────────────────────────────────────────────────────────────────

const heads = () => [...(table()?.querySelectorAll("thead th[data-column]") ?? [])]
const columns = () => heads().map(head => head.dataset.column)
const setColumns = (list, more = {}) => change({ columns: list.map(escape).join(","), ...more })

// The width of every column, once one of them was given one.
function setWidths(one, width) {
  const widths = heads().filter(head => head.checkVisibility()).map(head => [head.dataset.column, head === one ? width : Math.round(head.getBoundingClientRect().width)])
  change({ columns: columns().map(escape).join(","), widths: widths.map(([name, wide]) => `${escape(name)}:${Math.min(800, Math.max(48, wide))}`).join(",") })
}

function move(head, by) {
  const list = columns()
  const at = list.indexOf(head.dataset.column)
  const to = Math.min(list.length - 1, Math.max(0, at + by))
  if (to === at) return
  list.splice(to, 0, list.splice(at, 1)[0])
  keepFocus(head)
  setColumns(list)
}

// The focus returns to the heading that was moved, which the new table draws elsewhere.
let focusLater = null
let focusUntil = 0
const keepFocus = head => { focusLater = head.dataset.column; focusUntil = performance.now() + 2000 }
document.addEventListener("htmx:after:swap", () => {
  pin()
  const head = focusLater && heads().find(each => each.dataset.column === focusLater)
  if (head && performance.now() < focusUntil) head.querySelector(".column-more")?.focus()
})

document.addEventListener("keydown", event => {
  const head = event.target.closest?.("thead th[data-column]")
  if (!head) return
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
  if (event.altKey && by) {
    event.preventDefault()
    if (event.shiftKey) { keepFocus(head); setWidths(head, Math.round(head.getBoundingClientRect().width) + by * 20) } else move(head, by)
  } else if (event.key === "Delete") { event.preventDefault(); setColumns(columns().filter(each => each !== head.dataset.column)) }
})

// Dragging the edge of a heading is its width, dragging the heading its place.
document.addEventListener("pointerdown", event => {
  const head = event.button === 0 && event.target.closest?.("[data-run-table] thead th[data-column]")
  if (!head) return
  if (event.target.closest("[data-resize]")) return resize(event, head)
  if (event.pointerType !== "touch") drag(event, head, heads(), () => setColumns(columns()))
})

function resize(event, head) {
  event.preventDefault()
  const from = head.getBoundingClientRect().width
  let width = from
  head.setPointerCapture(event.pointerId)
  head.dataset.sizing = ""
  const col = table().querySelectorAll("colgroup col")[[...head.parentElement.children].indexOf(head)]
  const go = ({ clientX }) => {
    width = Math.min(800, Math.max(48, from + clientX - event.clientX))
    if (col) col.width = width
    else head.style.minWidth = `${width}px`
  }
  const end = () => {
    head.removeEventListener("pointermove", go)
    delete head.dataset.sizing
    head.style.minWidth = ""
    if (Math.abs(width - from) > 2) setWidths(head, Math.round(width))
  }
  head.addEventListener("pointermove", go)
  head.addEventListener("lostpointercapture", end, { once: true })
}

function drag(event, head, all, done) {
  let over = null
  let after = false
  const go = moved => {
    if (!head.dataset.dragging && Math.hypot(moved.clientX - event.clientX, moved.clientY - event.clientY) < 6) return
    head.dataset.dragging = "true"
    for (const each of all) delete each.dataset.drop
    over = document.elementFromPoint(moved.clientX, moved.clientY)?.closest("[data-column], [data-chosen]")
    if (!all.includes(over) || over === head) return void (over = null)
    const box = over.getBoundingClientRect()
    after = head.matches("th") ? moved.clientX > box.left + box.width / 2 : moved.clientY > box.top + box.height / 2
    over.dataset.drop = after ? "after" : "before"
  }
  const end = () => {
    removeEventListener("pointermove", go)
    const dragged = head.dataset.dragging
    delete head.dataset.dragging
    for (const each of all) delete each.dataset.drop
    if (!dragged) return
    // The click that ends a drag is none.
    const swallow = click => { click.preventDefault(); click.stopPropagation() }
    addEventListener("click", swallow, { capture: true, once: true })
    setTimeout(() => removeEventListener("click", swallow, { capture: true }))
    if (!over) return
    over[after ? "after" : "before"](head)
    done()
  }
  addEventListener("pointermove", go)
  addEventListener("pointerup", end, { once: true })
  addEventListener("pointercancel", () => { over = null; end() }, { once: true })
}
document.addEventListener("dragstart", event => { if (event.target.closest?.("[data-run-table] thead, [data-shown-columns]")) event.preventDefault() })

// Pinned columns stand one behind the other at the left.
function pin() {
  const here = table()
  if (!here) return
  // A thousand cells that stick cost every frame of a scroll; where all columns have room none of them need to.
  const scroller = here.parentElement
  here.toggleAttribute("data-overflows", scroller.scrollWidth > scroller.clientWidth + 1)
  let left = 0
  for (const cell of here.querySelectorAll("thead th:is(.pick, [data-pin])")) {
    if (cell.dataset.pin) here.style.setProperty(`--pin${cell.dataset.pin}`, `${left}px`)
    left += cell.getBoundingClientRect().width
  }
}
addEventListener("resize", pin)

// A menu of one column: asked for when it is opened.
document.addEventListener("click", async event => {
  const opener = event.target.closest?.("[data-column-menu]")
  if (!opener) return
  const query = read()
  query.set("part", "column")
  query.set("of", opener.dataset.columnMenu)
  fill(document.getElementById("run-column"), query)
})

async function fill(element, query, then) {
  try {
    const answer = await fetch(`${location.pathname}?${query}`, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(15_000) })
    if (!answer.ok) throw new Error(String(answer.status))
    const text = await answer.text()
    if (then?.() === false) return
    element.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes)
    if (element.matches(":popover-open")) element.querySelector("a, button")?.focus({ focusVisible: false })
  } catch {
    toast("The server did not answer. Try again.", { status: "failed" })
  }
}

// Menus that find something among any number of keys ask the server as one types, and when they open.
const asked = new WeakMap()
function ask(field, delay) {
  clearTimeout(asked.get(field))
  asked.set(field, setTimeout(() => {
    const query = read()
    query.set("part", new URL(field.dataset.asks, location.href).searchParams.get("part"))
    query.set("q", field.value.trim())
    const text = field.value
    fill(field.closest(".menu").querySelector("[data-answers]"), query, () => field.value === text)
  }, delay))
}
document.addEventListener("input", ({ target }) => { if (target.matches?.("[data-asks]")) ask(target, 180) })
document.addEventListener("keydown", event => { if (event.key === "Enter" && event.target.matches?.("[data-asks]")) event.preventDefault() })
document.addEventListener("toggle", ({ target, newState }) => {
  const field = newState === "open" && target.querySelector?.("[data-asks]")
  if (field) { field.value = ""; ask(field, 0) }
}, true)

// In the menu of columns every tick counts at once; its form is for pages without script.
document.addEventListener("change", ({ target }) => {
  const menu = target.closest?.("[data-columns]")
  if (!menu) return
  if (target.matches("[data-differs]")) return change({ differs: target.checked ? "1" : null })
  if (target.name !== "columns") return
  const name = unescape(target.value)
  const list = columns()
  setColumns(target.checked ? [...list.filter(each => each !== name), name] : list.filter(each => each !== name))
})

const chosen = element => element.closest?.("[data-chosen]")
const order = list => setColumns([...list.querySelectorAll("[data-chosen]")].map(each => each.dataset.chosen))
document.addEventListener("pointerdown", event => {
  const item = event.target.closest?.("[data-grip]") && chosen(event.target)
  if (!item) return
  event.preventDefault()
  const list = item.parentElement
  drag(event, item, [...list.querySelectorAll("[data-chosen]")], () => order(list))
})
document.addEventListener("keydown", event => {
  const item = event.altKey && chosen(event.target)
  const other = item && { ArrowUp: item.previousElementSibling, ArrowDown: item.nextElementSibling }[event.key]
  if (!other) return
  event.preventDefault()
  event.stopPropagation()
  other[event.key === "ArrowUp" ? "before" : "after"](item)
  item.querySelector("input").focus()
  order(item.parentElement)
}, true)

// ── Folding, and more rows ───────────────────────────────────────────────────────────────────────────────────────

document.addEventListener("click", event => {
  const fold = event.target.closest?.("[data-run-table] a.fold")
  if (!fold || event.ctrlKey || event.metaKey) return
  event.preventDefault()
  const open = fold.getAttribute("aria-expanded") !== "true"
  fold.setAttribute("aria-expanded", String(open))
  const query = read()
  const names = fold.dataset.fold !== undefined
    ? (query.get("open") ?? "").split(",").filter(Boolean)
    : [...document.querySelectorAll("[data-fold-group]")].filter(each => each !== fold && each.getAttribute("aria-expanded") === "true").map(each => escape(each.dataset.foldGroup))
  const own = fold.dataset.fold ?? escape(fold.dataset.foldGroup)
  const next = names.filter(each => each !== own)
  if (open) next.push(own)
  query.set("open", next.join(","))
  if (!next.length && fold.dataset.fold !== undefined) query.delete("open")
  history.replaceState(history.state, "", `${location.pathname}?${query}`)
  const row = fold.closest("tr")
  if (open) return fold.dispatchEvent(new CustomEvent("unfold", { bubbles: false }))
  const depth = Number(row.dataset.depth ?? 0)
  for (let below = row.nextElementSibling; below && (row.matches("tr.group") || Number(below.dataset.depth ?? (below.matches(".more-rows") ? depth + 1 : 0)) > depth);) {
    const gone = below
    below = below.nextElementSibling
    gone.remove()
  }
})

// "Show more" is part of the address, so that the table keeps its length when it is asked for again.
document.addEventListener("htmx:after:swap", () => {
  const here = table()
  if (!here || !region().hasAttribute("data-run-table")) return
  const shown = here.querySelectorAll("tbody > tr[data-row]:not([data-depth])").length
  const query = read()
  const rows = Math.min(500, Math.ceil(shown / 50) * 50)
  if (query.has("group") || rows <= Number(query.get("rows") ?? 50)) return
  query.set("rows", String(rows))
  history.replaceState(history.state, "", `${location.pathname}?${query}`)
  const said = region().querySelector("[data-shown]")
  if (said) said.textContent = said.textContent.replace(/^(First )?[\d,\s]+/, (_, first) => `${first ?? ""}${shown.toLocaleString("en")} `)
})

// ── What comes live ──────────────────────────────────────────────────────────────────────────────────────────────

// Whoever follows sees new runs at once, unless they are at something that this would disturb.
const busy = () => document.querySelector("table[data-table] [data-select-row]:checked, dialog:modal, :popover-open")
document.addEventListener("run-started", event => {
  if (region()?.dataset.follows === undefined || busy()) return
  event.stopImmediatePropagation()
  refresh(region())
}, true)

// Least, greatest and mean values, courses and how far runs at work came are asked for anew now and then; last values are pushed.
const agile = "tr[data-running] :is([data-figure], td:has(> .status > progress))"
let soon = null
document.addEventListener("latest", ({ detail }) => {
  const { runs } = JSON.parse(detail.data)
  if (soon || !Object.keys(runs).some(run => document.querySelector(`[data-figure="${run}"], [id$="${run}"] progress`))) return
  soon = setTimeout(async () => {
    try {
      const query = read()
      query.set("part", "table")
      const answer = await fetch(`${location.pathname}?${query}`, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(15_000) })
      const page = new DOMParser().parseFromString(await answer.text(), "text/html")
      for (const cell of document.querySelectorAll(agile)) {
        const fresh = page.getElementById(cell.id)
        if (fresh && fresh.innerHTML !== cell.innerHTML) cell.replaceWith(fresh)
      }
    } catch { /* the next value asks again */ }
    soon = null
  }, 3000)
})

// ── Acting on many ───────────────────────────────────────────────────────────────────────────────────────────────

const matching = () => document.querySelector("[data-select-matching]")
const setAll = value => { for (const field of document.querySelectorAll("[data-acts] [name=all]")) field.value = value }

document.addEventListener("selection", ({ detail: { values }, target }) => {
  for (const button of document.querySelectorAll(".bulk [data-most]")) button.disabled = values.length < Number(button.dataset.least ?? 1) || values.length > Number(button.dataset.most)
  setAll("")
  const offer = matching()
  if (!offer) return
  const whole = values.length > 0 && values.length === target.querySelectorAll("[data-select-row]").length
  offer.hidden = !whole || !target.querySelector(".more-rows")
  offer.setAttribute("aria-pressed", "false")
  if (!offer.hidden) count(offer)
})

async function count(offer) {
  const query = read()
  query.set("part", "count")
  const answer = await fetch(`${location.pathname}?${query}`, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(15_000) }).catch(() => null)
  if (!answer?.ok) return
  offer.dataset.found = Number(await answer.text()).toLocaleString("en")
  offer.textContent = `Select all ${offer.dataset.found} that match`
}

document.addEventListener("click", ({ target }) => {
  const offer = target.closest?.("[data-select-matching]")
  if (!offer) return
  const on = offer.getAttribute("aria-pressed") !== "true"
  offer.setAttribute("aria-pressed", String(on))
  setAll(on ? "1" : "")
  const said = offer.closest(".bulk").querySelector("[data-count]")
  if (on) said.textContent = `All ${offer.dataset.found ?? ""} selected`
})

// A form in a dialog that was taken closes it; the table comes by itself.
document.addEventListener("htmx:after:request", ({ target, detail: { ctx } }) => {
  if (!target.matches?.("[data-acts]") || !(ctx?.response?.status < 300)) return
  target.closest("dialog")?.close()
  document.querySelector("#run-bulk [data-select-clear]")?.click()
})

pin()
