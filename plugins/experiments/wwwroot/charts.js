// The charts of an experiment: its tools, the arrangement of its panels, which runs are drawn, and notes on axes. The page's address holds
// the state; what changes it asks the panels in sight for themselves again (web/js/charts/zoom.js).
const { fresh, refresh, toast } = globalThis.crucible
const { alike, crossing, emphasise, go, plots, scaleOf } = globalThis.crucible.charts
const page = () => new URLSearchParams(location.search)

// Tools ---------------------------------------------------------------------------------------------------------------
const usual = { x: "step", smooth: "0.6", smoother: "exponential", spread: "deviation" }

function state(form) {
  const changes = {}
  for (const field of form.elements) {
    if (!field.name || field.type === "hidden" || (field.type === "radio" && !field.checked)) continue
    changes[field.name] = field.type === "checkbox" ? (field.checked ? field.value : null) : field.value === usual[field.name] ? null : field.value.trim() || null
  }
  if ("xm" in changes) {
    if (changes.xm) changes.x = `metrics.${changes.xm}`
    changes.xm = null
  }
  // Another axis counts other things: a zoom of the one before means nothing there.
  if ("x" in changes && (changes.x ?? null) !== (page().get("x") ?? null)) changes.from = changes.to = null
  return changes
}

let typed = 0
document.addEventListener("input", ({ target }) => {
  const form = target.form?.matches?.("[data-chart-go]") && target.form
  // The metric that was typed goes before the three axes there are.
  if (target.name === "x" && target.form?.elements.xm) target.form.elements.xm.value = ""
  if (!form || target.type === "hidden") return
  if (target.name === "xm") { if (target.value) for (const each of form.querySelectorAll('[name="x"]')) each.checked = false; else form.querySelector('[name="x"]').checked = true; return }
  if (target.name === "filter") return
  clearTimeout(typed)
  typed = setTimeout(() => go(state(form), null, true), target.type === "range" || target.type === "search" ? 200 : 0)
})
document.addEventListener("change", ({ target }) => { if (target.form?.matches?.("[data-chart-go]") && ["xm", "filter"].includes(target.name)) go(state(target.form)) })
document.addEventListener("submit", event => {
  if (!event.target.matches?.("form[data-chart-go]")) return
  event.preventDefault()
  go(state(event.target))
})
document.addEventListener("click", event => {
  const link = event.target.closest?.("a[data-chart-go]")
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
  event.preventDefault()
  // It says which part of the state it changes; the rest may have moved on since it was drawn.
  go({ [link.dataset.chartGo]: new URL(link.href).searchParams.get(link.dataset.chartGo) })
})

// Panels --------------------------------------------------------------------------------------------------------------
function act(values) {
  const form = document.getElementById("board-act")
  if (!form) return
  for (const name of ["act", "panel", "before", "size", "section"]) form.elements[name].value = values[name] ?? ""
  form.elements.query.value = location.search.slice(1)
  form.requestSubmit()
}

const placeOf = element => element.closest?.(".board-place")
const move = place => act({ act: "move", panel: place.dataset.panelQuery, before: place.nextElementSibling?.dataset.panel })

