// data-copy="text" copies it; data-copy="#id" copies what that element says. The icon turns into a check for a moment.
import { icon } from "./icons.js"

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy]")
  if (!button) return
  const what = button.dataset.copy
  const text = what.startsWith("#") ? (document.querySelector(what)?.innerText ?? "") : what
  if (!(await write(text))) return
  const drawn = button.querySelector(".icon")
  if (!drawn || drawn.dataset.done) return
  const done = icon("check")
  done.dataset.done = "true"
  drawn.replaceWith(done)
  say("Copied")
  setTimeout(() => done.isConnected && done.replaceWith(drawn), 1500)
})

/** Puts text on the clipboard; false when the browser refuses. */
export async function write(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Without TLS there is no clipboard API; the old way works inside a click.
    const area = Object.assign(document.createElement("textarea"), { value: text, className: "sr" })
    document.body.append(area)
    area.select()
    const worked = document.execCommand("copy")
    area.remove()
    return worked
  }
}

/** Tells a screen reader something that the eye sees anyway. */
export function say(text) {
  const quiet = document.getElementById("say")
  if (quiet) quiet.textContent = text
}
