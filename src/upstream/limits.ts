import type { Limits } from '../types.ts'

const NAME = /^(?:x|anthropic)-ratelimit-[a-z0-9-]{1,60}$/
/** Most headers have shorter names: those need no closer look. */
const SHORTEST = 'x-ratelimit-x'.length
/** Numbers, times and short words; whatever else a provider may write there is not for callers. */
const VALUE = /^[\w.:+ -]{1,64}$/

/** What a provider says of its limits; undefined where it says nothing. */
export function limitsIn(headers: {
  forEach(visit: (value: string, name: string) => void): void
}): Limits | undefined {
  let found: Record<string, string> | undefined
  headers.forEach((value, name) => {
    if (name.length < SHORTEST || !NAME.test(name) || !VALUE.test(value)) return
    found ??= {}
    found[name] = value
  })
  return found
}
