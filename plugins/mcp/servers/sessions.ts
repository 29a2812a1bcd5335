import type { Client, PriorDiscovery, SdkHttpError } from '@modelcontextprotocol/client'
import { LRUCache } from 'lru-cache'
import type { Log } from '../../../src/log.ts'
import type { Owner } from '../door/visit.ts'
import type { McpServer } from '../model.ts'
import { type Connect, type Connection, unbroken } from './connection.ts'
import { toFailure } from './failure.ts'

export interface Sessions {
  /**
   * Runs with the conversation that somebody has with a server; of what comes back its credentials are left out. A server that has forgotten it has done nothing yet: then
   * once more, with a new one.
   */
  use<T>(server: McpServer, owner: Owner, run: (client: Client) => Promise<T>): Promise<T>
  /** Ends those that nobody has used for a while. */
  purge(): void
  close(): Promise<void>
}

interface Session {
  readonly opened: Promise<Connection>
  /** Calls that run in it. */
  busy: number
  /** Nobody else begins anything in it. */
  isOver: boolean
  closed: Promise<void> | undefined
}

/** So many are kept open, and for so long (milliseconds) when nobody uses them. */
const MOST = 1000
const IDLE = 300_000

/** Each caller has a conversation of its own with each server: what a server keeps for one, no other may meet. */
export function createSessions(connect: Connect, log: Log): Sessions {
  const found = new Map<string, PriorDiscovery>()
  const sessions = new LRUCache<string, Session>({
    max: MOST,
    ttl: IDLE,
    updateAgeOnGet: true,
    dispose: end,
  })

  function end(session: Session): void {
    session.isOver = true
    if (session.busy === 0) void shut(session)
  }

  const shut = (session: Session): Promise<void> =>
    (session.closed ??= session.opened
      .then(connection => connection.close())
      .catch(async error => {
        const { code, reason } = await toFailure(error, 0)
        log.debug('A conversation did not end well', { code, reason })
      }))

  async function open(server: McpServer, { userPath }: Owner): Promise<Connection> {
    const connection = await connect(server, { userPath, prior: found.get(server.name) })
    found.set(server.name, connection.found)
    return connection
  }

  function sessionOf(server: McpServer, key: string, owner: Owner): Session {
    const known = sessions.get(key)
    if (known !== undefined) return known
    const session: Session = { opened: open(server, owner), busy: 0, isOver: false, closed: undefined }
    sessions.set(key, session)
    return session
  }

  function forget(server: McpServer, key: string, session: Session): void {
    // A server that fails may be another one, or a newer one, when it is back.
    found.delete(server.name)
    if (sessions.peek(key) === session) sessions.delete(key)
  }

  async function use<T>(
    server: McpServer,
    owner: Owner,
    run: (client: Client) => Promise<T>,
    isLast = false,
  ): Promise<T> {
    const key = JSON.stringify([server.name, owner.key])
    const isNew = !sessions.has(key)
    const session = sessionOf(server, key, owner)
    session.busy++
    let connection: Connection | undefined
    try {
      connection = await session.opened
      return server.hide(await run(connection.client))
    } catch (error) {
      const { isOver, isForgotten } = await verdictOn(error)
      if (isOver || connection === undefined) forget(server, key, session)
      const isWorthIt = isForgotten && connection?.hasSession === true && !isNew && !isLast
      if (!isWorthIt) throw unbroken(error)
    } finally {
      session.busy--
      if (session.isOver) end(session)
    }
    return use(server, owner, run, true)
  }

  return {
    use,
    purge: () => void sessions.purgeStale(),
    async close() {
      const all = [...sessions.values()]
      sessions.clear()
      await Promise.all(all.map(shut))
    },
  }
}

/** A server that knows no such session should answer 404; some say it in words. */
const isForgotten = ({ status, data }: SdkHttpError): boolean =>
  status === 404 || (status === 400 && /session/i.test(String(data.text)))

/** `isOver`: the conversation cannot go on. `isForgotten`: the server did not know it, and so did nothing. */
async function verdictOn(error: unknown) {
  const { ProtocolError, SdkErrorCode, SdkError, SdkHttpError } = await import('@modelcontextprotocol/client')
  // It answers, if only with an error; or it is slow.
  const isSlow = error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout
  const isOver = !isSlow && (!(error instanceof ProtocolError) || unbroken(error) !== error)
  return { isOver, isForgotten: error instanceof SdkHttpError && isForgotten(error) }
}
