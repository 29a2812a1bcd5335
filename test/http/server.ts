import type { Socket } from 'bun'

/** What a server does with one request: bytes to write one behind the other, with pauses (ms), or an end. */
export type Step = string | Uint8Array | number | 'close' | 'reset'

interface State {
  text: string
  sink: Promise<void>
}

/**
 * A server that speaks no HTTP of its own: it waits for whole requests, and does to each what the script says. `script`
 * is asked with the number of the request, from 0, all connections counted together.
 */
export function serveRaw(script: (index: number, head: string) => readonly Step[]) {
  const requests: { head: string; body: string; connection: number }[] = []
  const sockets: Socket<State>[] = []
  let taken = 0
  const server = Bun.listen<State>({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      open(socket) {
        socket.data = { text: '', sink: Promise.resolve() }
        sockets.push(socket)
      },
      data(socket, bytes) {
        taken += bytes.length
        socket.data.text += bytes.toString('latin1')
        for (let request = next(socket); request !== undefined; request = next(socket)) {
          const index = requests.push({ ...request, connection: sockets.indexOf(socket) }) - 1
          const steps = script(index, request.head)
          socket.data.sink = socket.data.sink.then(() => play(socket, steps))
        }
      },
      drain: socket => drains.get(socket)?.(),
      close(socket) {
        drains.get(socket)?.()
        tellClosed()
      },
    },
  })
  let tellClosed = () => {}
  const closed = new Promise<void>(resolve => {
    tellClosed = resolve
  })
  const drains = new Map<Socket<State>, () => void>()

  function next(socket: Socket<State>) {
    const { text } = socket.data
    const end = text.indexOf('\r\n\r\n')
    if (end < 0) return undefined
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0)
    if (text.length < end + 4 + length) return undefined
    socket.data.text = text.slice(end + 4 + length)
    return { head: text.slice(0, end), body: text.slice(end + 4, end + 4 + length) }
  }

  async function play(socket: Socket<State>, steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (step === 'close') socket.end()
      else if (step === 'reset') socket.terminate()
      else if (typeof step === 'number') await Bun.sleep(step)
      else await write(socket, typeof step === 'string' ? Buffer.from(step, 'latin1') : step)
    }
  }

  async function write(socket: Socket<State>, bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0; ) {
      const size = socket.write(rest)
      if (size < 0) return
      sent += size
      rest = rest.subarray(size)
      if (rest.length > 0) await new Promise<void>(resolve => drains.set(socket, resolve))
    }
  }

  let sent = 0
  return {
    url: `http://127.0.0.1:${server.port}/v1/chat`,
    requests,
    /** All connections that were ever made. */
    sockets,
    /** Resolves when a client has ended a connection. */
    closed,
    /** Bytes that the system took for the other side. */
    sent: () => sent,
    /** Bytes that came. */
    taken: () => taken,
    stop: () => server.stop(true),
  }
}

export const answer = (body: string, more = ''): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n${more}content-length: ${Buffer.byteLength(body, 'latin1')}\r\n\r\n${body}`
