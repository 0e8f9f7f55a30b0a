// A field whose text the server completes where the caret stands: [data-complete] holds the address, which is asked for
// ?text=…&at=… and answers options with the piece [data-from, data-until) of the text that each stands for. The form stays a
// plain one: Enter sends it unless an option is active.
import { active, ask, close, isOpen, listOf, moved, open, options } from "./listbox.js"

const isField = element => element?.matches?.("[data-complete]")
const waits = new WeakMap()
const pieces = new WeakMap() // field → { text, from, until } that its options are for

async function suggest(field, wait = 120) {
  clearTimeout(waits.get(field))
  await new Promise(done => waits.set(field, setTimeout(done, wait)))
  const text = field.value
  const at = field.selectionStart ?? text.length
  const url = new URL(field.dataset.complete, location.href)
  url.searchParams.set("text", text)
  url.searchParams.set("at", at)
  let answer = null
  try {
    answer = (await ask(field, url))?.querySelector("[data-from]")
  } catch {
    return close(field) // a filter can be written without help
  }
  if (!answer || field.value !== text || !field.matches(":focus")) return
  const found = [...answer.querySelectorAll('[role="option"]')].slice(0, 50)
  pieces.set(field, { text, from: Number(answer.dataset.from), until: Number(answer.dataset.until) })
  listOf(field).replaceChildren(...found)
  if (found.length) open(field)
  else close(field)
}

function accept(field, picked) {
  const piece = pieces.get(field)
  if (!piece || piece.text !== field.value) return suggest(field, 0)
  let { value } = picked.dataset
  // What ends with a blank takes the place of the one that stands there.
  if (value.endsWith(" ") && field.value[piece.until] === " ") value = value.slice(0, -1)
  field.setRangeText(value, piece.from, piece.until, "end")
  if (value !== picked.dataset.value) field.selectionStart = field.selectionEnd = field.selectionEnd + 1
  field.focus()
  suggest(field, 0)
}

document.addEventListener("input", ({ target }) => { if (isField(target)) suggest(target) })
document.addEventListener("focusout", ({ target }) => { if (isField(target)) { clearTimeout(waits.get(target)); close(target) } })
document.addEventListener("submit", ({ target }) => { for (const field of target.querySelectorAll("[data-complete]")) { clearTimeout(waits.get(field)); close(field) } }, true)

document.addEventListener("keydown", event => {
  const field = event.target
  if (!isField(field) || event.isComposing) return
  if ((event.key === "ArrowDown" || (event.key === " " && event.ctrlKey)) && !isOpen(field)) { event.preventDefault(); return void suggest(field, 0) }
  if (!isOpen(field)) return
  if (moved(event, field)) return
  const piece = pieces.get(field)
  const picked = active(field) ?? (event.key === "Tab" && !event.shiftKey && piece?.until > piece?.from ? options(field)[0] : null)
  if ((event.key === "Enter" || event.key === "Tab") && picked) { event.preventDefault(); return accept(field, picked) }
  if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); clearTimeout(waits.get(field)); close(field) }
}, true)

// Before the field would lose the focus to the list.
document.addEventListener("pointerdown", event => {
  const picked = event.target.closest?.('.listbox [role="option"]')
  const field = picked && document.querySelector(`[data-complete][aria-controls="${CSS.escape(picked.closest(".listbox").id)}"]`)
  if (!field || event.button) return
  event.preventDefault()
  accept(field, picked)
})
