// The command palette: Ctrl+K or the field in the top bar. It asks the server for PaletteResults while somebody types,
// and tells it what was chosen, which the server offers first the next time, in whatever browser.
import htmx from "./htmx.js"
import { active, activate, ask, moved, options } from "./listbox.js"

const dialog = () => document.getElementById("palette")
const fieldOf = box => box.querySelector('[role="combobox"]')
let wait

// It outlives the page that is left. Only links are kept, since an action is not repeated by accident.
function keep(url) {
  const token = document.querySelector('meta[name="csrf"]')
  fetch("/search/picks", { method: "POST", keepalive: true, headers: { [token.dataset.header]: token.content }, body: new URLSearchParams({ url }) }).catch(() => {})
}

function empty() {
  return Object.assign(document.createElement("div"), { id: "palette-results", role: "listbox", ariaLabel: "Results" })
}

function state(box, text, failed = false) {
  const line = box.querySelector(".palette-state")
  line.hidden = !text
  line.textContent = text ?? ""
  line.toggleAttribute("data-failed", failed)
  box.querySelector(".palette-body").setAttribute("aria-busy", String(text === "Searching…"))
}

function show(box, results) {
  const body = box.querySelector(".palette-body")
  body.replaceChildren(...results)
  const field = fieldOf(box)
  options(field).forEach((each, at) => { each.id = `palette-option-${at}` })
  activate(field, options(field)[0])
}

async function search(box) {
  const text = fieldOf(box).value
  const url = new URL(box.dataset.url, location.href)
  url.searchParams.set("q", text)
  const slow = setTimeout(() => state(box, "Searching…"), 150)
  try {
    const answer = await ask(box, url)
    clearTimeout(slow)
    if (!answer || !box.open) return
    state(box, null)
    const results = answer.querySelector("#palette-results")
    if (!results) throw new Error("no results")
    show(box, [results, ...answer.querySelectorAll(".palette-note")])
  } catch {
    clearTimeout(slow)
    state(box, "The search did not answer. Type on to try again.", true)
    show(box, [empty()])
  }
}

function openIt() {
  const box = dialog()
  if (!box || box.open || document.querySelector("dialog:modal")) return
  const field = fieldOf(box)
  field.value = ""
  state(box, null)
  show(box, [empty()])
  box.showModal()
  field.focus()
  search(box)
}

function choose(entry, apart) {
  const box = dialog()
  if (entry.dataset.post) {
    box.close()
    return void htmx.ajax("POST", entry.dataset.post, { source: document.body, target: document.body, swap: "none" })
  }
  keep(entry.getAttribute("href"))
  if (apart) return void window.open(entry.href, "_blank", "noopener")
  box.close()
  location.assign(entry.href)
}

document.addEventListener("keydown", event => {
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && dialog()) {
    event.preventDefault()
    return dialog().open ? dialog().close() : openIt()
  }
  const box = event.target.closest?.("#palette")
  if (!box || event.isComposing) return
  const field = fieldOf(box)
  if (moved(event, field)) return
  if (event.key === "Enter" && active(field)) {
    event.preventDefault()
    choose(active(field), event.ctrlKey || event.metaKey)
  }
})

document.addEventListener("input", ({ target }) => {
  const box = target.closest?.("#palette")
  if (!box) return
  clearTimeout(wait)
  wait = setTimeout(() => search(box), 120)
})

document.addEventListener("click", event => {
  if (event.target.closest?.("[data-palette-open]")) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || !dialog()) return
    event.preventDefault()
    return openIt()
  }
  const entry = event.target.closest?.('#palette [role="option"]')
  if (!entry) return
  event.preventDefault()
  choose(entry, event.ctrlKey || event.metaKey)
})
