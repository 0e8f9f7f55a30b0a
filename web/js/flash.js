// A value that changed flashes softly: [data-flash] elements that say something else after a swap. An element is known
// by the id it stands in and its place there (or its data-flash="name"), so it may be morphed or replaced.
const calm = matchMedia("(prefers-reduced-motion: reduce)")
const glow = [{ backgroundColor: "color-mix(in oklab, var(--accent) 30%, transparent)" }, { backgroundColor: "transparent" }]
let said = new Map()

function look() {
  const now = new Map()
  const counts = new Map()
  for (const element of document.querySelectorAll("[data-flash]")) {
    const owner = element.closest("[id]")?.id ?? ""
    const place = counts.get(owner) ?? 0
    counts.set(owner, place + 1)
    const key = `${owner}/${element.dataset.flash || place}`
    const text = element.textContent.trim()
    now.set(key, text)
    // Animated through the API, since a class would be taken away by the next morph.
    if (said.has(key) && said.get(key) !== text && !calm.matches) element.animate(glow, { duration: 1200, easing: "ease-out" })
  }
  said = now
}

let soon
document.addEventListener("htmx:after:swap", () => { cancelAnimationFrame(soon); soon = requestAnimationFrame(look) })
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", look)
else look()
