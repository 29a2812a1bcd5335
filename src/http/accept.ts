import type { Server, ServerWebSocket, WebSocketHandler } from 'bun'
import type { Bytes } from '../base/bytes.ts'
import type { Message, SocketEnd, SocketListener } from '../types.ts'

/** What the server keeps of each WebSocket of a client. */
export interface SocketData {
  readonly listen: (client: SocketEnd) => SocketListener
  listener?: SocketListener
}

/** Bytes; the server counts no further. */
const MOST = 0x7fff_ffff
/** Who answers no ping for so long is gone (seconds). */
const IDLE = 120
/** Whoever does not take the word that ends it is cut off (milliseconds). */
const LAST_WORDS = 2000

/** Makes a WebSocket of a request; false where its client is gone, or asked for none. */
export const accept = (
  server: Server<SocketData>,
  request: Request,
  headers: Readonly<Record<string, string>>,
  listen: SocketData['listen'],
): boolean => server.upgrade(request, { headers, data: { listen } })

/** What the server does with WebSockets. `longest`: bytes of a message; a longer one closes it with 1009. */
export const socketHandler = (longest: number): WebSocketHandler<SocketData> => ({
  maxPayloadLength: Math.min(longest, MOST),
  idleTimeout: IDLE,
  perMessageDeflate: false,
  // How much may wait is the business of who sends, and told by `send`: here nothing gets lost without a word.
  backpressureLimit: MOST,
  open(socket) {
    socket.data.listener = socket.data.listen(toEnd(socket))
  },
  message: (socket, message) => socket.data.listener?.message(message as Message),
  close: (socket, code, reason) => socket.data.listener?.closed(code, reason),
})

const toEnd = (socket: ServerWebSocket<SocketData>): SocketEnd => ({
  send(message) {
    socket.send(message as string | Bytes)
    return socket.getBufferedAmount()
  },
  close(code, reason) {
    socket.close(code, reason)
    setTimeout(() => socket.terminate(), LAST_WORDS)
  },
})
