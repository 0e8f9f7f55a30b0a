// Combobox: [data-combobox] holds the plain control (.whole) that the form sends, the field one types in, and the list.
import { active, activate, ask, close, isOpen, listOf, moved, note, open, option } from "./listbox.js"
import { icon } from "./icons.js"

const boxOf = element => element.closest?.("[data-combobox]")
const inputOf = box => box.querySelector('[role="combobox"]')
const wholeOf = box => box.querySelector(".whole")
const many = box => "many" in box.dataset
const chosenIn = box => many(box) ? [...wholeOf(box).selectedOptions].map(each => each.value) : [wholeOf(box).value]
const waits = new WeakMap()

async function suggest(box, text) {
  const input = inputOf(box)
  const list = listOf(input)
  const chosen = chosenIn(box)
  if (box.dataset.url) {
    clearTimeout(waits.get(box))
    if (!isOpen(input)) { list.replaceChildren(note("Searching…")); open(input) }
    await new Promise(done => waits.set(box, setTimeout(done, 150)))
    const url = new URL(box.dataset.url, location.href)
    url.searchParams.set("q", text)
    try {
      const answer = await ask(box, url)
      if (!answer || !input.matches(":focus")) return
      list.replaceChildren(...answer.querySelectorAll('[role="option"]'))
    } catch {
      list.replaceChildren(note("The server did not answer. Type on to try again."))
    }
    for (const each of list.querySelectorAll('[role="option"]')) if (many(box)) each.setAttribute("aria-selected", String(chosen.includes(each.dataset.value)))
  } else {
    const wanted = text.trim().toLowerCase()
    list.replaceChildren(...[...wholeOf(box).options]
      .filter(each => each.text && (each.text.toLowerCase().includes(wanted) || each.value.toLowerCase().includes(wanted))).slice(0, 200)
      .map(each => option(each.value, { text: each.text, hint: each.dataset.hint, chosen: many(box) && each.selected })))
  }
  if (!list.children.length) list.replaceChildren(note("free" in box.dataset && text.trim() ? `Enter takes “${text.trim()}”` : "Nothing fits."))
  open(input, { first: Boolean(text.trim()) && !list.querySelector(".note") })
}

function choose(box, value, text) {
  const whole = wholeOf(box)
  const input = inputOf(box)
  if (many(box)) {
    let entry = [...whole.options].find(each => each.value === value)
    if (!entry) whole.append(entry = new Option(text, value))
    entry.selected = !entry.selected
    if (entry.selected) input.before(chip(value, text))
    else chipOf(box, value)?.remove()
    input.value = ""
    close(input)
  } else {
    if (whole.matches("select") && ![...whole.options].some(each => each.value === value)) whole.append(new Option(text, value))
    whole.value = value
    input.value = text
    close(input)
  }
  whole.dispatchEvent(new Event("change", { bubbles: true }))
}

const chipOf = (box, value) => [...box.querySelectorAll(".pick > .tag")].find(each => each.dataset.value === value)

function chip(value, text) {
  const made = Object.assign(document.createElement("span"), { className: "tag", textContent: text })
  made.dataset.value = value
  const remove = Object.assign(document.createElement("button"), { type: "button", ariaLabel: `Remove ${text}` })
  remove.append(icon("x"))
  made.append(remove)
  return made
}

// What the field says without a choice: what was chosen before, or nothing.
function restore(box) {
  const input = inputOf(box)
  const whole = wholeOf(box)
  if (many(box)) { input.value = ""; return }
  if (input.value === "" && (whole.matches("input") || [...whole.options].some(each => each.value === ""))) {
    if (whole.value) { whole.value = ""; whole.dispatchEvent(new Event("change", { bubbles: true })) }
  } else if (whole.matches("select")) input.value = whole.selectedOptions[0]?.text ?? ""
  else if ("free" in box.dataset && input.value) whole.value = input.value
}

document.addEventListener("input", ({ target }) => {
  const box = target.matches?.('[role="combobox"]') && boxOf(target)
  if (box) suggest(box, target.value)
})

document.addEventListener("keydown", event => {
  const box = event.target.matches?.('[role="combobox"]') && boxOf(event.target)
  if (!box || event.isComposing) return
  const input = event.target
  if (["ArrowDown", "ArrowUp"].includes(event.key) && !isOpen(input)) { event.preventDefault(); return void suggest(box, "") }
  if (isOpen(input) && moved(event, input)) return
  if (event.key === "Enter" && isOpen(input)) {
    event.preventDefault()
    const picked = active(input)
    if (picked) choose(box, picked.dataset.value, picked.querySelector("span").textContent)
    else if ("free" in box.dataset && input.value.trim()) choose(box, input.value.trim(), input.value.trim())
  } else if (event.key === "Escape" && isOpen(input)) { event.preventDefault(); event.stopPropagation(); close(input); restore(box) }
  else if (event.key === "Backspace" && many(box) && input.value === "") {
    const last = [...box.querySelectorAll(".pick > .tag")].at(-1)
    if (last) choose(box, last.dataset.value, last.textContent)
  }
}, true)

document.addEventListener("click", ({ target }) => {
  const picked = target.closest?.('.listbox [role="option"]')
  const input = picked && document.querySelector(`[aria-controls="${CSS.escape(picked.closest(".listbox").id)}"]`)
  const owner = input && boxOf(input)
  if (owner) return choose(owner, picked.dataset.value, picked.querySelector("span").textContent)
  const box = boxOf(target)
  if (!box || inputOf(box).disabled) return
  const removed = target.closest(".tag > button")
  if (removed) { choose(box, removed.parentElement.dataset.value, removed.parentElement.textContent); inputOf(box).focus() }
  else if (target.closest(".pick")) { inputOf(box).focus(); if (!isOpen(inputOf(box))) suggest(box, "") }
})

// The list is not focusable, but a press on it would take the focus from the field.
document.addEventListener("pointerdown", event => { if (event.target.closest?.(".listbox")) event.preventDefault() })
document.addEventListener("mousedown", event => { if (event.target.closest?.(".listbox")) event.preventDefault() })
document.addEventListener("pointermove", ({ target }) => {
  const over = target.closest?.('.listbox [role="option"]')
  const input = over && !("active" in over.dataset) && document.querySelector(`[aria-controls="${CSS.escape(over.closest(".listbox").id)}"]`)
  if (input) activate(input, over)
})
document.addEventListener("focusout", ({ target }) => {
  const box = target.matches?.('[role="combobox"]') && boxOf(target)
  if (box) { close(target); restore(box) }
})
