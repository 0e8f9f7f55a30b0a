// What every list under a field shares: it is open or not, one option is active, the arrow keys move it. The focus
// stays in the field (ARIA 1.2 combobox); the list is named by its aria-controls.

export const listOf = input => document.getElementById(input.getAttribute("aria-controls"))
export const options = input => [...listOf(input)?.querySelectorAll('[role="option"]') ?? []].filter(each => !each.hidden)
export const active = input => document.getElementById(input.getAttribute("aria-activedescendant") ?? "")
export const isOpen = input => input.getAttribute("aria-expanded") === "true"

/** Shows what stands in the list, the first one active when asked. */
export function open(input, { first = false } = {}) {
  const list = listOf(input)
  if (!list) return
  options(input).forEach((each, at) => { each.id = `${list.id}-${at}` })
  if (list.popover && !list.matches(":popover-open")) list.showPopover({ source: input.closest(".input") ?? input })
  input.setAttribute("aria-expanded", "true")
  activate(input, first ? options(input)[0] : null)
}

export function close(input) {
  const list = listOf(input)
  if (list?.popover && list.matches(":popover-open")) list.hidePopover()
  input.setAttribute("aria-expanded", "false")
  activate(input, null)
}

export function activate(input, option) {
  for (const each of listOf(input)?.querySelectorAll("[data-active]") ?? []) { delete each.dataset.active; if (!listOf(input).ariaMultiSelectable) each.setAttribute("aria-selected", "false") }
  if (!option) return input.removeAttribute("aria-activedescendant")
  option.dataset.active = ""
  if (!listOf(input).ariaMultiSelectable) option.setAttribute("aria-selected", "true")
  input.setAttribute("aria-activedescendant", option.id)
  option.scrollIntoView({ block: "nearest" })
}

/** Arrow keys, Home and End with Ctrl, page keys; true when the key was one of them. */
export function moved(event, input) {
  const all = options(input)
  const at = all.indexOf(active(input))
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? all.length - 1 : at - 1, PageDown: Math.min(all.length - 1, at + 8), PageUp: Math.max(0, at - 8) }[event.key]
  if (to === undefined || !all.length || event.altKey) return false
  event.preventDefault()
  activate(input, all[(to + all.length) % all.length])
  return true
}

/** An option as the server would write it. */
export function option(value, { text = value, hint, chosen } = {}) {
  const made = document.createElement("li")
  made.role = "option"
  made.dataset.value = value
  made.setAttribute("aria-selected", String(Boolean(chosen)))
  made.append(Object.assign(document.createElement("span"), { textContent: text }))
  if (hint) made.append(Object.assign(document.createElement("small"), { textContent: hint }))
  return made
}

/** Asks the server for options, the last question winning; null when it was overtaken. */
const questions = new WeakMap()
export async function ask(owner, url) {
  questions.get(owner)?.abort()
  const question = new AbortController()
  questions.set(owner, question)
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true", Accept: "text/html" }, signal: AbortSignal.any([question.signal, AbortSignal.timeout(8000)]) })
    if (!answer.ok) throw new Error(String(answer.status))
    const html = await answer.text()
    return question.signal.aborted ? null : new DOMParser().parseFromString(html, "text/html").body
  } catch (fault) {
    if (question.signal.aborted) return null
    throw fault
  }
}

/** A line in place of options: nothing found, an error. */
export function note(text) {
  const made = document.createElement("li")
  made.className = "note"
  made.role = "presentation"
  made.textContent = text
  return made
}
