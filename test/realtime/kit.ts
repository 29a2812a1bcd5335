import { definePlugin } from '../../src/contract/plugin.ts'
import { accept, type SocketData, socketHandler } from '../../src/http/accept.ts'
import { MASTER, startGateway, type TestGateway, type TestOptions } from '../kit.ts'
import { type Book, createReader, type Row } from '../usage/book.ts'
import { createRealtimeUpstream, type RealtimeUpstream } from './upstream.ts'

export interface Studio extends AsyncDisposable {
  readonly upstream: RealtimeUpstream
  readonly test: TestGateway
  readonly url: string
  readonly book: Book
  /** The ids of calls that are over. */
  readonly settled: string[]
  /** All records, once they are written. */
  rows(): Promise<Row[]>
}

/** Bytes of a client's message. */
const LONGEST = 4 * 1024 * 1024

/** A gateway that listens, before a provider of conversations. */
export async function openStudio({ env = {}, extra = [], ...options }: TestOptions = {}): Promise<Studio> {
  const upstream = createRealtimeUpstream()
  const { plugin, book } = createReader()
  const settled: string[] = []
  const count = definePlugin({
    name: 'count',
    about: 'Counts calls that are over.',
    setup: () => ({ settle: ({ id }) => void settled.push(id) }),
  })
  const test = await startGateway({
    ...options,
    env: {
      OPENAI_API_KEY: 'sk-of-the-operator',
      OPENAI_BASE_URL: upstream.url,
      OPENAI_MODELS: 'voice,other,shut,rude,shy,mute,locked,unknown,busy,broken,page,whisper',
      ...env,
    },
    extra: [plugin, count, ...extra],
  })
  const server = Bun.serve<SocketData>({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request, server) =>
      test.gateway.fetch(request, {
        loopback: true,
        keepOpen: () => server.timeout(request, 0),
        expectReading: () => server.timeout(request, 240),
        upgrade: (headers, listen) => accept(server, request, headers, listen),
      }),
    websocket: socketHandler(LONGEST),
  })
  return {
    upstream,
    test,
    url: `http://127.0.0.1:${server.port}`,
    book,
    settled,
    async rows() {
      await book.flush()
      return book.rows()
    },
    async [Symbol.asyncDispose]() {
      await test.close()
      await server.stop(true)
      upstream.stop()
    },
  }
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into events freely, and fail where they guess wrong
type Event = any

/** A client's end. */
export interface Talker {
  readonly socket: WebSocket
  readonly events: Event[]
  readonly bytes: Uint8Array[]
  /** How it ended, or why it did not begin. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string; readonly error: string }>
  say(event: object | string | Uint8Array<ArrayBuffer>): void
  /** The next event of this type that nobody has waited for yet. */
  hear(type: string): Promise<Event>
  /** Reads nothing any more. */
  pause(): void
  /** Leaves without a word. */
  hangUp(): void
}

export interface Calling {
  readonly key?: string
  readonly protocols?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

/** What the runtime's WebSocket has beside those of browsers. */
type Client = WebSocket & { pause(): void; terminate(): void }

/** Opens a WebSocket at the gateway. */
export function talkTo(url: string, query: string, calling: Calling = {}): Talker {
  const { protocols, headers, key = protocols ? undefined : MASTER } = calling
  const options = {
    headers: { ...(key && { authorization: `Bearer ${key}` }), ...headers },
    ...(protocols && { protocols }),
  } as unknown as string[]
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/realtime${query}`, options) as Client
  socket.binaryType = 'arraybuffer'
  const events: Event[] = []
  const bytes: Uint8Array[] = []
  let taken = 0
  let error = ''
  let tell = () => {}
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') events.push(JSON.parse(data))
    else bytes.push(new Uint8Array(data))
    tell()
  }
  socket.onerror = event => {
    error = (event as ErrorEvent).message
  }
  const closed = new Promise<Awaited<Talker['closed']>>(resolve => {
    socket.onclose = ({ code, reason }) => {
      resolve({ code, reason, error })
      tell()
    }
  })
  return {
    socket,
    events,
    bytes,
    closed,
    pause: () => socket.pause(),
    hangUp: () => socket.terminate(),
    say: event =>
      socket.send(typeof event === 'string' || event instanceof Uint8Array ? event : JSON.stringify(event)),
    async hear(type) {
      for (;;) {
        const at = events.findIndex((event, index) => index >= taken && event.type === type)
        if (at >= 0) {
          taken = at + 1
          return events[at]
        }
        if (socket.readyState === WebSocket.CLOSED)
          throw new Error(`It closed before it said "${type}": ${error}`)
        await new Promise<void>(resolve => {
          tell = resolve
        })
      }
    },
  }
}

/** The status of a refused opening, as the runtime's client tells it. */
export const statusOf = async (talker: Talker): Promise<number> =>
  Number(/status code: (\d+)/.exec((await talker.closed).error)?.[1])
