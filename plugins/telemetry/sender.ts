import type { Host } from '../../src/contract/plugin.ts'
import type { Log } from '../../src/log.ts'

/** again: worth another try, later. refused: it will never be taken. */
export type Delivery = 'taken' | 'again' | 'refused'

export interface SenderOptions {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly contentType: string
  /** Milliseconds for one delivery. */
  readonly timeout: number
  readonly fetch: Host['fetch']
  readonly log: Log
  readonly now: () => number
}

export interface Sender {
  send(body: Uint8Array, timeout?: number): Promise<Delivery>
  /** Nothing should be sent now: the collector failed, and gets time. */
  isResting(): boolean
}

/** Statuses after which the standard allows another try. */
const passing = new Set([429, 502, 503, 504])
const FIRST_REST = 1000
const LONGEST_REST = 60_000

/** Delivers to a collector, which may be slow, full or gone; then it rests, longer each time, and the log says so once. */
export function createSender(options: SenderOptions): Sender {
  const { url, headers, contentType, log, now } = options
  let failures = 0
  let restUntil = 0

  function learn(delivery: Delivery, why: string): Delivery {
    if (delivery === 'taken') {
      if (failures > 0) log.info('Telemetry is delivered again', { to: originOf(url) })
      failures = restUntil = 0
      return delivery
    }
    restUntil = now() + Math.min(FIRST_REST * 2 ** failures, LONGEST_REST)
    if (failures++ === 0) log.warn('Telemetry cannot be delivered', { to: originOf(url), why })
    return delivery
  }

  return {
    isResting: () => restUntil > now(),
    async send(body, timeout = options.timeout) {
      try {
        const response = await options.fetch(url, {
          method: 'POST',
          headers: { ...headers, 'content-type': contentType },
          body: body as Uint8Array<ArrayBuffer>,
          signal: AbortSignal.timeout(timeout),
        })
        response.body?.cancel().catch(() => {})
        if (response.ok) return learn('taken', '')
        return learn(passing.has(response.status) ? 'again' : 'refused', `status ${response.status}`)
      } catch (error) {
        return learn('again', reasonOf(error))
      }
    },
  }
}

const originOf = (url: string): string => new URL(url).origin

/** Addresses may hold a token of the collector's vendor: errors that could quote one are told by their code. */
function reasonOf(error: unknown): string {
  const { message, code, name } = error as { message?: string; code?: unknown; name?: string }
  return message?.startsWith('Cannot fetch from') ? message : String(code ?? name ?? 'unknown')
}
