// The page of a run: last values in the table of metrics, and the word that somebody else changed the note.
const { metric, refresh } = globalThis.crucible ?? {}

// points {run, series: {key: [[step, at, value], …]}, stale}: what is in sight changes at once, extremes and courses soon.
let soon = 0
document.addEventListener("points", ({ detail }) => {
  const { run, series = {} } = JSON.parse(detail.data)
  const region = document.querySelector(`[data-live-metrics="${run}"]`)
  if (!region) return
  for (const cell of region.querySelectorAll("data[data-metric]")) {
    const point = series[cell.dataset.metric]?.at(-1)
    if (!point) continue
    const text = metric(Number(point[2]))
    if (cell.textContent !== text) cell.textContent = text
    cell.value = String(point[2])
    if (cell.nextElementSibling) cell.nextElementSibling.textContent = point[0].toLocaleString("en")
  }
  soon ||= setTimeout(() => { soon = 0; refresh(document.querySelector(`[data-live-metrics="${run}"]`)) }, 3000)
})

// note-changed {note, by}: whoever has it open in the editor goes on, and knows.
document.addEventListener("note-changed", ({ detail }) => {
  const { note, by } = JSON.parse(detail.data)
  const word = document.querySelector(`[data-note="${note}"] [data-note-changed]`)
  if (!word) return
  word.textContent = `${by} changed this note while you were writing. Saving shows both.`
  word.hidden = false
})
