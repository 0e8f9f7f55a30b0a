// What the attributes of a plot say, and where things lie on it.

export const plots = (within = document) => [...within.querySelectorAll(".plot[data-plot]")]

/** The stated scale of a plot; places are 0 to 1 from the left and from the top. */
export function scaleOf(plot) {
  const { x0, x1, y0, y1, log, logx, zoomed, x, xName } = plot.dataset
  const [left, right, low, high] = [x0, x1, y0, y1].map(Number)
  const by = logarithmic => value => (logarithmic ? (value > 0 ? Math.log10(value) : -Infinity) : value)
  const [h, v] = [by(logx !== undefined), by(log !== undefined)]
  return {
    left, right, low, high, axis: x, name: xName, zoomed: zoomed !== undefined,
    x: value => (h(value) - h(left)) / (h(right) - h(left)),
    y: value => 1 - (v(value) - v(low)) / (v(high) - v(low)),
    // The value at a height, the other way round.
    height: share => log !== undefined ? low * (high / low) ** (1 - share) : Math.abs(high - low) < Infinity ? low + (1 - share) * (high - low) : low * share + high * (1 - share),
    value: share => logx !== undefined ? left * (right / left) ** share : left + share * (right - left),
  }
}

const known = new WeakMap() // line → {path, points}: parsed once for each drawing

/** Whether two plots count the same along. */
export const alike = (one, other) => one.axis === other.axis && one.name === other.name

// A line that is one of many states no points: its path says where they are, to a ten-thousandth of the scale.
function traced(line, path) {
  const scale = scaleOf(line.closest(".plot"))
  const points = []
  let x = 0, y = 0, verb = "M", held = null
  for (const [token] of path.matchAll(/[MLl]|-?(?:\d+\.?\d*|\.\d+)/g)) {
    if (/[MLl]/.test(token)) { verb = token; held = null; continue }
    if (held === null) { held = Number(token); continue }
    if (verb === "l") { x += held; y += Number(token) } else { x = held; y = Number(token) }
    held = null
    if (verb === "M") { if (points.length) points.push({ x: scale.value(x / 1000), y: NaN, smooth: NaN, at: 0 }); verb = "L" }
    const value = scale.height(y / 1000)
    points.push({ x: scale.value(x / 1000), y: value, smooth: value, at: 0 })
  }
  return points
}

/** The points of a line as {x, y, smooth, at}; grows while points are appended, is read anew after a morph. */
export function pointsOf(line) {
  const path = line.querySelector(".line").getAttribute("d")
  const kept = known.get(line)
  if (kept?.path === path) return kept.points
  const points = line.dataset.points === undefined ? traced(line, path) : line.dataset.points.split(";").filter(Boolean).map(text => {
    const [x, y, smooth, at] = text.split(" ")
    return { x: Number(x), y: Number(y), smooth: smooth === "-" ? Number(y) : Number(smooth), at: Number(at ?? 0) }
  })
  known.set(line, { path, points })
  return points
}

/** Says that what we drew ourselves is no reason to read the points anew. */
export function redrawn(line) {
  const kept = known.get(line)
  if (kept) kept.path = line.querySelector(".line").getAttribute("d")
}

/** The point nearest to x that has a value; null when the line does not reach there. */
export function nearest(points, x) {
  if (!points.length) return null
  let low = 0, high = points.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (points[middle].x < x) low = middle
    else high = middle
  }
  const best = Math.abs(points[low].x - x) <= Math.abs(points[high].x - x) ? low : high
  const spacing = points.length > 1 ? (points.at(-1).x - points[0].x) / (points.length - 1) : Infinity
  const found = points[best]
  return Math.abs(found.x - x) > Math.max(spacing * 2, 1e-9) && (x < points[0].x || x > points.at(-1).x) ? null : found
}
