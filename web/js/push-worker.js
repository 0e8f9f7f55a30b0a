// Shows notifications while no tab of Crucible is open or seen. It answers no requests and keeps nothing.
self.addEventListener("install", () => self.skipWaiting())
self.addEventListener("activate", event => event.waitUntil(self.clients.claim()))

self.addEventListener("push", event => event.waitUntil(show(event.data?.json() ?? {})))

async function show({ title = "Crucible", text, url = "/account/notices", key }) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true })
  // Whoever looks at a page sees its bell ring.
  if (windows.some(each => each.focused && each.visibilityState === "visible")) return
  await self.registration.showNotification(title, { body: text ?? "", tag: key ?? undefined, data: { url }, icon: "/assets/crucible/icon.svg" })
}

self.addEventListener("notificationclick", event => {
  event.notification.close()
  event.waitUntil(open(new URL(event.notification.data?.url ?? "/", self.location.origin)))
})

async function open(url) {
  if (url.origin !== self.location.origin) return
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true })
  const there = windows.find(each => each.url === url.href) ?? windows.find(each => each.visibilityState === "visible")
  if (!there) return self.clients.openWindow(url.href)
  await there.focus()
  if (there.url !== url.href) await there.navigate(url.href).catch(() => self.clients.openWindow(url.href))
}
