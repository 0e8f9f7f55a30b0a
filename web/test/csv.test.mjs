// What a spreadsheet opens must be figures and words, never a formula.
import assert from "node:assert/strict"
import test from "node:test"
import { csv, field } from "../js/charts/figures.js"

test("what begins like a formula is quoted, numbers are not", () => {
  for (const [text, written] of [
    ["=1+1", "'=1+1"], ["+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"], ["@SUM(A1)", "'@SUM(A1)"], ["-2+3", "'-2+3"], ["\t=1", "'\t=1"],
    ["-2.5", "-2.5"], ["+3e-4", "+3e-4"], ["1e308", "1e308"], ["", ""], ["plain", "plain"],
    ['say "so"', '"say ""so"""'], ["a,b", '"a,b"'], ["a\nb", '"a\nb"'], ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`],
  ]) assert.equal(field(text), written)
})

test("a file has a head, a row each and the line ends of RFC 4180", () => {
  assert.equal(csv({ head: ["Step", "a"], exact: [["0", "0.5"], ["1", ""]] }), "Step,a\r\n0,0.5\r\n1,\r\n")
})
