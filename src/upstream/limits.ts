import type { Limits } from '../types.ts'

const NAME = /^(?:x|anthropic)-ratelimit-[a-z0-9-]{1,60}$/
/** Numbers, times and short words; whatever else a provider may write there is not for callers. */
const VALUE = /^[\w.:+ -]{1,64}$/

/** What a provider says of its limits; undefined where it says nothing. */
export function limitsIn(headers: Iterable<readonly [name: string, value: string]>): Limits | undefined {
  let found: Record<string, string> | undefined
  for (const [name, value] of headers) {
    if (!NAME.test(name) || !VALUE.test(value)) continue
    found ??= {}
    found[name] = value
  }
  return found
}
