import type { Message, ProviderSocket, SocketListener } from '../types.ts'
import { NoSocket } from './no-socket.ts'

export interface Dialing {
  /** `http:` or `https:`, as the addresses of providers are written. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Gives up while the other side has not answered; later it does nothing. */
  readonly signal: AbortSignal
  /** How often the other side is asked whether it still lives (milliseconds). */
  readonly pingEvery?: number
}

/** What the runtime's WebSocket has beside those of browsers. */
type Client = WebSocket & { ping(): void; terminate(): void }

const PING_EVERY = 30_000
/** The runtime has no other place where it says the status. */
const STATUS = /Expected 101 status code: (\d{3})/

/** Opens a WebSocket to an upstream. Redirects are not followed. */
export function dial({ url, headers, signal, pingEvery = PING_EVERY }: Dialing): Promise<ProviderSocket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const options = { headers, perMessageDeflate: false } as unknown as string[]
    const socket = new WebSocket(url.replace(/^http/, 'ws'), options) as Client
    const giveUp = () => {
      socket.terminate()
      reject(signal.reason)
    }
    signal.addEventListener('abort', giveUp)
    socket.binaryType = 'arraybuffer'
    socket.onerror = event => reject(toFault(event as ErrorEvent))
    socket.onclose = ({ code, reason }) => reject(new Error(`It closed at once (${code} ${reason})`))
    socket.onopen = () => {
      signal.removeEventListener('abort', giveUp)
      keepAlive(socket, pingEvery)
      resolve(toProviderSocket(socket))
    }
  })
}

function toFault({ message, error }: ErrorEvent): Error {
  const status = STATUS.exec(message)?.[1]
  return status === undefined ? (error ?? new Error(message)) : new NoSocket(Number(status), error)
}

function toProviderSocket(socket: Client): ProviderSocket {
  const kept: Message[] = []
  let listener: SocketListener | undefined
  let end: readonly [code: number, reason: string] | undefined
  let tellFirst: (message?: Message) => void
  const first = new Promise<Message | undefined>(resolve => {
    tellFirst = resolve
  })
  socket.onerror = null
  socket.onmessage = ({ data }) => {
    const message: Message = typeof data === 'string' ? data : new Uint8Array(data)
    tellFirst(message)
    if (listener === undefined) kept.push(message)
    else listener.message(message)
  }
  socket.onclose = ({ code, reason }) => {
    end = [code, reason]
    tellFirst()
    listener?.closed(code, reason)
  }
  return {
    first,
    send(message) {
      if (end === undefined) socket.send(message)
      return socket.bufferedAmount
    },
    close: (code, reason) => socket.close(code, reason),
    listen(hears) {
      listener = hears
      for (const message of kept.splice(0)) hears.message(message)
      if (end !== undefined) hears.closed(...end)
    },
  }
}

/** A connection can be gone without a word: who has said nothing since the last ping is not there any more. */
function keepAlive(socket: Client, every: number): void {
  let isHeard = true
  const heard = () => {
    isHeard = true
  }
  for (const event of ['message', 'ping', 'pong']) socket.addEventListener(event, heard)
  const timer = setInterval(() => {
    if (!isHeard) return socket.terminate()
    isHeard = false
    socket.ping()
  }, every)
  socket.addEventListener('close', () => clearInterval(timer))
}
