// Log views: search, levels, following the end, the address of a line, and lines that come as an event.
const levels = ["trace", "debug", "info", "warn", "error", "fatal"]
const viewOf = element => element.closest?.(".logview")
const scrollerOf = view => view.querySelector(".log")
const paused = new Set() // ids of the views whose reader scrolled up; kept here, since a morph rewrites the page
const follows = view => view.querySelector("[data-log-follow]") !== null && !paused.has(view.id)

function follow(view, on) {
  if (on) paused.delete(view.id)
  else paused.add(view.id)
  view.querySelector("[data-log-follow]").setAttribute("aria-pressed", String(on))
}

function toEnd(view) {
  const scroller = scrollerOf(view)
  scroller.scrollTop = scroller.scrollHeight
}

function sift(view, lines = view.querySelectorAll(".log li")) {
  const text = view.querySelector("[data-log-search]").value.toLowerCase()
  const least = levels.indexOf(view.querySelector("[data-log-level]").value)
  for (const line of lines) line.hidden = (text !== "" && !line.lastElementChild.textContent.toLowerCase().includes(text)) || (least >= 0 && levels.indexOf(line.dataset.level) < least)
  const all = view.querySelectorAll(".log li").length
  const left = view.querySelectorAll(".log li:not([hidden])").length
  view.querySelector("[data-log-found]").textContent = all === left ? "" : `${left} of ${all}`
  view.querySelector("[data-log-none]").hidden = all === 0 || left > 0
  paint(view, text)
}

// Marks what was found without touching the lines, so that a morph finds them as the server wrote them.
function paint(view, text) {
  if (!("highlights" in CSS)) return
  const found = new Highlight()
  CSS.highlights.set("found", found)
  if (text.length < 2) return
  for (const line of view.querySelectorAll(".log li:not([hidden])")) {
    if (found.size >= 500) return
    const walk = document.createTreeWalker(line.lastElementChild, NodeFilter.SHOW_TEXT)
    for (let node = walk.nextNode(); node; node = walk.nextNode())
      for (let at = node.data.toLowerCase().indexOf(text); at >= 0; at = node.data.toLowerCase().indexOf(text, at + text.length))
        found.add(new StaticRange({ startContainer: node, startOffset: at, endContainer: node, endOffset: at + text.length }))
  }
}

document.addEventListener("input", ({ target }) => { if (target.matches?.("[data-log-search], [data-log-level]")) sift(viewOf(target)) })
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-log-follow]")
  if (!button) return
  const view = viewOf(button)
  follow(view, !follows(view))
  if (follows(view)) toEnd(view)
})

// Scrolling up lets go; reaching the end follows again. A scroll by this script ends at the end, so it changes nothing.
document.addEventListener("scroll", ({ target }) => {
  const view = target.matches?.(".log") ? viewOf(target) : null
  if (!view?.querySelector("[data-log-follow]")) return
  const atEnd = target.scrollHeight - target.scrollTop - target.clientHeight < 24
  if (atEnd !== follows(view)) follow(view, atEnd)
}, true)

// log-lines {log, html}: lines that the server rendered, each added once.
document.addEventListener("log-lines", ({ detail }) => {
  const { log, html } = JSON.parse(detail.data)
  const list = document.getElementById(`${log}-lines`)
  const view = list && viewOf(list)
  if (!view) return
  const came = [...new DOMParser().parseFromString(`<ol>${html}</ol>`, "text/html").querySelectorAll("li")].filter(line => !document.getElementById(line.id))
  list.append(...came)
  view.querySelector(":scope > .none:not([data-log-none])")?.remove()
  sift(view, came)
  if (follows(view)) toEnd(view)
})

function settle() {
  for (const view of document.querySelectorAll(".logview")) {
    const { value } = view.querySelector("[data-log-search]")
    if (value || view.querySelector("[data-log-level]").value) sift(view)
    if (paused.has(view.id)) follow(view, false)
    if (follows(view) && !location.hash.startsWith(`#${view.id}-L`)) toEnd(view)
  }
}
document.addEventListener("htmx:after:swap", settle)
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", settle)
else settle()
