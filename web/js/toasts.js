// Toasts: said once at the foot of the page. A script calls toast(); the server sends the event "toast" in an
// HX-Trigger header: {"toast":{"text":"3 runs archived","status":"completed","undo":"/experiments/…/restore"}}.
import htmx from "./htmx.js"
import { icon } from "./icons.js"

const host = () => document.getElementById("toasts")

/** Shows a line for seven seconds, longer while the pointer or the focus is on it. */
export function toast(text, { status = "completed", undo, label = "Undo" } = {}) {
  const box = host()
  if (!box) return
  const line = document.createElement("div")
  line.className = "toast"
  line.dataset.status = status
  line.setAttribute("role", status === "failed" ? "alert" : "status")
  line.append(icon(`st-${status}`), Object.assign(document.createElement("span"), { textContent: text }))
  if (undo) line.append(button(label, () => { htmx.ajax("POST", undo, { source: box, swap: "none" }); line.remove() }))
  line.append(close(line))
  box.append(line)
  while (box.children.length > 4) box.firstElementChild.remove()
  leave(line)
}

function leave(line) {
  setTimeout(() => (line.matches(":hover, :focus-within") ? leave(line) : line.remove()), 7000)
}

function button(text, act) {
  const made = Object.assign(document.createElement("button"), { className: "btn", textContent: text, type: "button" })
  made.dataset.kind = "quiet"
  made.addEventListener("click", act)
  return made
}

function close(line) {
  const made = button("", () => line.remove())
  made.dataset.icon = ""
  made.setAttribute("aria-label", "Dismiss")
  made.append(icon("x"))
  return made
}

document.addEventListener("toast", ({ detail }) => {
  const said = detail?.data ? JSON.parse(detail.data) : detail
  toast(said?.text ?? said?.value ?? String(said), said ?? {})
})
