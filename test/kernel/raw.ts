import { createConnection, type Socket } from 'node:net'

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** A connection on which requests are written byte by byte; opened anew when the server closes it. */
export interface Talk {
  /** The next answer; undefined when the server closes the connection without one, or takes none. */
  ask(bytes: string | Uint8Array): Promise<RawAnswer | undefined>
  /** The socket, for those who want to be slow, rude or gone. */
  socket(): Promise<Socket>
  close(): void
}

const PATIENCE = 10_000

/** Talks HTTP by hand: what no well-behaved client would send. */
export function openTalk(port: number): Talk {
  let current: Socket | undefined
  let received: Buffer = Buffer.alloc(0)
  let wake = () => {}

  async function connect(): Promise<Socket> {
    if (current !== undefined && !current.destroyed && current.writable) return current
    const socket = createConnection({ port, host: '127.0.0.1' })
    current = socket
    received = Buffer.alloc(0)
    socket.setNoDelay(true)
    socket.on('data', data => {
      received = Buffer.concat([received, data as Buffer])
      wake()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      if (current === socket) current = undefined
      wake()
    })
    await new Promise<void>(resolve => socket.once('connect', resolve).once('close', () => resolve()))
    return socket
  }

  return {
    async ask(bytes) {
      const socket = await connect()
      const isHead = String(bytes.slice(0, 5)) === 'HEAD '
      socket.write(bytes)
      const until = Date.now() + PATIENCE
      for (;;) {
        const found = parseAnswer(received, isHead)
        if (found !== undefined) {
          received = received.subarray(found.end)
          if (found.answer.status < 200) continue
          if (/\bclose\b/i.test(found.answer.headers.get('connection') ?? '')) socket.destroy()
          return found.answer
        }
        if (current !== socket) return undefined
        if (Date.now() > until) throw new Error(`No answer to ${JSON.stringify(String(bytes).slice(0, 200))}`)
        await new Promise<void>(resolve => {
          wake = resolve
          setTimeout(resolve, 1000)
        })
      }
    },
    socket: connect,
    close: () => current?.destroy(),
  }
}

/** One request on a connection of its own. */
export async function askOnce(port: number, bytes: string | Uint8Array): Promise<RawAnswer | undefined> {
  const talk = openTalk(port)
  try {
    return await talk.ask(bytes)
  } finally {
    talk.close()
  }
}

function parseAnswer(bytes: Buffer, isHead: boolean): { answer: RawAnswer; end: number } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const [first = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n')
  const headers = new Headers()
  for (const line of lines)
    headers.append(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1))
  const read = /chunked/i.test(headers.get('transfer-encoding') ?? '')
    ? dechunk(bytes, headEnd + 4)
    : fixed(bytes, headEnd + 4, isHead ? 0 : Number(headers.get('content-length') ?? 0))
  if (read === undefined) return undefined
  return { answer: { status: Number(first.split(' ')[1]), headers, body: read.body }, end: read.end }
}

type Read = { readonly body: string; readonly end: number } | undefined

const fixed = (bytes: Buffer, start: number, length: number): Read =>
  bytes.length < start + length
    ? undefined
    : { body: bytes.toString('utf8', start, start + length), end: start + length }

function dechunk(bytes: Buffer, start: number): Read {
  const parts: Buffer[] = []
  for (let at = start; ; ) {
    const line = bytes.indexOf('\r\n', at)
    if (line < 0) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16)
    const end = line + 2 + size + 2
    if (bytes.length < end) return undefined
    if (size === 0) return { body: Buffer.concat(parts).toString('utf8'), end }
    parts.push(bytes.subarray(line + 2, line + 2 + size))
    at = end
  }
}
