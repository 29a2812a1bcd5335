import type { LimitStyle } from '../contract/dialect.ts'
import type { Limits } from '../types.ts'

/**
 * Limits of a provider, by the names that clients of a language read. Those that are known by these names already pass
 * as they are; of others what both languages have, requests and tokens, is told in the client's words: OpenAI says for
 * how long (`6m0s`), Anthropic until when (RFC 3339).
 *
 * @param now Milliseconds since 1970.
 */
export function tellLimits(limits: Limits, style: LimitStyle, now: number): Record<string, string> {
  const told: Record<string, string> = {}
  for (const [name, value] of Object.entries(limits)) {
    if (name.startsWith(prefixes[style])) told[name] = value
    else {
      const [kind, what] = partsOf(name)
      const said = what === 'reset' ? resets[style](value, now) : value
      if (kind !== undefined && said !== undefined) told[limitNames[style](kind, what!)] = said
    }
  }
  return told
}

const prefixes = { openai: 'x-', anthropic: 'anthropic-' }

type What = 'limit' | 'remaining' | 'reset'

/** Names of headers. */
export const limitNames: Readonly<Record<LimitStyle, (kind: string, what: What) => string>> = {
  openai: (kind, what) => `x-ratelimit-${what}-${kind}`,
  anthropic: (kind, what) => `anthropic-ratelimit-${kind}-${what}`,
}

/** Undefined for what the other language has no word for. */
function partsOf(name: string): readonly [kind: string, what: What] | readonly [] {
  const { kind, what, first, second } =
    /^x-ratelimit-(?<what>limit|remaining|reset)-(?<kind>requests|tokens)$|^anthropic-ratelimit-(?<first>requests|tokens)-(?<second>limit|remaining|reset)$/.exec(
      name,
    )?.groups ?? {}
  const found = kind ?? first
  return found === undefined ? [] : [found, (what ?? second) as What]
}

/** When the room is back, in the words of one language, from those of the other. */
const resets: Readonly<Record<LimitStyle, (value: string, now: number) => string | undefined>> = {
  openai(value, now) {
    const left = TIME.test(value) ? Math.max(0, Date.parse(value) - now) : Number.NaN
    return left <= YEAR ? toDuration(left) : undefined
  },
  anthropic(value, now) {
    const ms = fromDuration(value)
    if (ms === undefined) return undefined
    return new Date(Math.ceil((now + ms) / 1000) * 1000).toISOString().replace('.000Z', 'Z')
  },
}

const TIME = /^\d{4}-\d{2}-\d{2}T/

function toDuration(ms: number): string {
  if (ms < 1000) return `${Math.ceil(ms)}ms`
  const seconds = Math.ceil(ms / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return `${hours > 0 ? `${hours}h` : ''}${seconds >= 60 ? `${minutes}m` : ''}${seconds % 60}s`
}

/** Milliseconds in `1h2m3.5s`, `12ms`, or a bare number of seconds; undefined for anything else, and for more than a year. */
function fromDuration(text: string): number | undefined {
  const parts = (BARE.exec(text) ?? UNITS.exec(text))?.groups
  if (parts === undefined) return undefined
  const of = (unit: string, length: number) => Number(parts[unit] ?? 0) * length
  const ms = of('d', 86_400_000) + of('h', 3_600_000) + of('m', 60_000) + of('s', 1000) + of('ms', 1)
  return ms > YEAR ? undefined : ms
}

const BARE = /^(?<s>\d+(?:\.\d+)?)$/
const UNITS =
  /^(?=.)(?:(?<d>\d+)d)?(?:(?<h>\d+)h)?(?:(?<m>\d+)m(?!s))?(?:(?<s>\d+(?:\.\d+)?)s)?(?:(?<ms>\d+(?:\.\d+)?)ms)?$/
const YEAR = 31_536_000_000
