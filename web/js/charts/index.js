// Charts: the server draws them, this adds the read-out, the zoom and the points that arrive. See README.md.
import "./readout.js"
import "./zoom.js"
import "./append.js"
