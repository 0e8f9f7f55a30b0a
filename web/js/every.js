// A region with data-every="5" fetches itself again every five seconds while somebody sees the page.
import { refresh, regions } from "./regions.js"

const due = new Map() // id of a region → time of its next fetch

setInterval(() => {
  if (document.visibilityState !== "visible") return
  const now = performance.now()
  for (const region of regions()) {
    const every = Number(region.dataset.every) * 1000
    if (!every || !region.id) continue
    if (!due.has(region.id)) due.set(region.id, now + every)
    else if (due.get(region.id) <= now) {
      due.set(region.id, now + every)
      refresh(region)
    }
  }
}, 1000)
