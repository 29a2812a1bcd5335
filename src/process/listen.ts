import { isLocalCaller } from '../door/address.ts'
import { ConfigError } from '../errors.ts'
import type { Connection } from '../exchange.ts'
import { accept, type SocketData, socketHandler } from '../http/accept.ts'
import type { Awaitable } from '../types.ts'

/** Bytes may stop arriving for so long (seconds) while a request is sent; an answer may be silent for ever. */
const IDLE_SECONDS = 60
/** A client may take nothing of what waits for it for so long (seconds); the runtime counts to 255. */
const STALLED_SECONDS = 240

export interface Place {
  readonly host: string
  readonly port: number
  /** Bytes; of a message over a WebSocket, too. */
  readonly bodyLimit: number
  /** Other processes listen there, too: each connection goes to one of them. */
  readonly isShared?: boolean
}

export type Answering = (request: Request, connection: Connection) => Awaitable<Response>

/** Why nobody can listen, and what to do about it, by the system's name for it. */
const unheard: Readonly<Record<string, readonly [why: string, mend: string]>> = {
  EADDRINUSE: ['another process does', 'end it, or set PORT to another one'],
  EADDRNOTAVAIL: ['this machine has no such address', 'set HOST to one of its own, or to 0.0.0.0 for all'],
  EACCES: ['this user may not', 'set PORT to 1024 or above'],
}

/** @throws ConfigError that says why nobody can listen there. */
export function listen(
  { host, port, bodyLimit, isShared = false }: Place,
  answer: Answering,
): Bun.Server<SocketData> {
  try {
    return Bun.serve({
      hostname: host,
      port,
      reusePort: isShared,
      idleTimeout: IDLE_SECONDS,
      // Our own limit answers in the client's dialect; the server's would cut the connection.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      fetch: (request, server) => answer(request, new ServerConnection(request, server)),
      websocket: socketHandler(bodyLimit),
      error: () => new Response('The gateway failed to handle this request', { status: 500 }),
    })
  } catch (cause) {
    const { code = '', message } = cause as Error & { readonly code?: string }
    throw new ConfigError(`Cannot listen on ${host}:${port}: ${unheard[code]?.join(': ') ?? message}`, {
      cause,
    })
  }
}

/** Undefined where it is free. */
export async function whyNotListen(
  hostname: string,
  port: number,
): Promise<readonly [why: string, mend: string] | undefined> {
  try {
    await Bun.serve({ hostname, port, fetch: () => new Response() }).stop(true)
    return undefined
  } catch (error) {
    const { code = '', message } = error as Error & { readonly code?: string }
    return unheard[code] ?? ([message, 'set HOST and PORT to an address that is free'] as const)
  }
}

/**
 * The port for processes that will share it: where 0 is asked for, one that is free. They would share it with anybody
 * who shares, another gateway even, so whether it is free has to be found out first, by a socket that does not.
 *
 * @throws ConfigError as `listen` does.
 */
export async function findPort(place: Place): Promise<number> {
  const server = listen(place, () => new Response())
  const { port } = server
  await server.stop(true)
  return port ?? place.port
}

/** A class: one is made for each request, and its getter must not be. */
class ServerConnection implements Connection {
  readonly #request: Request
  readonly #server: Bun.Server<SocketData>
  constructor(request: Request, server: Bun.Server<SocketData>) {
    this.#request = request
    this.#server = server
  }
  get loopback() {
    return isLocalCaller(this.#request, this.#server.requestIP(this.#request)?.address ?? '')
  }
  keepOpen() {
    this.#server.timeout(this.#request, 0)
  }
  expectReading() {
    this.#server.timeout(this.#request, STALLED_SECONDS)
  }
  upgrade(...[headers, listen]: Parameters<Connection['upgrade'] & {}>) {
    return accept(this.#server, this.#request, headers, listen)
  }
}
