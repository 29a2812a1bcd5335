import { Arriving } from './arriving.ts'
import { Connection } from './connection.ts'
import { type Origin, toOrigin } from './origin.ts'
import { type PlainCall, writeHead } from './request.ts'

/** Calls upstreams over connections that are kept between calls. */
export interface Client {
  /** Resolves when the head of the answer is here; undefined where the call is better made by `fetch`. */
  send(call: PlainCall): Promise<Arriving> | undefined
  /** Ends the connections that wait for another call; none waits any more. */
  close(): void
}

/** Connections that nobody used for so long are closed (ms); looked for as often. */
const IDLE = 30_000
/** Where so many connections are being made for nobody, nobody is there: `fetch` can end its own. */
const STRAYS = 16
/** So many addresses are remembered. */
const MOST = 10_000

/** Where a call goes. */
interface Place {
  readonly origin: Origin
  /** With its query. */
  readonly path: string
}

export function createClient(): Client {
  const origins = new Map<string, Origin>()
  const places = new Map<string, Place>()
  const sweep = setInterval(() => {
    const before = performance.now() - IDLE
    for (const { idle } of origins.values())
      for (const connection of idle.filter(({ idleSince }) => idleSince < before)) connection.leave()
  }, IDLE)
  sweep.unref()

  function placeOf(address: string): Place {
    const known = places.get(address)
    if (known !== undefined) return known
    const url = new URL(address)
    const origin = origins.get(url.origin) ?? toOrigin(url)
    origins.set(url.origin, origin)
    const place = { origin, path: url.pathname + url.search }
    if (places.size < MOST) places.set(address, place)
    return place
  }

  return {
    send(call) {
      const { url, method, body = '', signal, shuns } = call
      const { origin, path } = placeOf(url)
      origin.shuns = shuns
      if (origin.idle.length === 0 && origin.strays >= STRAYS) return undefined
      const length = Buffer.byteLength(body)
      const head = writeHead(call, { host: origin.host, path, length })
      if (head === undefined) return undefined
      if (signal?.aborted) return Promise.reject(signal.reason)
      const sent = { text: head + body, size: head.length + length, method }
      const arriving = new Arriving(sent, signal)
      const connection = origin.idle.pop() ?? new Connection(origin)
      connection.send(arriving)
      return arriving.head
    },
    close() {
      clearInterval(sweep)
      for (const origin of origins.values()) {
        // Calls under way run on, and nobody sweeps behind them.
        origin.keepsFrom = Number.POSITIVE_INFINITY
        for (const connection of [...origin.idle]) connection.leave()
      }
    },
  }
}
