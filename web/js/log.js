// Log views: search, levels, following the end, the address of a line, lines that come as an event, and older ones that
// are fetched when somebody scrolls up.
const levels = ["trace", "debug", "info", "warn", "error", "fatal"]
const viewOf = element => element.closest?.(".logview")
const scrollerOf = view => view.querySelector(".log")
const paused = new Set() // ids of the views whose reader scrolled up; kept here, since a morph rewrites the page
const follows = view => view.querySelector("[data-log-follow]") !== null && !paused.has(view.id)

function follow(view, on) {
  if (on) paused.delete(view.id)
  else paused.add(view.id)
  view.querySelector("[data-log-follow]").setAttribute("aria-pressed", String(on))
  if (on && "logGap" in view.dataset) end(view)
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
  const view = target.matches?.(".log") && viewOf(target)
  if (!view) return
  if (target.scrollTop < 200) older(view)
  if (!view.querySelector("[data-log-follow]")) return
  const atEnd = target.scrollHeight - target.scrollTop - target.clientHeight < 24
  if (atEnd !== follows(view)) follow(view, atEnd)
}, true)

const read = html => [...new DOMParser().parseFromString(`<ol>${html}</ol>`, "text/html").querySelectorAll("li")].filter(line => !document.getElementById(line.id))
const listOf = view => view.querySelector(".log ol")
const numberOf = line => Number(line?.id.split("-L").at(-1) ?? 0)
const most = 3000 // lines that stay in the page while it follows the end of a log whose older lines can be fetched again

function add(view, came) {
  listOf(view).append(...came)
  view.querySelectorAll(":scope > .none:not([data-log-none]), :scope > .none-yet").forEach(each => each.remove())
  sift(view, came)
  if (!follows(view)) return
  const lines = listOf(view).children
  if (view.dataset.logOlder) while (lines.length > most) lines[0].remove()
  toEnd(view)
}

// With the words and the level that are looked for, which the server sifts by as well.
async function lines(view, address) {
  const sought = new URLSearchParams({ q: view.querySelector("[data-log-search]").value, level: view.querySelector("[data-log-level]").value })
  const answer = await fetch(`${address}&${sought}`, { headers: { "HX-Request": "true" } })
  return answer.ok ? read(await answer.text()) : []
}

const underWay = new Set() // ids of the views that fetch older lines
async function older(view) {
  const first = view.querySelector(".log li")
  if (!view.dataset.logOlder || !first || view.dataset.logFirst === first.id || underWay.has(view.id)) return
  underWay.add(view.id)
  try {
    const came = await lines(view, view.dataset.logOlder + numberOf(first))
    if (!came.length) return void (view.dataset.logFirst = first.id)
    // What is being read stays where it is.
    const scroller = scrollerOf(view)
    const below = scroller.scrollHeight - scroller.scrollTop
    listOf(view).prepend(...came)
    scroller.scrollTop = scroller.scrollHeight - below
  } finally { underWay.delete(view.id) }
}

// log-greeting {log, next}: a page that was away asks for what it missed.
document.addEventListener("log-greeting", async ({ detail }) => {
  const { log, next } = JSON.parse(detail.data)
  const view = document.getElementById(log)
  if (!view?.dataset.logNewer) return
  const last = numberOf(view.querySelector(".log li:last-child"))
  if (last < next - 1) add(view, await lines(view, view.dataset.logNewer + last))
})

// log-behind {log}: more came at once than are sent, so the end is drawn anew; for who reads further up, when they go there.
document.addEventListener("log-behind", ({ detail }) => {
  const view = document.getElementById(JSON.parse(detail.data).log)
  if (!view?.dataset.logOlder) return
  if (follows(view)) end(view)
  else view.dataset.logGap = ""
})

async function end(view) {
  delete view.dataset.logGap
  const came = await lines(view, view.dataset.logOlder + Number.MAX_SAFE_INTEGER)
  if (numberOf(came[0]) > numberOf(view.querySelector(".log li:last-child")) + 1) listOf(view).replaceChildren()
  add(view, came)
}

// log-lines {log, html}: lines that the server rendered, each added once.
document.addEventListener("log-lines", ({ detail }) => {
  const { log, html } = JSON.parse(detail.data)
  const list = document.getElementById(`${log}-lines`)
  const view = list && viewOf(list)
  if (view && !("logGap" in view.dataset)) add(view, read(html))
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
