// Small pieces that the read-outs are made of.

export const element = (name, text) => Object.assign(document.createElement(name), { textContent: text })

export function key(series) {
  const box = document.createElement("template")
  box.innerHTML = '<svg class="key" viewBox="0 0 18 8" aria-hidden="true"><line x1="0" y1="4" x2="18" y2="4"/></svg>'
  const made = box.content.firstElementChild
  made.dataset.series = series
  return made
}

/** Puts the read-out beside a place (0 to 1 from the left) and a height (pixels from the top). */
export function place(out, x, top) {
  out.style.setProperty("--x", `${x * 100}%`)
  out.style.setProperty("--y", `${top}px`)
  if (x > 0.62) out.dataset.side = "left"
  else delete out.dataset.side
}
