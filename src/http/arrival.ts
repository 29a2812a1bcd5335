import type { Bytes } from '../base/bytes.ts'
import type { Awaitable, ByteSource } from '../types.ts'
import { formatOf, unpack } from './packings.ts'

/** What is read of the headers of an answer; names in lower case. */
export type ArrivalHeaders = Pick<Headers, 'get' | 'has'> &
  Iterable<[name: string, value: string]> & {
    forEach(visit: (value: string, name: string) => void): void
  }

/** An upstream's answer: its head is here, its body may still be on the way. */
export interface Arrival {
  readonly status: number
  /** The words behind the status; all that some failures say. */
  readonly statusText: string
  readonly headers: ArrivalHeaders
  /** Whoever does not read to the end cancels. Undefined where there is none. */
  readonly body: ByteSource | undefined
  /** All of the body at once. */
  bytes(): Awaitable<Bytes>
}

type Head = Pick<Arrival, 'status' | 'statusText' | 'headers'>

/** Headers as they came, names and values in turn: few of them are ever asked for. */
export class RawHeaders implements ArrivalHeaders {
  readonly #raw: readonly string[]
  constructor(raw: readonly string[]) {
    this.#raw = raw
  }
  get(name: string): string | null {
    let found: string | null = null
    for (let i = 0; i < this.#raw.length; i += 2) {
      const each = this.#raw[i]!
      if (each.length !== name.length || each.toLowerCase() !== name) continue
      found = found === null ? this.#raw[i + 1]! : `${found}, ${this.#raw[i + 1]}`
    }
    return found
  }
  has(name: string): boolean {
    return this.get(name) !== null
  }
  forEach(visit: (value: string, name: string) => void): void {
    for (let i = 0; i < this.#raw.length; i += 2) visit(this.#raw[i + 1]!, this.#raw[i]!.toLowerCase())
  }
  *[Symbol.iterator](): Generator<[string, string]> {
    for (let i = 0; i < this.#raw.length; i += 2) yield [this.#raw[i]!.toLowerCase(), this.#raw[i + 1]!]
  }
}

/** What `fetch` brought. */
export function fromResponse(response: Response, { status, statusText, headers }: Head = response): Arrival {
  let body: ByteSource | undefined
  return {
    status,
    statusText,
    headers,
    get body() {
      body ??= (response.body as ReadableStream<Bytes> | null)?.getReader()
      return body
    },
    bytes: () => response.bytes(),
  }
}

/** Statuses whose answers have no body (Fetch, "null body status"). */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304])

// A stream that nobody reads any more, and nobody cancelled, must not hold its connection for ever.
const forgotten = new FinalizationRegistry<ByteSource>(source => source.cancel().catch(() => {}))

/** For those who expect what `fetch` brings. */
export function toResponse(
  { status, statusText, headers, body }: Arrival,
  whole: Bytes | undefined,
): Response {
  const init = { status, statusText, headers: [...headers] as [string, string][] }
  if (bodiless.has(status) || status > 599 || body === undefined) {
    // What these bring all the same can be given to nobody.
    body?.cancel().catch(() => {})
    return new Response(null, init)
  }
  if (whole !== undefined) return new Response(whole, init)
  const stream = toStream(body)
  forgotten.register(stream, body)
  return new Response(stream, init)
}

const toStream = (source: ByteSource): ReadableStream<Bytes> =>
  new ReadableStream<Bytes>(
    {
      async pull(controller) {
        const { done, value } = await source.read()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: reason => source.cancel(reason),
    },
    // Nothing is read before somebody asks: a read that waits would keep a forgotten stream alive.
    { highWaterMark: 0 },
  )

/** The same answer with its body unpacked, for upstreams that pack although they were asked not to. */
export function unpacked(arrival: Arrival & { readonly whole?: Bytes | undefined }): Arrival {
  const { headers, body } = arrival
  const format = formatOf(headers.get('content-encoding'))
  // What has no body may still say how it would be packed.
  if (format === undefined || body === undefined || arrival.whole?.length === 0) return arrival
  return fromResponse(new Response(unpack(toStream(body), format)), arrival)
}
