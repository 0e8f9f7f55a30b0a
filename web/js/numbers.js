// Numbers as the server writes them: the same rules as Crucible.Ui.Text.Numbers, held together by
// tests/shared/numbers.json, which the tests of both sides read.

const group = text => {
  const [whole, part] = text.split(".")
  const parted = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",")
  return part === undefined ? parted : `${parted}.${part}`
}

const trim = text => text.includes(".") ? text.replace(/\.?0+$/, "") : text

function format(value, keepZeros) {
  if (Number.isNaN(value)) return "NaN"
  const sign = value < 0 ? "−" : ""
  const size = Math.abs(value)
  if (size === 0) return "0"
  if (size === Infinity) return `${sign}∞`
  if (size < 1e-3 || size >= 1e12) {
    const [digits, power] = size.toExponential(2).split("e")
    return `${sign}${trim(digits)}e${power.replace("+", "")}`
  }
  if (Number.isInteger(size)) return sign + group(String(size))
  // Four digits count; compared and not computed, because logarithms differ in their last bit.
  const decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : size >= .1 ? 4 : size >= .01 ? 5 : 6
  const text = size.toFixed(decimals)
  return sign + group(keepZeros ? text : trim(text))
}

/** For parameters and read-outs: 0.4381, 3e-4, 18,420, 2. */
export const short = value => format(value, false)

/** For columns of measurements, where digits stand under digits: 0.4290, 2.160. */
export const metric = value => format(value, true)
