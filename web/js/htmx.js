// htmx with its event-stream extension. The extension registers itself on the global that htmx leaves.
import htmx from "htmx.org/dist/htmx.esm.js"
import "htmx.org/dist/ext/hx-sse.js"
export default htmx
