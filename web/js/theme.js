// Theme and rail. The server writes both on <html> and .app, so nothing flashes; both are kept with the person.
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

function apply(theme) {
  root.dataset.theme = theme
  for (const each of document.querySelectorAll("[data-theme-toggle][data-choice]")) show(each, theme)
}

// What the server says was chosen, by whatever way.
document.addEventListener("theme", ({ detail }) => { if (order.includes(detail.theme)) apply(detail.theme) })

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-theme-toggle]")
  if (!button) return
  const theme = order[(order.indexOf(root.dataset.theme) + 1) % order.length]
  apply(theme)
  htmx.ajax("POST", "/account/theme", { source: button, swap: "none", values: { theme } })
})

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-rail-toggle]")
  if (!button) return
  const rail = button.getBoundingClientRect().width < 80 ? "wide" : "narrow"
  document.querySelector(".app").dataset.rail = rail
  button.setAttribute("aria-expanded", String(rail === "wide"))
  htmx.ajax("POST", "/account/rail", { source: button, swap: "none", values: { rail } })
})
