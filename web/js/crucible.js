// Everything a page of Crucible runs, in the order it is needed. Each island finds its elements itself and
// works on what the server wrote; a page without script keeps working where the feature allows it.
import "./address.js"
import "./htmx.js"
import "./requests.js"
import "./live.js"
import "./every.js"
import "./theme.js"
import "./time.js"
import "./copy.js"
import "./keys.js"
import "./menus.js"
import "./toasts.js"
import "./select.js"
import "./flash.js"
import "./charts/index.js"
import { metric, short } from "./numbers.js"
import { refresh } from "./regions.js"
import { toast } from "./toasts.js"

// What scripts of plugins may use.
globalThis.crucible = { metric, short, refresh, toast }
