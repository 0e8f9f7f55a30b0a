// Fields that save themselves: .field[data-autosave="url"] posts what changed and says under the field how it went.
import { icon } from "./icons.js"

const states = new WeakMap() // field → { timer, busy, again }
const stateOf = field => states.get(field) ?? states.set(field, {}).get(field)
const token = document.querySelector('meta[name="csrf"]')

document.addEventListener("input", ({ target }) => touch(target, 700))
document.addEventListener("change", ({ target }) => touch(target, 0))

function touch(control, delay) {
  const field = control.name && control.closest?.(".field[data-autosave]")
  if (!field) return
  const state = stateOf(field)
  clearTimeout(state.timer)
  state.timer = setTimeout(() => save(field), delay)
  state.waiting = true
}

async function save(field) {
  const state = stateOf(field)
  clearTimeout(state.timer)
  // One at a time, in the order they were typed; what came meanwhile is one more.
  if (state.busy) return void (state.again = true)
  Object.assign(state, { busy: true, again: false, waiting: false })
  say(field, "saving", "Saving")
  try {
    const answer = await fetch(field.dataset.autosave, request(field))
    if (answer.status === 422 || answer.status === 400) say(field, "wrong", await reason(answer))
    else if (!answer.ok || answer.redirected) say(field, "failed", answer.status === 403 ? "Not saved. You may not change this." : "Not saved.")
    else say(field, "saved", "Saved")
  } catch {
    say(field, "failed", "Not saved. The server did not answer.")
  }
  state.busy = false
  if (state.again) save(field)
}

function request(field) {
  const body = new URLSearchParams()
  for (const each of field.querySelectorAll("[name]")) {
    if (each.matches('[type="checkbox"], [type="radio"]') && !each.checked) continue
    if (each.matches("select[multiple]")) for (const option of each.selectedOptions) body.append(each.name, option.value)
    else body.append(each.name, each.value)
  }
  return { method: "POST", body, headers: { "HX-Request": "true", ...(token && { [token.dataset.header]: token.content }) }, keepalive: true, signal: AbortSignal.timeout(15_000) }
}

async function reason(answer) {
  const text = await answer.text()
  if (answer.headers.get("Content-Type")?.includes("json")) try { return JSON.parse(text).detail ?? "This cannot be saved." } catch { return "This cannot be saved." }
  return answer.headers.get("Content-Type")?.startsWith("text/plain") && text ? text : "This cannot be saved."
}

function say(field, what, text) {
  const control = field.querySelector("[aria-describedby]")
  const note = document.getElementById(control?.getAttribute("aria-describedby"))
  if (!note) return
  const wrong = what === "wrong"
  note.className = wrong || what === "failed" ? "error" : "saved"
  note.dataset.state = what
  note.setAttribute("role", wrong || what === "failed" ? "alert" : "status")
  if (wrong) control.setAttribute("aria-invalid", "true")
  else control.removeAttribute("aria-invalid")
  note.replaceChildren()
  if (what === "saved") {
    const time = Object.assign(document.createElement("time"), { dateTime: new Date().toISOString(), textContent: "just now" })
    time.dataset.relative = ""
    note.append(icon("check"), "Saved ", time)
  } else note.append(text)
  if (what === "failed") {
    const again = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: "Try again" })
    again.addEventListener("click", () => { control.focus(); save(field) })
    note.append(" ", again)
  }
}

// Leaving with something unsaved sends it along.
addEventListener("pagehide", () => { for (const field of document.querySelectorAll(".field[data-autosave]")) if (stateOf(field).waiting) save(field) })
