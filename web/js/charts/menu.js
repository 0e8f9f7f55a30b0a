// One menu for all charts of the page, filled for the one whose button was pressed.
import { enter } from "../menus.js"
import { toast } from "../toasts.js"
import { csv, figuresOf, toggleFigures } from "./figures.js"
import { pngOf, svgOf } from "./picture.js"
import { withPageQuery } from "../requests.js"
import { go } from "./zoom.js"

let menu
let owner // the button

const figure = () => owner?.closest("figure")

function item(text, act, checked) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: text })
  button.setAttribute("role", checked === undefined ? "menuitem" : "menuitemcheckbox")
  if (checked !== undefined) button.setAttribute("aria-checked", String(checked))
  button.addEventListener("click", act)
  return button
}

function fill() {
  const { logName, logOn, logxName, logxOn } = owner.dataset
  const drawn = figure().querySelector(".plot[tabindex]") // an empty chart has nothing to save
  const open = figure().querySelector(":scope > .chart-data[open]")
  const items = []
  if (drawn) items.push(item(open ? "Hide data" : "Show data", data))
  if (logName) items.push(item("Logarithmic values", () => flip(logName, logOn !== undefined), logOn !== undefined))
  if (logxName) items.push(item("Logarithmic horizontal axis", () => flip(logxName, logxOn !== undefined), logxOn !== undefined))
  if (drawn && items.length) items.push(document.createElement("hr"))
  if (drawn) items.push(item("Download SVG", () => save("svg")), item("Download PNG", () => save("png")))
  // Many lines are drawn more roughly than their figures are.
  if (drawn && !(drawn.dataset.csv && drawn.dataset.many !== undefined)) items.push(item("Download CSV", () => save("csv")))
  if (drawn?.dataset.csv) items.push(item("Download CSV, every point", () => { location.href = withPageQuery(drawn.dataset.csv, owner.closest("[data-query]")?.dataset.query.split(" ") ?? []) }))
  // What a page adds for its own charts.
  owner.dispatchEvent(new CustomEvent("chart:menu", { bubbles: true, detail: { figure: figure(), items, item } }))
  if (!items.length) items.push(Object.assign(item("Nothing to download yet"), { disabled: true }))
  menu.replaceChildren(...items)
}

// The address says only what differs from how the page draws by itself.
function flip(name, on) {
  go({ [name]: new URL(location.href).searchParams.has(name) ? null : on ? "0" : "1" }, owner)
}

function data() {
  const shown = toggleFigures(figure())
  shown?.querySelector(".scroller")?.focus({ preventScroll: true })
  shown?.scrollIntoView({ block: "nearest" })
}

async function save(kind) {
  const chart = figure()
  try {
    const blob = kind === "png" ? await pngOf(chart)
      : kind === "svg" ? new Blob([svgOf(chart).text], { type: "image/svg+xml" })
        : new Blob([csv(figuresOf(chart))], { type: "text/csv" })
    const title = chart.querySelector("figcaption :is(h2, h3)")?.textContent ?? "chart"
    const link = Object.assign(document.createElement("a"), {
      href: URL.createObjectURL(blob), download: `${title.trim().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 60) || "chart"}.${kind}`,
    })
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  } catch {
    toast("The chart could not be saved. Try another format.", { status: "failed" })
  }
}

function show(button) {
  if (!menu?.isConnected) {
    menu = Object.assign(document.createElement("div"), { id: "chart-menu", className: "menu", role: "menu" })
    menu.setAttribute("popover", "auto")
    menu.setAttribute("aria-label", "Chart")
    menu.addEventListener("toggle", ({ newState }) => {
      owner?.setAttribute("aria-expanded", String(newState === "open"))
      if (newState === "closed" && (menu.contains(document.activeElement) || document.activeElement === document.body)) owner?.focus()
    })
    document.body.append(menu)
  }
  owner?.removeAttribute("aria-expanded")
  owner = button
  fill()
  if (!menu.matches(":popover-open")) menu.showPopover({ source: button })
  enter(menu)
}

// The browser closes the menu as the button is pressed, before the click that would open it again.
let wasOpen = false
document.addEventListener("pointerdown", ({ target }) => { wasOpen = target.closest?.("[data-chart-menu]") === owner && !!menu?.matches(":popover-open") }, true)
document.addEventListener("click", ({ target, detail }) => {
  const button = target.closest?.("[data-chart-menu]")
  if (button && !(detail && wasOpen)) show(button)
})
document.addEventListener("keydown", event => {
  const button = event.key === "ArrowDown" && event.target.closest?.("[data-chart-menu]")
  if (button) { event.preventDefault(); show(button) }
})
