// The live stream of a page: what its state is, and the news that ask regions to fetch themselves again.
//
// The stream itself is htmx's hx-sse on #live. That extension has faults that are cured here or in LiveStream.razor:
// a first connect that fails is not retried (a tick every 15 s asks again, and is ignored while a stream is there);
// silence is not noticed (the server sends "ping"; after two missed beats the stream is cut, so that it reconnects);
// a stream that starts anew forgets how far it was (the last id is kept here and sent along).
import { refresh, regions } from "./regions.js"

const stream = document.getElementById("live")
if (stream) watch(stream)

function watch(stream) {
  const lamp = document.getElementById("live-state")
  const word = lamp?.querySelector(".word")
  const beat = Number(stream.dataset.beat || 10) * 1000
  const unseen = "screen" in stream.dataset
  let heard = Date.now() // when the server last said anything
  let lastId = ""
  let connection = null
  let failures = 0
  let retryAt = 0
  let state = "wait"
  let streamed = false // whether a stream was open before, so that the next one is a re-connection

  const texts = {
    wait: () => "Connecting",
    live: () => "Live",
    late: () => "Reconnecting",
    offline: () => {
      const seconds = Math.ceil((retryAt - Date.now()) / 1000)
      return seconds > 0 ? `Offline, next try in ${seconds} s` : "Offline, trying now"
    },
    out: () => "Signed out",
  }
  const hints = {
    live: "What changes on the server appears here within a second.",
    late: "The server has been silent for two beats. What you see may be old.",
    offline: "The server cannot be reached. What you see is from before; it catches up by itself.",
  }

  function show(next = state) {
    const changed = next !== state
    state = next
    if (!lamp) return
    if (changed) {
      lamp.dataset.live = state
      lamp.title = hints[state] ?? ""
      document.documentElement.dataset.connection = state
      if (state === "out") return signedOut()
    }
    const text = texts[state]()
    if (word && state !== "out" && word.textContent !== text) word.textContent = text
  }

  function signedOut() {
    const link = Object.assign(document.createElement("a"), {
      href: `/account/sign-in?returnUrl=${encodeURIComponent(location.pathname + location.search)}`,
      textContent: "Signed out, sign in again",
    })
    word?.replaceChildren(link)
    connection?.reader?.cancel()
  }

  function alive() {
    heard = Date.now()
    if (state !== "out") show("live")
  }

  function failed(status) {
    if (status === 401 || status === 403) return show("out")
    failures++
    show(failures < 3 && navigator.onLine ? "late" : "offline")
  }

  stream.addEventListener("htmx:config:request", event => {
    if (state === "out") return event.preventDefault()
    if (lastId) event.detail.ctx.request.headers["Last-Event-ID"] = lastId
  })

  stream.addEventListener("htmx:sse:before:connection", event => {
    connection = event.detail.connection
    if (state === "out") return event.preventDefault()
    if (connection.attempt > 0) {
      // The extension doubles from half a second up to the limit that LiveStream sets.
      retryAt = Date.now() + Math.min(500 * 2 ** (connection.attempt - 1), 15_000)
      show(failures < 3 && navigator.onLine ? "late" : "offline")
    }
  })

  stream.addEventListener("htmx:sse:after:connection", event => {
    connection = event.detail.connection
    failures = 0
    alive()
    if (streamed) document.dispatchEvent(new CustomEvent("live:reconnected"))
    streamed = true
  })

  stream.addEventListener("htmx:sse:before:message", event => {
    const { message } = event.detail
    if (message.id) lastId = message.id
    alive()
  })

  // A failed reconnect, and a failed first connect (which the extension does not report).
  stream.addEventListener("htmx:sse:error", event => failed(event.detail.status))
  stream.addEventListener("htmx:response:error", event => {
    retryAt = Date.now() + 15_000
    failures = 3
    failed(event.detail.ctx.response.status)
  })
  stream.addEventListener("htmx:error", () => {
    retryAt = Date.now() + 15_000
    failures = 3
    failed()
  })

  stream.addEventListener("signout", () => show("out"))

  // Named events reach us as they are; "refresh" says which region is old. Without an id, all of them are.
  stream.addEventListener("refresh", event => {
    if (event.target !== stream) return
    const id = event.detail?.data?.trim()
    if (id && id !== "*") return refresh(document.getElementById(id))
    for (const region of regions()) refresh(region)
  })

  setInterval(() => {
    const resting = document.hidden && !unseen
    if (resting) heard = Date.now()
    else if (state === "live" && Date.now() - heard > 2 * beat) {
      show("late")
      connection?.reader?.cancel() // half dead: let it reconnect
    } else if (state === "offline") show()
  }, 500)

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return
    heard = Date.now()
    // Signed in again in another tab, perhaps.
    if (state === "out") location.reload()
  })

  addEventListener("online", () => connection?.delayCanceller?.())
  addEventListener("offline", () => show("offline"))

  // Back from the page cache: whatever stream there was is gone, and the extension only sees that when it reads.
  addEventListener("pageshow", event => {
    if (!event.persisted) return
    heard = Date.now()
    connection?.reader?.cancel()
  })
}
