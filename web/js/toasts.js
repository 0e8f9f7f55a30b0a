// Toasts: said once at the foot of the page. A script calls toast(); the server says one with Toast.Say, which comes as
// the event "toast" of an HX-Trigger header, or stands in the page already after a redirect.
import htmx from "./htmx.js"
import { icon } from "./icons.js"

const host = () => document.getElementById("toasts")
const stay = 7000

/** Shows a line for seven seconds, longer while the pointer or the focus is on it. */
export function toast(text, { status = "completed", undo, label = "Undo" } = {}) {
  const box = host()
  if (!box) return
  const line = document.createElement("div")
  line.className = "toast"
  line.dataset.status = status
  line.append(icon(`st-${status}`), Object.assign(document.createElement("span"), { textContent: text }))
  if (undo) line.append(button(label, () => { remove(line); htmx.ajax("POST", undo, { source: document.body, target: document.body, swap: "none" }) }, icon("undo")))
  line.append(close(line))
  box.append(line)
  // A live region has to be there before it speaks.
  line.setAttribute("role", status === "failed" ? "alert" : "status")
  while (box.children.length > 4) box.firstElementChild.remove()
  leave(line)
}

// The time counts only while nobody points at it or has the focus in it, and while the tab is seen.
function leave(line) {
  let left = stay
  let last = performance.now()
  const clock = setInterval(() => {
    const now = performance.now()
    if (!line.isConnected) return clearInterval(clock)
    if (!document.hidden && !line.matches(":hover, :focus-within")) left -= now - last
    last = now
    if (left <= 0) { clearInterval(clock); remove(line) }
  }, 250)
}

// The focus goes where it was before it came here.
let before = null
document.addEventListener("focusin", ({ target, relatedTarget }) => { if (target.closest?.("#toasts") && !relatedTarget?.closest?.("#toasts")) before = relatedTarget })
function remove(line) {
  const held = line.matches(":focus-within")
  line.remove()
  if (held) (before?.isConnected ? before : document.getElementById("main"))?.focus()
}

function button(text, act, drawn) {
  const made = Object.assign(document.createElement("button"), { className: "btn", type: "button" })
  made.dataset.kind = "quiet"
  if (drawn) made.append(drawn)
  made.append(text)
  made.addEventListener("click", act)
  return made
}

function close(line) {
  const made = button("", () => remove(line), icon("x"))
  made.dataset.icon = ""
  made.setAttribute("aria-label", "Dismiss")
  return made
}

document.addEventListener("toast", ({ detail }) => {
  const data = detail?.data ? JSON.parse(detail.data) : detail
  for (const each of data?.said ?? [data]) toast(each?.text ?? each?.value ?? String(each), { ...each, undo: each?.undo ?? undefined })
})

// Those that the page came with.
function adopt() {
  for (const line of document.querySelectorAll("#toasts > .toast")) {
    line.querySelector("form")?.addEventListener("submit", () => setTimeout(() => remove(line)))
    line.append(close(line))
    leave(line)
  }
}
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", adopt)
else adopt()

// Ctrl+Z takes the last one back, as in any editor.
document.addEventListener("keydown", event => {
  if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.target.closest?.("input, textarea, [contenteditable]")) return
  const undo = [...document.querySelectorAll("#toasts > .toast")].reverse().map(line => line.querySelector(".btn:not([data-icon])")).find(Boolean)
  if (undo) { event.preventDefault(); undo.click() }
})
