// Theme and rail. The server writes both it knows of on <html> and .app, so nothing flashes; the choice of the
// theme is kept with the person, the width of the rail with the browser.
import htmx from "./htmx.js"

const root = document.documentElement
const order = ["auto", "light", "dark"]
const words = { auto: "as the system", light: "light", dark: "dark" }

function show(button, theme) {
  button.dataset.choice = theme
  const next = order[(order.indexOf(theme) + 1) % order.length]
  const text = `Theme: ${words[theme]}. Switch to ${words[next]}`
  button.title = text
  button.setAttribute("aria-label", text)
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-theme-toggle]")
  if (!button) return
  const theme = order[(order.indexOf(root.dataset.theme) + 1) % order.length]
  root.dataset.theme = theme
  for (const each of document.querySelectorAll("[data-theme-toggle][data-choice]")) show(each, theme)
  htmx.ajax("POST", "/account/theme", { source: button, swap: "none", values: { theme } })
})

// The rail: the stored choice is applied before the first paint, because this script is loaded in the head.
const key = "crucible.rail"
const app = () => document.querySelector(".app")

function applyRail() {
  const kept = localStorage.getItem(key)
  if (kept && app()) app().dataset.rail = kept
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-rail-toggle]")
  if (!button) return
  const narrow = button.getBoundingClientRect().width < 80
  const choice = narrow ? "wide" : "narrow"
  localStorage.setItem(key, choice)
  applyRail()
  button.setAttribute("aria-expanded", String(choice === "wide"))
})

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", applyRail)
applyRail()
