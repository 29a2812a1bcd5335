import type { Connection } from './connection.ts'

/** Where connections lead, and those that wait there for another call. */
export interface Origin {
  readonly hostname: string
  readonly port: number
  readonly isSecure: boolean
  /** As the `host` header has it. */
  readonly host: string
  readonly idle: Connection[]
  /** How many are still being made although nobody waits for them any more. */
  strays: number
  /** From when on connections are kept there (monotonic ms). */
  keepsFrom: number
  /** For how long none was kept the last time (ms). */
  mistrust: number
  /** True for addresses that a connection must not lead to, whatever the name means by then. */
  shuns: ((address: string) => boolean) | undefined
}

/** For so long at first, and at most, no connection is kept where the last one was closed without a word (ms). */
const SHORTEST = 2000
const LONGEST = 300_000

/** The next connection would be lost with its call. Each time for longer: it may also have been this one call. */
export function mistrust(origin: Origin): void {
  const now = performance.now()
  if (now < origin.keepsFrom) return
  const isNew = now - origin.keepsFrom > LONGEST
  origin.mistrust = isNew ? SHORTEST : Math.min(origin.mistrust * 2, LONGEST)
  origin.keepsFrom = now + origin.mistrust
}

export function toOrigin({ protocol, hostname, port, host }: URL): Origin {
  const isSecure = protocol === 'https:'
  return {
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || (isSecure ? 443 : 80)),
    isSecure,
    host,
    idle: [],
    strays: 0,
    keepsFrom: 0,
    mistrust: SHORTEST / 2,
    shuns: undefined,
  }
}
