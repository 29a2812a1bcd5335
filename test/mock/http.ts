import type { Socket } from 'bun'
import { createWire, type Wire } from './wire.ts'

/** A request as it came over the wire. */
export interface Incoming {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** Request line and header lines, undecoded. */
  readonly head: string
  readonly body: Buffer
}

interface Connection {
  receive(data: Buffer): void
  drain(): void
  gone(): void
}

export interface HttpServer {
  readonly port: number
  stop(): void
}

type Handle = (incoming: Incoming, wire: Wire) => void

/**
 * HTTP/1.1 over bare TCP: an answer is bytes on a socket, and so can be as broken as a provider's. `Bun.serve` can
 * neither reset a connection at a given byte nor send a head that lies about its body.
 */
export function createHttpServer(handle: Handle, port: number): HttpServer {
  const listener = Bun.listen<Connection>({
    hostname: '127.0.0.1',
    port,
    socket: {
      open(socket) {
        socket.data = createConnection(socket, handle)
      },
      data: (socket, data) => socket.data.receive(data),
      drain: socket => socket.data.drain(),
      close: socket => socket.data.gone(),
      // The client's reset; "close" follows.
      error() {},
    },
  })
  return { port: listener.port, stop: () => listener.stop(true) }
}

function createConnection(socket: Socket<Connection>, handle: Handle): Connection {
  const { wire, drain, gone } = createWire(socket, () => {
    busy = false
    // Not at once: a thousand pipelined requests would be a thousand frames deep.
    if (size >= needed) queueMicrotask(serve)
  })
  let parts: Buffer[] = []
  let size = 0
  let needed = 1
  let busy = false
  let continued = false

  function serve(): void {
    if (busy || size < needed) return
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    const request = parseRequest(bytes)
    if ('needed' in request) {
      parts = [bytes]
      needed = request.needed
      if (request.wantsContinue && !continued) {
        continued = true
        wire.send('HTTP/1.1 100 Continue\r\n\r\n')
      }
      return
    }
    const rest = bytes.subarray(request.end)
    parts = rest.length === 0 ? [] : [rest]
    size = rest.length
    needed = 1
    continued = false
    busy = true
    handle(request, wire)
  }

  return {
    receive(data) {
      parts.push(data)
      size += data.length
      serve()
    },
    drain,
    gone,
  }
}

type Parsed =
  | (Incoming & { readonly end: number })
  | { readonly needed: number; readonly wantsContinue: boolean }

const HEAD_END = Buffer.from('\r\n\r\n')

/** One request from the beginning of the bytes, or how many bytes it takes at least to try again. */
function parseRequest(bytes: Buffer): Parsed {
  const headEnd = bytes.indexOf(HEAD_END)
  if (headEnd < 0) return { needed: bytes.length + 1, wantsContinue: false }
  const head = bytes.toString('latin1', 0, headEnd)
  const start = headEnd + 4
  const read = bodyOf(bytes, start, head)
  if (typeof read === 'number')
    return { needed: read, wantsContinue: /\r\nexpect: *100-continue/i.test(head) }
  const [method = '', target = ''] = head.slice(0, head.indexOf('\r\n')).split(' ', 2)
  const query = target.indexOf('?')
  return { method, path: query < 0 ? target : target.slice(0, query), head, ...read }
}

function bodyOf(bytes: Buffer, start: number, head: string): { body: Buffer; end: number } | number {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)
  if (length) {
    const end = start + Number(length[1])
    return end <= bytes.length ? { body: bytes.subarray(start, end), end } : end
  }
  return /\r\ntransfer-encoding: *chunked/i.test(head)
    ? dechunk(bytes, start)
    : { body: bytes.subarray(0, 0), end: start }
}

function dechunk(bytes: Buffer, start: number): { body: Buffer; end: number } | number {
  const parts: Buffer[] = []
  for (let at = start; ; ) {
    const line = bytes.indexOf('\r\n', at)
    if (line < 0) return bytes.length + 1
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16)
    const end = line + 2 + size + 2
    if (bytes.length < end) return end
    if (size === 0) return { body: Buffer.concat(parts), end }
    parts.push(bytes.subarray(line + 2, end - 2))
    at = end
  }
}

/** Header lines as an object: names in lower case, repeated ones joined as `Headers` does. */
export function parseHeaders(head: string): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
  }
  return headers
}
