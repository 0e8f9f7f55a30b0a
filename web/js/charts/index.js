// Charts: the server draws them, this adds the read-out, the zoom, the points that arrive and the menu. See README.md.
import "./readout.js"
import "./marks.js"
import "./hot.js"
import "./zoom.js"
import "./append.js"
import "./brush.js"
import "./menu.js"
