import { ConfigError } from '../errors.ts'
import { originsOf } from '../loading/providers.ts'
import type { House } from '../registry.ts'
import type { EgressOptions } from './egress.ts'

/** Where calls may go: to providers, to where plugins say that they call, and to what `EGRESS_ALLOW` names. */
export function createAllowed(
  egressAllow: readonly string[],
  built: () => House,
): Pick<EgressOptions, 'isAllowed' | 'isTyped'> {
  const allowed = new Set(egressAllow.map(toOrigin))
  const saidByPlugins = (origin: string) =>
    [...built().parts.values()].some(({ origins = [] }) => origins.includes(origin))
  const isConfigured = (origin: string) => allowed.has(origin) || saidByPlugins(origin)
  return {
    isAllowed: origin =>
      isConfigured(origin) ||
      [...built().providers.all().values()].some(provider => originsOf(provider).includes(origin)),
    isTyped: origin => !isConfigured(origin) && built().providers.isOnlyStored(origin),
  }
}

function toOrigin(text: string): string {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new ConfigError(
      `Cannot use "${text}" in EGRESS_ALLOW: expected an origin such as https://example.com`,
    )
  return url.origin
}
