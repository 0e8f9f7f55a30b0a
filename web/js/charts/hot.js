// The line that somebody points at stands out, in every plot that shows its run; a click on it, or Enter, leads to the run.
import { plots } from "./plot.js"

let hot = null // the run
let leaving = 0

/** The run whose lines stand out. */
export const hottest = () => hot

/** Makes the lines of a run stand out everywhere; null makes all equal again. */
export function emphasise(run) {
  if (run === hot) return
  hot = run
  for (const plot of plots()) {
    let any = false
    for (const line of plot.querySelectorAll("g[data-line]")) {
      const mine = run !== null && line.dataset.run === run
      line.toggleAttribute("data-hot", mine)
      any ||= mine
    }
    plot.toggleAttribute("data-heated", any)
  }
  for (const row of document.querySelectorAll("[data-picked]")) row.toggleAttribute("data-hot", row.dataset.picked === run)
}

/** A line of a plot is pointed at; null for none of it. */
export function heat(plot, line) {
  const was = plot.querySelector("g[data-line][data-hot]")
  if (!line && !was) return
  if (line?.dataset.run || !line) return void ((line || plot.hasAttribute("data-pointed")) && (plot.toggleAttribute("data-pointed", !!line?.dataset.url), emphasise(line?.dataset.run ?? null)))
  // The mean of a group belongs to no run.
  if (was === line) return
  was?.removeAttribute("data-hot")
  line.toggleAttribute("data-hot", true)
  plot.toggleAttribute("data-heated", true)
}

function follow(plot) {
  const url = plot.querySelector("g[data-line][data-hot]")?.dataset.url
  if (url) location.assign(url)
}

let pressed = null
document.addEventListener("pointerdown", event => { pressed = [event.clientX, event.clientY] }, true)
document.addEventListener("click", event => {
  const plot = event.target.closest?.(".plot[data-plot][data-pointed]")
  if (!plot || event.button !== 0 || !pressed || Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) > 4) return
  // A second click means the zoom and not the run.
  clearTimeout(leaving)
  if (event.detail === 1) leaving = setTimeout(follow, 280, plot)
})
document.addEventListener("dblclick", () => clearTimeout(leaving))
document.addEventListener("keydown", event => { if (event.key === "Enter" && event.target.matches?.(".plot[data-plot][data-pointed]")) follow(event.target) })
