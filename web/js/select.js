// Selection in tables: <table data-select="bulk-id"> with a checkbox data-select-all in its head and one with
// data-select-row in each row. Shift-click takes a range, Esc clears; the bar with that id shows the count and its
// forms get the chosen values as hidden fields named ids, as do forms elsewhere with data-selected="bulk-id". Chosen rows survive a morph, since they are kept here.

const chosen = new WeakMap() // table → Set of values
let last = null

const tableOf = element => element.closest("table[data-select]")
const boxes = table => [...table.querySelectorAll("[data-select-row]")]
const setOf = table => chosen.get(table) ?? chosen.set(table, new Set()).get(table)

function show(table) {
  const set = setOf(table)
  const all = boxes(table)
  const here = new Set(all.map(each => each.value))
  for (const value of set) if (!here.has(value)) set.delete(value)
  for (const each of all) each.checked = set.has(each.value)
  const head = table.querySelector("[data-select-all]")
  if (head) {
    head.checked = all.length > 0 && set.size === all.length
    head.indeterminate = set.size > 0 && set.size < all.length
  }
  const bar = document.getElementById(table.dataset.select)
  if (!bar) return
  bar.hidden = set.size === 0
  const count = bar.querySelector("[data-count]")
  if (count) count.textContent = `${set.size} selected`
  for (const slot of document.querySelectorAll(`#${CSS.escape(bar.id)} [data-ids], [data-selected="${CSS.escape(bar.id)}"] [data-ids]`)) slot.replaceChildren(...[...set].map(value => Object.assign(document.createElement("input"), { type: "hidden", name: slot.dataset.ids || "ids", value })))
  table.dispatchEvent(new CustomEvent("selection", { bubbles: true, detail: { values: [...set] } }))
}

document.addEventListener("click", event => {
  const box = event.target.closest?.("[data-select-row], [data-select-all]")
  const table = box && tableOf(box)
  if (table) {
    const set = setOf(table)
    const all = boxes(table)
    let touched = [box]
    if ("selectAll" in box.dataset) touched = all
    else if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b)
      touched = all.slice(from, to + 1)
    }
    for (const each of touched) if (box.checked) set.add(each.value); else set.delete(each.value)
    if ("selectRow" in box.dataset) last = box
    show(table)
  }
  const clear = event.target.closest?.("[data-select-clear]")
  if (clear) for (const each of document.querySelectorAll(`table[data-select="${CSS.escape(clear.closest("[id]").id)}"]`)) { setOf(each).clear(); show(each) }
})

document.addEventListener("keydown", event => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog:modal, :popover-open")) return
  for (const table of document.querySelectorAll("table[data-select]")) if (setOf(table).size) { setOf(table).clear(); show(table) }
})

document.addEventListener("htmx:after:swap", () => document.querySelectorAll("table[data-select]").forEach(table => { if (setOf(table).size) show(table) }))
