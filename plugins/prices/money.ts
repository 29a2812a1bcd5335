/** A decimal number with 18 digits behind the point, as an integer: sums and products of these are exact. */
export type Exact = bigint

const DIGITS = 18
/** So many digits of a floating-point number are those that were written down; what follows may be noise. */
const WRITTEN = 15
const ONE = 10n ** BigInt(DIGITS)
const NANO = 1_000_000_000n
const MILLION = 1_000_000n

/** The decimal that a non-negative finite number stands for: 0.1 is 0.1, 0.18000000000000002 is 0.18. */
export function toExact(value: number): Exact {
  const [digits = '', exponent] = value.toExponential(WRITTEN - 1).split('e')
  const whole = BigInt(digits.replace('.', ''))
  const shift = DIGITS - (WRITTEN - 1) + Number(exponent)
  return shift >= 0 ? whole * 10n ** BigInt(shift) : divide(whole, 10n ** BigInt(-shift))
}

/** For comparing and showing, not for sums. */
export const toNumber = (value: Exact): number => Number(value) / Number(ONE)

/** Rounds half up. Both are not negative. */
export const divide = (value: bigint, by: bigint): bigint => (2n * value + by) / (2n * by)

/** Nano-dollars before they are rounded: sums of these are exact. */
export type Unrounded = bigint

/** Tokens at a price for a million of them. */
export const tokensAt = (tokens: number, perMillion: Exact): Unrounded =>
  BigInt(tokens) * perMillion * (NANO / MILLION)

export const toUnrounded = (dollars: Exact): Unrounded => dollars * NANO

/** Whole nano-dollars, half of one rounded up; undefined for an amount that cannot be told exactly (9 million dollars). */
export function toNano(amount: Unrounded): number | undefined {
  const nano = Number(divide(amount, ONE))
  return Number.isSafeInteger(nano) ? nano : undefined
}
