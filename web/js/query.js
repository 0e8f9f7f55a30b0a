// The filter of a list: [data-vocabulary] holds the whole text (.whole, what the form sends), a chip for each term and the
// field for the rest. Completes keys and values from data-vocabulary, or from data-url for keys that ask.
import { active, ask, close, isOpen, listOf, moved, note, open, option } from "./listbox.js"

const queryOf = element => element.closest?.("[data-vocabulary]")
const fieldOf = query => query.querySelector(".words")
const terms = query => [...query.querySelectorAll(".term")]
const sent = new WeakMap() // field → what it said when it was sent
const waits = new WeakMap()

const whole = query => [...terms(query).map(each => each.dataset.term), fieldOf(query).value.trim()].filter(Boolean).join(" ")

function send(query) {
  const field = fieldOf(query)
  clearTimeout(waits.get(query))
  close(field)
  query.querySelector(".whole").value = whole(query)
  sent.set(field, field.value)
  query.closest("form").requestSubmit()
}

// The piece of the text that the caret stands in: blanks inside quotes belong to it.
function piece(field) {
  const text = field.value.slice(0, field.selectionStart ?? field.value.length)
  const begin = text.length - (/(?:[^\s"]|"(?:[^"\\]|\\.)*"?)*$/.exec(text)?.[0].length ?? 0)
  return { begin, end: text.length, text: text.slice(begin) }
}

const quoted = value => value === "" || /^["<>=]|[\s,]/.test(value) ? `"${value.replace(/[\\"]/g, "\\$&")}"` : value

async function suggest(query) {
  const field = fieldOf(query)
  const list = listOf(field)
  const words = JSON.parse(query.dataset.vocabulary)
  const { text } = piece(field)
  const [, minus, key, rest] = /^(-?)(?:([\w.-]+):)?(.*)$/s.exec(text)
  const known = key && words.find(each => each.key.toLowerCase() === key.toLowerCase())
  let found = []
  if (known) {
    const last = rest.slice(known.many ? rest.lastIndexOf(",") + 1 : 0).replace(/^"|"$/g, "").toLowerCase()
    found = known.values.filter(each => each.toLowerCase().includes(last)).map(each => option(each, { hint: "" }))
    if (known.ask && query.dataset.url) {
      clearTimeout(waits.get(query))
      await new Promise(done => waits.set(query, setTimeout(done, 150)))
      const url = new URL(query.dataset.url, location.href)
      url.searchParams.set("key", known.key)
      url.searchParams.set("q", last)
      try {
        const answer = await ask(query, url)
        if (!answer || !field.matches(":focus")) return
        found = [...answer.querySelectorAll('[role="option"]')]
      } catch {
        found = [note("No suggestions now. Type the value and press Enter.")]
      }
    }
    for (const each of found) each.dataset.kind = "value"
  } else if (!key) {
    found = words.filter(each => each.key.toLowerCase().startsWith(rest.toLowerCase())).map(each => {
      const shown = each.key.endsWith(".") ? each.key : `${each.key}:` // of an open key the rest is still to be typed
      const made = option(minus + shown, { text: shown, hint: each.hint })
      made.dataset.kind = "key"
      return made
    })
  }
  list.replaceChildren(...found.slice(0, 50))
  if (found.length && field.matches(":focus")) open(field)
  else close(field)
}

function accept(query, picked) {
  const field = fieldOf(query)
  const { begin, end, text } = piece(field)
  if (picked.dataset.kind === "key") {
    field.setRangeText(picked.dataset.value, begin, end, "end")
    return suggest(query)
  }
  const colon = text.indexOf(":") + 1
  const kept = text.slice(0, Math.max(colon, text.lastIndexOf(",") + 1))
  field.setRangeText(kept + quoted(picked.dataset.value), begin, end, "end")
  send(query)
}

document.addEventListener("focusin", ({ target }) => { if (target.matches?.(".words") && queryOf(target) && target.value === "") suggest(queryOf(target)) })
document.addEventListener("input", ({ target }) => { if (target.matches?.(".words") && queryOf(target)) suggest(queryOf(target)) })
document.addEventListener("focusout", ({ target }) => { if (target.matches?.(".words")) close(target) })

document.addEventListener("keydown", event => {
  const query = event.target.matches?.(".words") && queryOf(event.target)
  if (!query || event.isComposing) return
  const field = event.target
  if (event.key === "ArrowDown" && !isOpen(field)) { event.preventDefault(); return void suggest(query) }
  if (isOpen(field) && moved(event, field)) return
  if ((event.key === "Enter" || event.key === "Tab") && isOpen(field) && active(field)) { event.preventDefault(); return accept(query, active(field)) }
  if (event.key === "Enter") { event.preventDefault(); return send(query) }
  if (event.key === "Escape" && isOpen(field)) { event.preventDefault(); return close(field) }
  // Backspace at the beginning takes the last term back, to be changed.
  if (event.key === "Backspace" && field.selectionStart === 0 && field.selectionEnd === 0) {
    const last = terms(query).at(-1)
    if (!last) return
    event.preventDefault()
    edit(query, last)
  }
}, true)

function edit(query, term) {
  const field = fieldOf(query)
  field.value = [field.value.trim(), term.dataset.term].filter(Boolean).join(" ")
  term.remove()
  field.focus()
  field.setSelectionRange(field.value.length, field.value.length)
  suggest(query)
}

document.addEventListener("click", event => {
  const picked = event.target.closest?.('.listbox [role="option"]')
  const owner = picked && document.querySelector(`.words[aria-controls="${CSS.escape(picked.closest(".listbox").id)}"]`)
  if (owner) return accept(queryOf(owner), picked)
  const term = event.target.closest?.(".query .term")
  const query = term && queryOf(term)
  if (!query) {
    if (event.target.matches?.("[data-vocabulary]")) fieldOf(event.target).focus()
    return
  }
  if (event.target.closest("a")) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    term.remove()
    fieldOf(query).focus()
    send(query)
  } else edit(query, term)
})

// After an answer the field says what the server made of it, unless somebody has typed on.
document.addEventListener("htmx:after:swap", () => {
  for (const field of document.querySelectorAll("[data-vocabulary] .words")) {
    if (!sent.has(field) || sent.get(field) !== field.value) continue
    sent.delete(field)
    field.value = field.getAttribute("value") ?? ""
  }
})
