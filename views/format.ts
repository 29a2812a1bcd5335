/** Numbers as people read them, in English and in one way on all pages. What is not known is said, and is never zero. */

export const UNKNOWN = 'not known'

/** A time by the clocks of UTC: `2026-11-29 17:06 UTC`. */
export function moment(at: number): string {
  const iso = new Date(at).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
}

const NANO = 1_000_000_000

/** `1,234`. */
export const number = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 0 })

const units = [
  [1e12, 'T'],
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const

/** Three digits, or a few more: `840`, `9,120`, `12.3 k`, `1.2 M`. */
export function compact(value: number): string {
  if (Math.abs(value) < 10_000) return number(value)
  for (const [size, letter] of units) {
    // What would be rounded to a thousand of one unit is one of the next.
    if (Math.abs(value) >= size * 0.9995) return `${digits(value / size)} ${letter}`
  }
  return number(value)
}

const digits = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 99.95 ? 1 : 0 })

/** Dollars out of nano-dollars: `$1,234.50`, `$0.0123`, `$0.00000123`. Small amounts keep three digits. */
export function money(nano: number | null): string {
  if (nano === null) return UNKNOWN
  const dollars = Math.abs(nano) / NANO
  const sign = nano < 0 ? '−' : ''
  if (dollars === 0) return '$0'
  if (dollars >= 0.995) return `${sign}$${fixed(dollars, 2)}`
  if (dollars >= 0.01) return `${sign}$${fixed(dollars, 4)}`
  return `${sign}$${dollars.toLocaleString('en', { maximumSignificantDigits: 3, maximumFractionDigits: 9, roundingPriority: 'lessPrecision' })}`
}

/** Dollars on an axis: as many places as the smallest step needs, and the same for all. */
export function moneyTick(nano: number, ticks: readonly number[]): string {
  const step = (ticks[1] ?? 0) / NANO
  const places = step <= 0 ? 0 : Math.max(0, Math.ceil(-Math.log10(step) - 1e-9))
  // A step of 2.5 needs one more.
  const more = Math.abs(step * 10 ** places - Math.round(step * 10 ** places)) > 1e-6 ? 1 : 0
  const wanted = places + more
  return nano === 0 ? '$0' : `$${fixed(nano / NANO, wanted === 1 ? 2 : Math.min(9, wanted))}`
}

const fixed = (value: number, places: number): string =>
  value.toLocaleString('en', { minimumFractionDigits: places, maximumFractionDigits: places })

/** `840 ms`, `1.84 s`, `12.3 s`, `2 min 5 s`, `1 h 3 min`. */
export function duration(ms: number | null): string {
  if (ms === null) return UNKNOWN
  if (ms < 999.5) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  const minutes = Math.round(whole / 60)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** `0 %`, `0.4 %`, `34 %`. A little is not nothing, and nearly all is not all. */
export function percent(share: number | null): string {
  if (share === null) return UNKNOWN
  const value = share * 100
  if (value > 0 && value < 0.1) return '< 0.1 %'
  if (value < 100 && value > 99.9) return '> 99.9 %'
  return `${value.toLocaleString('en', { maximumFractionDigits: value < 9.95 || (value > 99 && value < 100) ? 1 : 0 })} %`
}

const KILO = 1024

/** Bytes: `840 B`, `12.3 kB`, `64 MB`; thousands of 1024, as settings count them. */
export function size(bytes: number): string {
  if (bytes < KILO) return `${number(bytes)} B`
  const units = ['kB', 'MB', 'GB']
  let value = bytes / KILO
  let unit = 0
  // What would be rounded to a thousand of one unit is one of the next.
  for (; value >= KILO * 0.9995 && unit < units.length - 1; unit++) value /= KILO
  return `${digits(value)} ${units[unit]}`
}

/** `1 call`, `1,234 calls`. */
export const count = (value: number, one: string, many = `${one}s`): string =>
  `${number(value)} ${value === 1 ? one : many}`

/** `in 12 min`, `in 3 h`, `in 5 days`: whole ones that are left. */
export function ahead(ms: number): string {
  const minutes = Math.max(1, Math.ceil(ms / 60_000))
  if (minutes < 120) return `in ${minutes} min`
  return minutes < 48 * 60 ? `in ${Math.floor(minutes / 60)} h` : `in ${Math.floor(minutes / 1440)} days`
}

/** `just now`, `12 min ago`, `3 h ago`, `5 days ago`. */
export function ago(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  if (minutes < 1) return 'just now'
  if (minutes < 120) return `${minutes} min ago`
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ago` : `${Math.floor(minutes / 1440)} days ago`
}
