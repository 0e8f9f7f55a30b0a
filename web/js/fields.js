// Small things of fields: files that are dropped, what a range reads, a menu that narrows as one types.
import { icon } from "./icons.js"

const units = ["B", "kB", "MB", "GB"]
function size(bytes) {
  let at = 0
  while (bytes >= 999.5 && at < units.length - 1) { bytes /= 1000; at++ }
  return `${at && bytes < 9.95 ? bytes.toFixed(1) : bytes.toFixed(0)} ${units[at]}`
}

for (const name of ["dragenter", "dragover"]) document.addEventListener(name, event => {
  const drop = event.target.closest?.(".drop")
  if (!drop || !event.dataTransfer?.types.includes("Files")) return
  event.preventDefault()
  drop.dataset.over = ""
})
for (const name of ["dragleave", "drop"]) document.addEventListener(name, event => {
  const drop = event.target.closest?.(".drop")
  if (!drop) return
  delete drop.dataset.over
  if (name !== "drop" || !event.dataTransfer?.files.length) return
  event.preventDefault()
  const input = drop.querySelector("input")
  const files = new DataTransfer()
  for (const file of [...event.dataTransfer.files].slice(0, input.multiple ? undefined : 1)) files.items.add(file)
  input.files = files.files
  input.dispatchEvent(new Event("change", { bubbles: true }))
})

document.addEventListener("change", ({ target }) => {
  if (!target.matches?.("[data-drop]")) return
  const field = target.closest(".field")
  const most = Number(target.dataset.most || Infinity)
  const large = [...target.files].filter(file => file.size > most)
  const error = field.querySelector(".error")
  error.textContent = large.length ? `${large[0].name} has ${size(large[0].size)}; up to ${size(most)} are taken.` : ""
  target.setCustomValidity(error.textContent)
  target.toggleAttribute("aria-invalid", large.length > 0)
  if (large.length) target.setAttribute("aria-invalid", "true")
  field.querySelector(".dropped").replaceChildren(...[...target.files].map(file => {
    const line = document.createElement("li")
    line.append(icon("check"), Object.assign(document.createElement("span"), { textContent: file.name }), Object.assign(document.createElement("small"), { textContent: size(file.size) }))
    return line
  }))
})

document.addEventListener("input", ({ target }) => {
  if (target.matches?.("[data-reads]")) {
    const output = target.parentElement.querySelector("output")
    if (output) output.textContent = target.value
  }
  if (target.matches?.("[data-narrows]")) {
    const text = target.value.trim().toLowerCase()
    const menu = document.getElementById(target.dataset.narrows)
    for (const each of menu.querySelectorAll("[data-narrowed]")) each.hidden = !each.textContent.toLowerCase().includes(text)
    for (const head of menu.querySelectorAll("h4")) {
      let next = head.nextElementSibling
      let any = false
      for (; next && !next.matches("h4"); next = next.nextElementSibling) any ||= !next.hidden
      head.hidden = !any
    }
  }
})
