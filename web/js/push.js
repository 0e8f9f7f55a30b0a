// Notifications of this browser: the switch asks for permission, subscribes, and tells the server where messages go.
const box = document.querySelector("[data-push-key]")
const toggle = box?.querySelector("input")
const note = box?.querySelector(".hint")
const token = document.querySelector('meta[name="csrf"]')

const offered = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window
const encode = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")

async function present() {
  const worker = await navigator.serviceWorker.getRegistration("/")
  return worker?.pushManager.getSubscription()
}

async function post(handler, fields) {
  const answer = await fetch(`?handler=${handler}`, {
    method: "POST", body: new URLSearchParams(fields), signal: AbortSignal.timeout(15_000),
    headers: { "HX-Request": "true", ...(token && { [token.dataset.header]: token.content }) },
  })
  if (!answer.ok) throw new Error(answer.status === 422 ? await answer.text() : "The server did not take it. Try again.")
}

async function turnOn() {
  if (await Notification.requestPermission() !== "granted") throw new Error("This browser does not allow notifications from here. Its settings for this site change that.")
  await navigator.serviceWorker.register("/push-worker.js", { scope: "/" })
  const worker = await navigator.serviceWorker.ready
  const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: box.dataset.pushKey }).catch(() => {
    throw new Error("This browser got no address for notifications. Private windows have none; otherwise its push service may be out of reach.")
  })
  await post("Subscribe", { endpoint: subscription.endpoint, p256dh: encode(subscription.getKey("p256dh")), auth: encode(subscription.getKey("auth")) })
}

async function turnOff() {
  const subscription = await present()
  if (!subscription) return
  await post("Unsubscribe", { endpoint: subscription.endpoint })
  await subscription.unsubscribe()
}

async function start() {
  if (!offered) return void (note.textContent = "This browser has no notifications for pages. On a phone, add Crucible to the home screen first.")
  toggle.disabled = false
  toggle.checked = Boolean(await present()) && box.dataset.pushKnown === "true"
  toggle.addEventListener("change", async () => {
    const on = toggle.checked
    toggle.disabled = true
    try {
      await (on ? turnOn() : turnOff())
      location.reload()
    } catch (fault) {
      toggle.checked = !on
      note.textContent = fault.message
      note.setAttribute("role", "alert")
    }
    toggle.disabled = false
  })
}
if (box) start()
