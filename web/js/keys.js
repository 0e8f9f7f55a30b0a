// Keys. An element states its own: <a data-key="e" …>, <button data-key="Shift+A" …>; pressing it clicks the element,
// or focuses it when it is a field. Keys one after the other are parted by a blank: data-key="G J". "/" focuses the
// page's query field, "?" lists every key of the page.

const globals = [["Ctrl+K", "Search or run a command"], ["/", "Go to the query field"], ["Ctrl+Z", "Take back what was just done"], ["?", "Keys of this page"], ["Esc", "Close, or clear the selection"]]
const inTables = [["J", "Next row"], ["K", "Row before"], ["X", "Select the row"], ["Enter", "Open the row"]]
let begun = null // the first key of a sequence, and until when it counts

const typing = target => target.closest?.('input:not([type="checkbox"], [type="radio"], [type="range"]), textarea, select, [contenteditable="true"]')

const nameOf = event => [event.ctrlKey && "Ctrl", event.altKey && "Alt", event.shiftKey && /^[a-z]$/i.test(event.key) && "Shift",
  event.key.length === 1 ? event.key.toUpperCase() : event.key].filter(Boolean).join("+")

document.addEventListener("keydown", event => {
  if (event.defaultPrevented || event.isComposing || event.metaKey || typing(event.target)) return
  const open = document.querySelector("dialog:modal")
  if (event.key === "?" && !open) { event.preventDefault(); return list() }
  if (event.key === "/" && !open) {
    const field = document.querySelector("[data-query-field]")
    if (field) { event.preventDefault(); field.focus(); field.select?.() }
    return
  }
  // Enter presses what has the focus, as it does everywhere.
  if (event.key === "Enter" && event.target.closest?.("a, button, summary")) return
  const name = nameOf(event).toUpperCase()
  const all = [...(open ?? document).querySelectorAll("[data-key]")].filter(each => !each.disabled && each.checkVisibility())
  const keyed = wanted => all.find(each => each.dataset.key.toUpperCase() === wanted)
  const target = (begun?.until > event.timeStamp && keyed(`${begun.name} ${name}`)) || keyed(name)
  begun = null
  if (!target) {
    if (all.some(each => each.dataset.key.toUpperCase().startsWith(`${name} `))) { begun = { name, until: event.timeStamp + 1200 }; event.preventDefault() }
    return
  }
  event.preventDefault()
  if (target.matches("input:not([type=checkbox], [type=radio]), textarea, select")) target.focus()
  else target.click()
})

function list() {
  const dialog = document.getElementById("keys")
  if (!dialog) return
  const found = [...document.querySelectorAll("[data-key]")].filter(each => each.checkVisibility())
    .map(each => [each.dataset.key, each.dataset.keyText ?? each.getAttribute("aria-label") ?? ownText(each)])
  const unique = new Map([...found, ...(document.querySelector("table[data-rows]") ? inTables : []), ...globals])
  dialog.querySelector("dl").replaceChildren(...[...unique].map(([key, text]) => row(key, text)))
  dialog.showModal()
}

// Without the counts and key hints that stand inside a button.
const ownText = element => [...element.childNodes].filter(node => node.nodeType === Node.TEXT_NODE).map(node => node.data.trim()).filter(Boolean).join(" ") || element.textContent.trim()

function row(key, text) {
  const line = document.createElement("div")
  const name = document.createElement("dt")
  name.textContent = text
  const keys = document.createElement("dd")
  keys.append(...key.split(/[+ ]/).map(part => Object.assign(document.createElement("kbd"), { className: "kbd", textContent: part })))
  line.append(name, keys)
  return line
}

document.addEventListener("click", ({ target }) => { if (target.closest?.("[data-keys]")) list() })
