// JSON trees: the ARIA tree keys, search, and copying the value or the path of the chosen line.
import { write, say } from "./copy.js"

const viewOf = element => element.closest?.("[data-json]")
const items = view => [...view.querySelectorAll('[role="treeitem"]')]
const shown = view => items(view).filter(each => each.checkVisibility())
const isOpen = item => item.getAttribute("aria-expanded") === "true"
const parent = item => item.parentElement.closest('[role="treeitem"]')
const label = item => item.querySelector(":scope > .row")

function open(item, on) { if (item.hasAttribute("aria-expanded")) item.setAttribute("aria-expanded", String(on)) }

function go(item, focus = true) {
  if (!item) return
  for (const each of viewOf(item).querySelectorAll('[role="treeitem"][tabindex="0"]')) { each.tabIndex = -1; each.setAttribute("aria-selected", "false") }
  item.tabIndex = 0
  item.setAttribute("aria-selected", "true")
  if (focus) item.focus()
}

document.addEventListener("keydown", event => {
  const item = event.target.matches?.('[data-json] [role="treeitem"]') && event.target
  if (!item || event.ctrlKey || event.altKey || event.metaKey) return
  const view = viewOf(item)
  const all = shown(view)
  const at = all.indexOf(item)
  const act = {
    ArrowDown: () => go(all[at + 1]), ArrowUp: () => go(all[at - 1]), Home: () => go(all[0]), End: () => go(all.at(-1)),
    ArrowRight: () => item.hasAttribute("aria-expanded") && (isOpen(item) ? go(item.querySelector('[role="treeitem"]')) : open(item, true)),
    ArrowLeft: () => (isOpen(item) ? open(item, false) : go(parent(item))),
    Enter: () => open(item, !isOpen(item)), " ": () => open(item, !isOpen(item)),
    "*": () => { for (const each of item.parentElement.children) open(each, true) },
    c: () => copy(view, "value"), p: () => copy(view, "path"),
  }[event.key]
  if (!act) return
  event.preventDefault()
  act()
})

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-json-open], [data-json-copy]")
  if (button?.dataset.jsonCopy) return void copy(viewOf(button), button.dataset.jsonCopy, button)
  if (button) {
    const all = items(viewOf(button)).filter(each => each.hasAttribute("aria-expanded"))
    const on = !all.every(isOpen)
    for (const each of all.slice(on ? 0 : 1)) open(each, on)
    return
  }
  const row = target.closest?.('[data-json] [role="treeitem"] > .row')
  if (!row || getSelection()?.toString()) return
  open(row.parentElement, !isOpen(row.parentElement))
  go(row.parentElement)
})

// A branch is written out again from what is drawn; the server keeps what was too much to draw.
function valueOf(item) {
  const { kind } = item.dataset
  if (kind !== "object" && kind !== "array") {
    const text = label(item).querySelector("code").textContent
    return kind === "string" ? JSON.stringify(text.slice(1, -1)) : text
  }
  const inside = [...item.querySelector(":scope > ul")?.children ?? []]
  if (!inside.length) return label(item).querySelector("code")?.textContent ?? (kind === "array" ? "[]" : "{}")
  if (inside.some(each => each.dataset.kind === "more")) return null
  const parts = inside.map(each => [label(each).querySelector("b").textContent, valueOf(each)])
  if (parts.some(([, value]) => value === null)) return null
  return kind === "array" ? `[${parts.map(([, value]) => value).join(", ")}]` : `{${parts.map(([key, value]) => `${JSON.stringify(key)}: ${value}`).join(", ")}}`
}

async function copy(view, what) {
  const item = view.querySelector('[role="treeitem"][tabindex="0"]')
  if (!item) return
  const text = what === "path" ? item.dataset.path : item.dataset.kind === "string" ? label(item).querySelector("code").textContent.slice(1, -1) : valueOf(item)
  if (text === null) return say("Too much to copy from here. Download it instead.")
  if (await write(text)) say(what === "path" ? `Copied ${text}` : "Copied the value")
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches?.("[data-json-search]")) return
  const view = viewOf(target)
  const text = target.value.trim().toLowerCase()
  const found = items(view).filter(each => text && label(each).textContent.toLowerCase().includes(text))
  for (const each of items(view)) each.toggleAttribute("data-found", found.includes(each))
  for (const each of found) for (let up = parent(each); up; up = parent(up)) open(up, true)
  target.parentElement.querySelector("output").textContent = text ? String(found.length) : ""
  if (found[0]) { go(found[0], false); found[0].scrollIntoView({ block: "nearest" }) }
})
