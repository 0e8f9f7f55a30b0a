// Menus and dialogs. Both are the browser's own (popover, <dialog>); this adds arrow keys inside a menu, data-opens
// and data-closes for dialogs, a menu on right-click, and the return of the focus.

const items = menu => [...menu.querySelectorAll("a, button, label")].filter(each => !each.disabled && each.checkVisibility())

function move(list, from, step) {
  if (list.length) focusable(list.at((from + step + list.length) % list.length)).focus()
}
/** Moves the focus into a menu that is open, unless it is there. Openings are told late: whoever opens one by a key does not wait, or the next key goes astray. */
export function enter(menu) {
  if (!menu.contains(document.activeElement)) (menu.querySelector("[autofocus]") ?? (items(menu)[0] && focusable(items(menu)[0])))?.focus({ focusVisible: false })
}
const focusable = item => item.matches("label") ? item.querySelector("input") ?? item : item

document.addEventListener("keydown", event => {
  const menu = event.target.closest?.(".menu[popover]")
  if (menu && !event.target.matches('input:not([type="checkbox"], [type="radio"])')) {
    const list = items(menu)
    const at = list.findIndex(each => each === event.target || each.contains(event.target))
    const steps = { ArrowDown: 1, ArrowUp: -1 }
    if (steps[event.key]) { event.preventDefault(); move(list, at, steps[event.key]) }
    if (event.key === "Home") { event.preventDefault(); move(list, 0, 0) }
    if (event.key === "End") { event.preventDefault(); move(list, -1, 0) }
    return
  }
  // Arrow down on the button opens its menu, as a select would.
  const opener = event.target.closest?.("[popovertarget]")
  const opened = opener && event.key === "ArrowDown" && document.getElementById(opener.getAttribute("popovertarget"))
  if (opened) {
    event.preventDefault()
    if (!opened.matches(":popover-open")) opened.showPopover({ source: opener })
    if (opened.matches(".menu")) enter(opened)
  }

  // Tabs that are buttons; those that are links keep the browser's way.
  const tab = event.target.closest?.('[role="tab"]')
  if (tab && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
    const tabs = [...tab.closest('[role="tablist"]').querySelectorAll('[role="tab"]')]
    const next = tabs.at((tabs.indexOf(tab) + (event.key === "ArrowRight" ? 1 : -1) + tabs.length) % tabs.length)
    next.focus()
    next.click()
  }
})

document.addEventListener("toggle", event => {
  const menu = event.target
  if (!menu.matches?.(".menu[popover]")) return
  const opener = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`)
  opener?.setAttribute("aria-expanded", String(event.newState === "open"))
  if (event.newState === "open") enter(menu)
}, true)

document.addEventListener("click", event => {
  const opens = event.target.closest?.("[data-opens]")
  if (opens) document.getElementById(opens.dataset.opens)?.showModal()
  const closes = event.target.closest?.("[data-closes]")
  if (closes) closes.closest("dialog")?.close()
  // A click beside the dialog closes it.
  if (event.target.matches?.("dialog[open]") && !event.target.dataset.keep) {
    const box = event.target.getBoundingClientRect()
    if (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom) event.target.close()
  }
  // What was chosen closes its menu, except where several may be chosen.
  const chosen = event.target.closest?.(".menu[popover] :is(a, button)")
  if (chosen && !chosen.hasAttribute("data-stay")) chosen.closest(".menu").hidePopover()
  const tab = event.target.closest?.('[role="tab"][aria-controls]')
  if (tab) for (const each of tab.closest('[role="tablist"]').querySelectorAll('[role="tab"]')) {
    const current = each === tab
    each.setAttribute("aria-selected", String(current))
    each.tabIndex = current ? 0 : -1
    document.getElementById(each.getAttribute("aria-controls"))?.toggleAttribute("hidden", !current)
  }
})

// data-menu="id": that menu also opens on right-click (and the menu key), where the pointer is.
document.addEventListener("contextmenu", event => {
  const owner = event.target.closest?.("[data-menu]")
  const menu = owner && document.getElementById(owner.dataset.menu)
  if (!menu || event.target.closest("a, input, textarea") || getSelection()?.toString()) return
  event.preventDefault()
  menu.showPopover()
  menu.style.setProperty("position-area", "none")
  menu.style.inset = `${Math.min(event.clientY, innerHeight - menu.offsetHeight - 8)}px auto auto ${Math.min(event.clientX, innerWidth - menu.offsetWidth - 8)}px`
  // The opening itself is told late, too; only the closing puts the menu back under its button.
  menu.addEventListener("toggle", function back({ newState }) {
    if (newState !== "closed") return
    menu.removeEventListener("toggle", back)
    menu.style.inset = ""
    menu.style.removeProperty("position-area")
  })
})

// Confirmation of what cannot be undone: the button stays off until the name stands in the field.
document.addEventListener("input", event => {
  const field = event.target.closest?.("[data-confirms]")
  if (field) field.closest("dialog, form").querySelector("[data-confirmed]").disabled = field.value.trim() !== field.dataset.confirms
})

// An address may name what is to be opened on its page, as actions of the palette do: /experiments#experiment-new
function openNamed() {
  const named = location.hash.length > 1 && document.getElementById(location.hash.slice(1))
  if (named?.popover && !named.matches(":popover-open")) named.showPopover({ source: document.querySelector(`[popovertarget="${CSS.escape(named.id)}"]`) ?? undefined })
}

addEventListener("hashchange", openNamed)
addEventListener("DOMContentLoaded", openNamed)
