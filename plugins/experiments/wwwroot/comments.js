// Comments in a drawer over any page, and the names that are completed while somebody writes one. Loaded by experiments.js
// with the first link to comments; without script the links lead to the page of comments.
const sheet = new URL("./comments.css", import.meta.url).href
if (![...document.styleSheets].some(each => each.href?.split("?")[0] === sheet)) document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: sheet }))

let drawer
function made() {
  if (drawer?.isConnected) return drawer
  drawer = document.createElement("dialog")
  drawer.className = "drawer"
  drawer.id = "comments"
  drawer.setAttribute("aria-labelledby", "comments-title")
  const head = document.createElement("header")
  const title = Object.assign(document.createElement("h2"), { id: "comments-title", textContent: "Comments" })
  const spring = Object.assign(document.createElement("span"), { className: "spring" })
  const close = Object.assign(document.createElement("button"), { className: "btn", type: "button", title: "Close", textContent: "×" })
  close.dataset.kind = "quiet"
  close.dataset.closes = ""
  close.setAttribute("aria-label", "Close")
  head.append(title, spring, close)
  const body = Object.assign(document.createElement("div"), { className: "body" })
  drawer.append(head, body)
  drawer.addEventListener("close", () => mark(null))
  document.body.append(drawer)
  return drawer
}

// The address says that they are open, so that a link and a reload show them.
function mark(place) {
  const url = new URL(location.href)
  if (place === null) url.searchParams.delete("comments")
  else url.searchParams.set("comments", place)
  if (url.href !== location.href) history.replaceState(history.state, "", url)
}

async function show(href) {
  const url = new URL(href, location.href)
  const place = url.searchParams.get("place") || "all"
  url.searchParams.set("part", "thread")
  const within = made()
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(15_000) })
    if (!answer.ok) return location.assign(href)
    const page = new DOMParser().parseFromString(await answer.text(), "text/html")
    within.querySelector(".body").replaceChildren(...page.body.childNodes)
  } catch {
    return location.assign(href)
  }
  globalThis.htmx?.process(within)
  if (!within.open) within.showModal()
  within.querySelector("[autofocus], textarea")?.focus({ focusVisible: false })
  mark(place)
}

document.addEventListener("click", event => {
  const link = event.target.closest?.("a[data-comments]")
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0 || link.closest(".comments-page")) return
  event.preventDefault()
  show(link.href)
})

// Names after an @: a list under the text, arrows and Enter choose, Esc closes.
const word = area => {
  const before = area.value.slice(0, area.selectionStart)
  return /(?:^|[^\p{L}\p{N}_.@/])@([\p{L}\p{N}_.-]{0,40})$/u.exec(before)?.[1]
}
let asked = 0
let list
function close() { list?.remove(); list = null }

async function offer(area) {
  const typed = word(area)
  const mine = ++asked
  if (typed === undefined) return close()
  await new Promise(done => setTimeout(done, 120))
  if (mine !== asked) return
  const url = new URL(area.closest(".comments").dataset.people, location.href)
  url.searchParams.set("q", typed)
  let found = []
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(5000) })
    found = [...new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll('[role="option"]')]
  } catch { /* the text can be written without */ }
  if (mine !== asked || !area.isConnected) return
  close()
  if (!found.length) return
  list = Object.assign(document.createElement("ul"), { className: "mention-list", id: `${area.id}-people` })
  list.setAttribute("role", "listbox")
  list.setAttribute("aria-label", "People")
  list.append(...found)
  found.forEach((option, at) => { option.id = `${list.id}-${at}` })
  area.after(list)
  area.setAttribute("aria-controls", list.id)
  activate(area, found[0])
}

function activate(area, option) {
  for (const each of list.children) each.setAttribute("aria-selected", String(each === option))
  area.setAttribute("aria-activedescendant", option.id)
}

function take(area, option) {
  const at = area.selectionStart
  const start = at - (word(area)?.length ?? 0)
  area.setRangeText(`${option.dataset.value} `, start, at, "end")
  close()
  area.focus()
}

document.addEventListener("input", ({ target }) => { if (target.matches?.("textarea[data-mentions]")) offer(target) })
document.addEventListener("focusout", ({ target }) => { if (target.matches?.("textarea[data-mentions]")) setTimeout(close, 150) })
document.addEventListener("keydown", event => {
  const area = event.target
  if (!area.matches?.("textarea[data-mentions]")) return
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return area.form.requestSubmit()
  if (!list) return
  const all = [...list.children]
  const at = all.findIndex(each => each.getAttribute("aria-selected") === "true")
  if (event.key === "ArrowDown" || event.key === "ArrowUp") activate(area, all[(at + (event.key === "ArrowDown" ? 1 : all.length - 1)) % all.length])
  else if ((event.key === "Enter" || event.key === "Tab") && at >= 0) take(area, all[at])
  else if (event.key === "Escape") close()
  else return
  event.preventDefault()
  event.stopPropagation()
}, true)
document.addEventListener("mousedown", event => {
  const option = event.target.closest?.(".mention-list > [role=option]")
  if (!option) return
  event.preventDefault()
  take(option.closest(".field").querySelector("textarea"), option)
})

const wanted = new URL(location.href).searchParams.get("comments")
const link = document.querySelector(".run-head a[data-comments]")
if (wanted && link) {
  const url = new URL(link.href)
  if (wanted !== "all") url.searchParams.set("place", wanted)
  show(url.href)
}