let drag = null
document.addEventListener("pointerdown", event => {
  const grip = event.button === 0 && event.target.closest?.("[data-grip]")
  if (!grip) return
  drag = { grip, place: placeOf(grip), moved: false, id: event.pointerId }
  grip.setPointerCapture(event.pointerId)
})
document.addEventListener("pointermove", event => {
  if (!drag || event.pointerId !== drag.id) return
  const { place } = drag
  const over = document.elementsFromPoint(event.clientX, event.clientY).map(placeOf).find(other => other && other !== place && other.parentElement === place.parentElement)
  place.toggleAttribute("data-dragged", true)
  if (!over) return
  const box = over.getBoundingClientRect()
  const after = event.clientX > box.left + box.width / 2
  if (after ? over.nextElementSibling === place : over.previousElementSibling === place) return
  over[after ? "after" : "before"](place)
  drag.moved = true
})
for (const type of ["pointerup", "pointercancel"]) document.addEventListener(type, event => {
  if (!drag || event.pointerId !== drag.id) return
  const { place, moved } = drag
  drag = null
  place.removeAttribute("data-dragged")
  if (moved) move(place)
})
document.addEventListener("keydown", event => {
  const grip = event.target.closest?.("[data-grip]")
  const back = { ArrowLeft: true, ArrowUp: true, ArrowRight: false, ArrowDown: false }[event.key]
  if (!grip || back === undefined) return
  event.preventDefault()
  const place = placeOf(grip)
  const other = back ? place.previousElementSibling : place.nextElementSibling
  if (!other) return
  other[back ? "before" : "after"](place)
  grip.focus()
  place.scrollIntoView({ block: "nearest" })
  move(place)
})
document.addEventListener("click", ({ target }) => {
  const summary = target.closest?.(".board-section > summary")
  if (summary) act({ act: "fold", section: summary.parentElement.dataset.section, size: summary.parentElement.open ? "shut" : "open" })
  const shown = target.closest?.("[data-panel-show]")
  if (shown) act({ act: "show", panel: shown.dataset.panelQuery })
})
document.addEventListener("chart:menu", ({ target, detail: { items, item, figure } }) => {
  const plot = figure.querySelector(".plot[data-notes][tabindex]")
  if (plot && document.querySelector(".chart-notes[data-may-note]")) items.push(item("Add a note on the axis", () => note(plot)))
  const place = placeOf(target)
  if (!place) return
  const { panelQuery: panel, size, added } = place.dataset
  items.push(document.createElement("hr"), ...[["s", "A third wide"], ["m", "Half wide"], ["l", "Whole width"]].map(([value, text]) => item(text, () => act({ act: "size", panel, size: value }), value === size)),
    ...(added === undefined ? [] : [item("Edit the panel", () => edit(panel))]),
    added === undefined ? item("Hide the panel", () => act({ act: "hide", panel })) : item("Remove the panel", () => act({ act: "remove", panel })))
})
// Forms that keep the page's state take it as it is now.
document.addEventListener("submit", ({ target }) => { for (const field of target.querySelectorAll?.("[data-page-query]") ?? []) field.value = location.search.slice(1) }, true)
/** Opens the form of a new panel with what one has, to keep it in that one's place; without one it is for a new one. */
function edit(query) {
  const dialog = document.getElementById("panel-add")
  const { elements } = dialog.querySelector("form")
  const given = new URLSearchParams(query ?? "")
  const kind = given.get("kind")
  elements.panel.value = given.get("panel") ?? ""
  dialog.querySelector("h2").textContent = query ? "Edit the panel" : "Add a panel"
  if (!query) return
  elements.kind.value = kind
  elements.size.value = given.get("size") ?? "s"
  elements.title.value = given.get("p.title") ?? ""
  for (const field of elements) if (field.name.startsWith(`${kind}.`)) field.value = given.get(`p.${field.name.slice(kind.length + 1)}`) ?? ""
  kinds()
  dialog.showModal()
}
document.addEventListener("click", ({ target }) => { if (target.closest?.('[data-opens="panel-add"]')) edit() }, true)
function kinds() {
  const chosen = document.querySelector("[data-panel-kind]")
  for (const fields of document.querySelectorAll("[data-panel-fields]")) {
    fields.hidden = fields.disabled = !!chosen && fields.dataset.panelFields !== chosen.value
    for (const field of fields.querySelectorAll("input, select")) field.required = !fields.hidden && !field.closest(".field")?.querySelector("label small")
  }
}
document.addEventListener("change", ({ target }) => { if (target.matches?.("[data-panel-kind]")) kinds() })
kinds()

// On the page of a run a group of panels folds without the server.
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.(".group-name [data-fold]")
  if (!button) return
  const open = button.getAttribute("aria-expanded") !== "true"
  button.setAttribute("aria-expanded", String(open))
  for (let each = button.closest(".group-name").nextElementSibling; each && !each.matches(".group-name"); each = each.nextElementSibling) each.hidden = !open
})

// Runs ----------------------------------------------------------------------------------------------------------------
for (const [type, on] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]])
  document.addEventListener(type, ({ target }) => {
    const row = target.closest?.("[data-picked]")
    if (row) emphasise(on ? row.dataset.picked : null)
  })
document.addEventListener("run-started", ({ detail }) => {
  const { run } = JSON.parse(detail.data)
  const board = document.querySelector("[data-board]")?.dataset.board
  if (board && !page().get("runs") && !document.querySelector(`[data-picked="${CSS.escape(run)}"]`)) fresh(`chart-fresh-${board}`, `chart-run-${run}`)
})
document.addEventListener("click", ({ target }) => {
  if (!target.closest?.(".run-picker [data-fresh-region]")) return
  refresh(target.closest(".run-picker"))
  for (const figure of document.querySelectorAll(".board-hold > figure")) refresh(figure)
})

