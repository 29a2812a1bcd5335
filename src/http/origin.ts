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
  }
}
