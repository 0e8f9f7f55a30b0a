// What every htmx request of a page gets: the antiforgery token, the part of the page's address that a region
// depends on, and a toast when the server refuses.
import { toast } from "./toasts.js"

const token = document.querySelector('meta[name="csrf"]')

document.addEventListener("htmx:config:request", ({ target, detail: { ctx } }) => {
  const { request } = ctx
  if (request.method !== "GET") {
    if (token) request.headers[token.dataset.header] = token.content
  } else if (["refresh", "intersect"].includes(ctx.sourceEvent?.type)) {
    // The page as a whole is what the address says now, not what it said when it was loaded.
    if (target.id === "main") request.action = location.pathname + location.search
    else if (target.dataset?.query) request.action = withPageQuery(request.action, target.dataset.query.split(" "))
    // How wide a panel is says how finely its lines are cut.
    if (target.closest?.("[data-widths]")) request.action += `${request.action.includes("?") ? "&" : "?"}w=${Math.round(target.clientWidth / 50) * 50}`
  }
})

// The address holds the state: a region that fetches itself again asks for what the address says now.
// data-query="from to" names the parameters it depends on; "*" means all of them.
export function withPageQuery(action, names) {
  const [path, query = ""] = action.split("?")
  const asked = new URLSearchParams(query)
  const page = [...new URLSearchParams(location.search)].filter(([name]) => names.includes(name) || names.includes("*"))
  for (const name of [...names, ...page.map(([name]) => name)]) asked.delete(name)
  for (const [name, value] of page) asked.append(name, value)
  return asked.size ? `${path}?${asked}` : path
}

const reasons = {
  401: "You are signed out. Sign in again to go on.",
  403: "You may not do that here.",
  404: "That is not there any more.",
  409: "Somebody changed this in the meantime. Reload and try again.",
  413: "That is too large.",
  429: "Too many requests. Wait a moment and try again.",
}

document.addEventListener("htmx:response:error", async ({ target, detail: { ctx } }) => {
  const { status, raw } = ctx.response
  // A stream and a region that refreshes by itself have their own way to say so; 422 is shown at the field.
  if (target.id === "live" || status === 422 || (ctx.request.method === "GET" && ctx.sourceEvent?.type === "refresh")) return
  let detail
  if (raw.headers.get("Content-Type")?.includes("problem+json"))
    try { detail = JSON.parse(ctx.text).detail } catch { /* the status alone has to do */ }
  toast(detail ?? reasons[status] ?? `The server could not do that (${status}). Try again.`, { status: "failed" })
})

document.addEventListener("htmx:error", ({ target, detail: { ctx, error } }) => {
  if (!ctx || target.id === "live" || ctx.sourceEvent?.type === "refresh" || error?.name === "AbortError") return
  toast("The server did not answer. Check the connection and try again.", { status: "failed" })
})
