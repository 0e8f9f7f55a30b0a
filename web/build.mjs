// Bundles the style sheets and scripts into the folder given as argument: node build.mjs <folder> [--watch]
// The host serves that folder as /assets/crucible/.
import { gzipSync } from "node:zlib"
import { copyFileSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as esbuild from "esbuild"

const [out = "dist", watch] = process.argv.slice(2)
const limit = 60_000 // bytes of script and style together, compressed; interface.md allows 120 kB with what plugins add

const options = {
  entryPoints: ["css/crucible.css", "css/kit.css", "js/crucible.js", "js/push.js", "js/push-worker.js"].map(path => new URL(path, import.meta.url).pathname),
  outdir: out,
  entryNames: "[name]",
  bundle: true,
  minify: true,
  sourcemap: "linked",
  format: "iife",
  target: "esnext", // nesting, layers, light-dark() and container queries are used as they are
  legalComments: "none",
  logLevel: "warning",
}

if (watch === "--watch") {
  await (await esbuild.context(options)).watch()
} else {
  await esbuild.build(options)
  copyFileSync(new URL("icon.svg", import.meta.url), join(out, "icon.svg"))
  const sizes = ["crucible.css", "crucible.js"].map(name => [name, gzipSync(readFileSync(join(out, name))).length])
  const total = sizes.reduce((sum, [, size]) => sum + size, 0)
  console.log(sizes.map(([name, size]) => `${name} ${(size / 1000).toFixed(1)} kB`).join(", "), "gzip")
  if (total > limit) {
    console.error(`The bundle has ${total} bytes compressed; the limit is ${limit}.`)
    process.exit(1)
  }
}
