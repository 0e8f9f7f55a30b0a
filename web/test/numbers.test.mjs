// The page's numbers and the server's are the same words.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"
import { metric, short } from "../js/numbers.js"

const cases = JSON.parse(readFileSync(new URL("../../tests/shared/numbers.json", import.meta.url)))

test("numbers read as the server writes them", () => {
  assert.ok(cases.length > 20)
  for (const [value, trimmed, padded] of cases) {
    assert.equal(short(Number(value)), trimmed, `short ${value}`)
    assert.equal(metric(Number(value)), padded, `metric ${value}`)
  }
})
