// Drawers: a link with data-drawer="id" opens the page it leads to in the dialog of that id, and its address becomes the
// page's. Back, Esc, the cross and a click beside it close it; the browser returns the focus to the link.
import htmx from "./htmx.js"

let leaving = false // the drawer closes because the address already changed
let returning = false // this script goes back in the history itself

async function show(id, url) {
  const drawer = document.getElementById(id)
  if (!drawer) return location.assign(url)
  try {
    const answer = await fetch(url, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(15_000) })
    const page = new DOMParser().parseFromString(await answer.text(), "text/html")
    const fresh = page.getElementById(id)
    if (!answer.ok || !fresh?.hasAttribute("open")) return location.assign(url)
    drawer.replaceChildren(...fresh.childNodes)
    drawer.dataset.address = fresh.dataset.address
  } catch {
    return location.assign(url)
  }
  htmx.process(drawer)
  if (!drawer.open) drawer.showModal()
  drawer.querySelector("[autofocus], .body a, .body button, .body input")?.focus({ focusVisible: false })
}

document.addEventListener("click", event => {
  const link = event.target.closest?.("a[data-drawer]")
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
  event.preventDefault()
  history.pushState({ drawer: link.dataset.drawer }, "", link.href)
  show(link.dataset.drawer, link.href)
})

// The cross is a link, for pages without script; data-closes closes the dialog, and this keeps the link from leading away.
document.addEventListener("click", event => { if (event.target.closest?.("dialog.drawer:modal a[data-closes]")) event.preventDefault() })

document.addEventListener("close", ({ target }) => {
  if (!target.matches?.("dialog.drawer")) return
  if (history.state?.drawer === target.id) {
    returning = true
    setTimeout(() => { returning = false }, 200)
    history.back()
  } else if (!leaving && target.dataset.address) history.replaceState(history.state, "", target.dataset.address)
  leaving = false
}, true)

addEventListener("popstate", ({ state }) => {
  const open = document.querySelector("dialog.drawer:modal")
  if (state?.drawer) show(state.drawer, location.href)
  else if (open) {
    leaving = returning = true
    setTimeout(() => { returning = false }, 200)
    open.close()
  }
})
// Back from a drawer only closes it; htmx would load the whole page anew.
document.addEventListener("htmx:before:history:restore", event => { if (returning) event.preventDefault() })

// A page that came with an open drawer: over the page, as one that was opened by hand.
function adopt() {
  for (const drawer of document.querySelectorAll("dialog.drawer[open]:not(:modal)")) { drawer.removeAttribute("open"); drawer.showModal() }
}
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", adopt)
else adopt()
