// Regions fetch themselves again: an element with hx-get, hx-trigger="refresh" and a morphing swap. Asked many
// times, a region asks the server once, and once more for what came while it was on its way.

const waiting = new Map() // element → timer
const underWay = new Map() // element → whether it was asked again meanwhile
const debounce = 150

/** Every region of the page. */
export const regions = (within = document) => within.querySelectorAll('[hx-get][hx-trigger~="refresh"]')

/** The region that an element belongs to. */
export const regionOf = element => element.closest('[hx-get][hx-trigger~="refresh"]')

/** Asks a region to fetch itself again, soon. */
export function refresh(region) {
  if (!region || waiting.has(region)) return
  if (underWay.has(region)) return void underWay.set(region, true)
  waiting.set(region, setTimeout(() => send(region), debounce))
}

function send(region) {
  waiting.delete(region)
  if (!region.isConnected) return
  underWay.set(region, false)
  // Should no answer ever be reported, the region must not stay deaf.
  const late = setTimeout(() => finish(region), 20_000)
  region.addEventListener("htmx:finally:request", () => { clearTimeout(late); finish(region) }, { once: true })
  // It does not bubble: an outer region must not fetch because an inner one does.
  region.dispatchEvent(new CustomEvent("refresh", { bubbles: false, detail: {} }))
}

function finish(region) {
  const again = underWay.get(region)
  underWay.delete(region)
  if (again) refresh(region)
}
