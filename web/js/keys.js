// Keys. An element states its own: <a data-key="e" …>, <button data-key="Shift+A" …>; pressing it clicks the element,
// or focuses it when it is a field. "/" focuses the page's query field, "?" lists every key of the page.

const globals = [["/", "Go to the query field"], ["?", "Keys of this page"], ["Esc", "Close, or clear the selection"]]

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
  const name = nameOf(event)
  const target = [...(open ?? document).querySelectorAll("[data-key]")].find(each => each.dataset.key.toUpperCase() === name.toUpperCase() && !each.disabled && each.checkVisibility())
  if (!target) return
  event.preventDefault()
  if (target.matches("input:not([type=checkbox], [type=radio]), textarea, select")) target.focus()
  else target.click()
})

function list() {
  const dialog = document.getElementById("keys")
  if (!dialog) return
  const found = [...document.querySelectorAll("[data-key]")].filter(each => each.checkVisibility())
    .map(each => [each.dataset.key, each.dataset.keyText ?? each.getAttribute("aria-label") ?? ownText(each)])
  const unique = new Map([...found, ...globals])
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
  keys.append(...key.split("+").map(part => Object.assign(document.createElement("kbd"), { className: "kbd", textContent: part })))
  line.append(name, keys)
  return line
}

document.addEventListener("click", ({ target }) => { if (target.closest?.("[data-keys]")) list() })