let colours
document.addEventListener("click", ({ target }) => {
  const swatch = target.closest?.("[data-swatch]")
  if (!swatch) return
  if (!colours?.isConnected) {
    colours = Object.assign(document.createElement("div"), { className: "menu swatches", popover: "auto" })
    colours.setAttribute("aria-label", "Colour")
    document.body.append(colours)
  }
  const key = swatch.querySelector(".key")
  colours.replaceChildren(...Array.from({ length: 12 }, (_, at) => {
    const button = Object.assign(document.createElement("button"), { type: "button" })
    const mark = key.cloneNode(true)
    mark.dataset.series = at % 6 + 1
    delete mark.dataset.tone
    if (at < 6) delete mark.dataset.dash
    else mark.dataset.dash = (at % 6 + 1) % 6 + 1
    button.append(mark)
    button.setAttribute("aria-label", `Colour ${at + 1}`)
    button.addEventListener("click", () => {
      const others = (page().get("colour") ?? "").split(",").filter(each => each && !each.startsWith(swatch.dataset.swatch))
      go({ colour: [...others, `${swatch.dataset.swatch}-${at + 1}`].join(",") })
    })
    return button
  }))
  colours.showPopover({ source: swatch })
})

// Notes on axes -------------------------------------------------------------------------------------------------------
const svg = (name, attributes, text) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  if (text) made.textContent = text
  return made
}
let drawing = 0
function notes() {
  drawing = 0
  const all = [...document.querySelectorAll(".chart-notes [data-note]")].map(each => each.dataset)
  for (const plot of plots()) {
    const root = plot.querySelector(":scope > svg")
    root.querySelector(":scope > .axis-notes")?.remove()
    if (plot.dataset.notes === undefined) continue
    const scale = scaleOf(plot)
    const mine = all.filter(each => alike(each.axis.startsWith("metrics.") ? { axis: "step", name: each.axis.slice(8) } : { axis: each.axis, name: undefined }, scale) && (each.metric === undefined || each.metric === plot.dataset.notes) && scale.x(Number(each.x)) >= 0 && scale.x(Number(each.x)) <= 1)
    if (!mine.length) continue
    const group = svg("g", { class: "axis-notes" })
    for (const each of mine) {
      const x = scale.x(Number(each.x))
      group.append(svg("line", { x1: `${x * 100}%`, x2: `${x * 100}%`, y1: "0", y2: "100%" }), svg("text", { x: `${x * 100}%`, y: "0", dx: x > 0.8 ? "-4" : "4", dy: "10", "text-anchor": x > 0.8 ? "end" : "start" }, each.label.length > 28 ? `${each.label.slice(0, 27)}…` : each.label))
    }
    root.append(group)
  }
}
const soon = () => { drawing ||= requestAnimationFrame(notes) }
document.addEventListener("htmx:after:swap", soon)
soon()

function note(plot) {
  const list = document.querySelector(".chart-notes")
  const scale = scaleOf(plot)
  const x = crossing(plot)
  const dialog = Object.assign(document.createElement("dialog"), { className: "dialog" })
  dialog.innerHTML = `<form><header><h2>Note on the axis</h2></header><div class="body"><label class="field"><span>Note</span><input class="input" name="label" maxlength="120" required autocomplete="off"></label><label class="field"><span>At</span><input class="input" name="x" inputmode="decimal" required autocomplete="off"></label><label class="check"><input type="checkbox" name="all"> <span>On all panels</span></label></div><footer><button class="btn" type="button" value="cancel">Cancel</button><button class="btn" data-kind="primary" type="submit">Add</button></footer></form>`
  const form = dialog.firstElementChild
  form.elements.x.value = String(scale.axis === "step" && !scale.name ? Math.round(x) : Number(x.toPrecision(6)))
  dialog.setAttribute("aria-label", "Note on the axis")
  form.querySelector('[value="cancel"]').addEventListener("click", () => dialog.close())
  dialog.addEventListener("close", () => { dialog.remove(); plot.focus() })
  form.addEventListener("submit", async event => {
    event.preventDefault()
    const token = document.querySelector('meta[name="csrf"]')
    const body = new URLSearchParams({ label: form.elements.label.value, x: form.elements.x.value, axis: scale.name ? `metrics.${scale.name}` : scale.axis, metric: form.elements.all.checked ? "" : plot.dataset.notes, run: list.dataset.noteRun ?? "" })
    try {
      const answer = await fetch(`${list.dataset.noteUrl}?handler=Note`, { method: "POST", body, headers: { [token.dataset.header]: token.content, "HX-Request": "true" }, signal: AbortSignal.timeout(15_000) })
      if (!answer.ok) return toast((await answer.json().catch(() => null))?.detail ?? "The note could not be kept. Check the place and try again.", { status: "failed" })
      dialog.close()
      refresh(document.querySelector(".chart-notes"))
    } catch {
      toast("The server did not answer. Check the connection and try again.", { status: "failed" })
    }
  })
  document.body.append(dialog)
  dialog.showModal()
  form.elements.label.focus()
}
document.addEventListener("keydown", event => {
  if (event.key.toLowerCase() !== "n" || event.ctrlKey || event.metaKey || event.altKey || !event.target.matches?.(".plot[data-notes]") || !document.querySelector(".chart-notes[data-may-note]")) return
  event.preventDefault()
  event.stopPropagation()
  note(event.target)
}, true)
