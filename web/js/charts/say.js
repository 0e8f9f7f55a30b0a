// What the arrow keys found is said to those who do not see it: one polite region for the whole page. The pointer says nothing.
let region

export function say(text) {
  if (!region?.isConnected) {
    region = Object.assign(document.createElement("div"), { id: "chart-says", className: "sr" })
    region.setAttribute("aria-live", "polite")
    document.body.append(region)
  }
  region.textContent = text
}
