// Times that tick: <time data-relative datetime="…"> reads "3m ago", <time data-since="…"> a growing duration,
// <time data-until="…"> a shrinking one. The words are those of Crucible.Ui.Text.Durations.

const pad = n => String(n).padStart(2, "0")

/** Two units at most: 38s, 2m 40s, 1h 12m, 3d 04h. */
export function duration(seconds) {
  const s = Math.max(0, Math.floor(seconds))
  if (s < 60) return `${s}s`
  if (s < 3600) return `${Math.floor(s / 60)}m ${pad(s % 60)}s`
  if (s < 86400) return `${Math.floor(s / 3600)}h ${pad(Math.floor((s % 3600) / 60))}m`
  return `${Math.floor(s / 86400)}d ${pad(Math.floor((s % 86400) / 3600))}h`
}

/** What an estimate may claim: 38s, 46m, 1h 25m. */
export const rough = seconds => seconds >= 60 && seconds < 3600 ? `${Math.floor(seconds / 60)}m` : duration(seconds)

/** One unit: just now, 38s ago, 3m ago, 5h ago, 12d ago; null when it is long enough ago to show the date. */
export function ago(seconds) {
  const late = seconds < 0
  const s = Math.floor(Math.abs(seconds))
  if (s < 10) return "just now"
  const text = s < 60 ? `${s}s` : s < 3600 ? `${Math.floor(s / 60)}m` : s < 86400 ? `${Math.floor(s / 3600)}h` : s < 60 * 86400 ? `${Math.floor(s / 86400)}d` : null
  return text && (late ? `in ${text}` : `${text} ago`)
}

// The page may sit on a machine whose clock is off: the server says its time once, in <meta name="now">.
const off = Date.parse(document.querySelector('meta[name="now"]')?.content ?? "") - Date.now()
const skew = Math.abs(off) > 2000 ? off : 0

function tick() {
  if (document.hidden) return
  const now = Date.now() + skew
  for (const each of document.querySelectorAll("time[data-relative], time[data-since], time[data-until]")) {
    const text = "relative" in each.dataset
      ? ago((now - Date.parse(each.dateTime)) / 1000)
      : "since" in each.dataset
        ? duration((now - Date.parse(each.dataset.since)) / 1000)
        : rough((Date.parse(each.dataset.until) - now) / 1000)
    if (text && text !== each.textContent) each.textContent = text
  }
}

setInterval(tick, 1000)
document.addEventListener("visibilitychange", tick)
