// A value that changed flashes softly: [data-flash] elements whose text differs after a swap. Morphs keep the node,
// so the node itself remembers what it said.
const seen = new WeakMap()

const calm = matchMedia("(prefers-reduced-motion: reduce)")

function look(element) {
  const text = element.textContent.trim()
  const before = seen.get(element)
  seen.set(element, text)
  if (before === undefined || before === text || calm.matches) return
  // Started anew through the API, since a class would be taken away by the next morph.
  element.animate([{ backgroundColor: "color-mix(in oklab, var(--accent) 30%, transparent)" }, { backgroundColor: "transparent" }], { duration: 1200, easing: "ease-out" })
}

const lookAll = () => document.querySelectorAll("[data-flash]").forEach(look)

let soon
document.addEventListener("htmx:after:swap", () => { cancelAnimationFrame(soon); soon = requestAnimationFrame(lookAll) })
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", lookAll)
else lookAll()
