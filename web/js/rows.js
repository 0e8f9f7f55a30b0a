// Keys in tables: <table data-rows>. J and K or the arrows move from row to row, X selects, Enter opens the row's first
// link, Home and End go to the ends. One row is in the tab order; the others are reached from it.
import { refresh } from "./regions.js"

const tableOf = element => element.closest?.("table[data-rows]")
const rows = table => [...table.tBodies].flatMap(body => [...body.rows]).filter(row => !row.matches(".group") && row.checkVisibility())
const typing = target => target.matches('input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable="true"]')

function go(row) {
  if (!row) return
  for (const each of tableOf(row).querySelectorAll("tbody tr[tabindex]")) each.tabIndex = -1
  row.tabIndex = 0
  row.focus({ preventScroll: true })
  row.scrollIntoView({ block: "nearest" })
}

document.addEventListener("keydown", event => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || typing(event.target) || document.querySelector("dialog:modal, :popover-open")) return
  const key = event.key.toLowerCase()
  const here = event.target.closest?.("tr")
  const table = tableOf(event.target) ?? (["j", "k"].includes(key) ? document.querySelector("table[data-rows]") : null)
  if (!table) return
  const all = rows(table)
  const at = all.indexOf(here)
  const onRow = here === event.target
  const act = {
    j: () => go(all[Math.min(all.length - 1, at + 1)]), k: () => go(all[at < 0 ? all.length - 1 : Math.max(0, at - 1)]),
    arrowdown: onRow && (() => go(all[at + 1])), arrowup: onRow && (() => go(all[at - 1])), home: onRow && (() => go(all[0])), end: onRow && (() => go(all.at(-1))),
    x: at >= 0 && (() => here.querySelector("[data-select-row]")?.click()),
    enter: onRow && (() => here.querySelector("[data-row-link], td a")?.click()),
  }[key]
  if (!act) return
  event.preventDefault()
  act()
})

// The first row, or the one that was left, can be reached by Tab.
function offer() {
  for (const table of document.querySelectorAll("table[data-rows]")) {
    const all = rows(table)
    for (const row of all) if (!row.hasAttribute("tabindex")) row.tabIndex = -1
    if (all.length && !all.some(row => row.tabIndex === 0)) all[0].tabIndex = 0
  }
}
document.addEventListener("htmx:after:swap", offer)
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", offer)
else offer()

// The bar of new rows: crucible.fresh(id of the bar, id of the row) counts each row once.
const waiting = new Map()

/** Counts a row that is not drawn yet; the bar appears and says how many there are. */
export function fresh(id, row) {
  const bar = document.getElementById(id)
  if (!bar || document.getElementById(row)) return
  const set = waiting.get(id) ?? waiting.set(id, new Set()).get(id)
  set.add(row)
  bar.querySelector("span").textContent = `${set.size} ${set.size === 1 ? bar.dataset.one : bar.dataset.many}`
  bar.hidden = false
}

document.addEventListener("click", ({ target }) => {
  const bar = target.closest?.("[data-fresh-region]")
  if (!bar) return
  waiting.delete(bar.id)
  bar.hidden = true
  refresh(document.getElementById(bar.dataset.freshRegion))
})
