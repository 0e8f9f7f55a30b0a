// The few icons that scripts draw themselves; every other one comes from the server.
const paths = {
  "st-completed": '<circle cx="8" cy="8" r="5.75"/><path d="m5.5 8.2 1.8 1.8 3.2-3.6"/>',
  "st-failed": '<circle cx="8" cy="8" r="5.75"/><path d="m6 6 4 4M10 6l-4 4"/>',
  "st-running": '<circle cx="8" cy="8" r="5.25"/><circle cx="8" cy="8" r="2.25" fill="currentColor" stroke="none"/>',
  undo: '<path d="M6 3 2.5 6.5 6 10M2.5 6.5h7a4 4 0 0 1 0 7H7"/>',
  x: '<path d="m4 4 8 8M12 4l-8 8"/>',
  check: '<path d="m3 8.5 3.2 3.2L13 5"/>',
}

/** An icon element, decorative. */
export function icon(name) {
  const box = document.createElement("template")
  box.innerHTML = `<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">${paths[name] ?? paths["st-running"]}</svg>`
  return box.content.firstElementChild
}
