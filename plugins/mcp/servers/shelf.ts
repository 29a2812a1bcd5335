import type { Client } from '@modelcontextprotocol/client'
import type { Log } from '../../../src/log.ts'
import type { Owner } from '../door/visit.ts'
import type { McpServer, Offer, Standing } from '../model.ts'
import type { Review } from '../review/review.ts'
import { PATIENCE } from './connection.ts'
import { toFailure } from './failure.ts'
import { inProse, readable } from './readable.ts'
import type { Sessions } from './sessions.ts'

/** What servers offer, as they last told it. */
export interface Shelf {
  of(server: McpServer): Standing
  /** The same, and waits for a server that was never asked. */
  known(server: McpServer): Promise<Standing>
  /** Asks anew; whoever comes while it is asked waits for the same answer. Never fails: a standing says how it went. */
  refresh(server: McpServer): Promise<void>
}

export interface ShelfOptions {
  readonly sessions: Sessions
  readonly review: Pick<Review, 'meet'>
  /** Of the gateway before, where a reload put this one in its place. */
  readonly standings: Map<string, Standing>
  readonly now: () => number
  readonly log: Log
}

/** The owner of the conversations in which the gateway itself asks. */
const SELF: Owner = { key: '' }
const NEW: Standing = { state: 'new' }

export function createShelf({ sessions, review, standings, now, log }: ShelfOptions): Shelf {
  const asking = new Map<string, Promise<void>>()
  // Another address is another server, whatever it is called.
  const keyOf = ({ name, url }: McpServer) => JSON.stringify([name, url])
  const of = (server: McpServer) => standings.get(keyOf(server)) ?? NEW

  async function ask(server: McpServer): Promise<void> {
    const before = of(server)
    try {
      const offer = await sessions.use(server, SELF, readOffer)
      await review.meet(server.name, offer.tools)
      standings.set(keyOf(server), { state: 'ready', offer, askedAt: now() })
      if (before.state === 'away') log.info('An MCP server is back', { server: server.name })
    } catch (error) {
      const { words, reason } = await toFailure(error, PATIENCE)
      const { offer } = before
      standings.set(keyOf(server), { state: 'away', error: words, askedAt: now(), ...(offer && { offer }) })
      if (before.state !== 'away')
        log.warn('An MCP server cannot be asked for its tools', { server: server.name, what: words, reason })
    }
  }

  function refresh(server: McpServer): Promise<void> {
    const key = keyOf(server)
    const running = asking.get(key) ?? ask(server).finally(() => asking.delete(key))
    asking.set(key, running)
    return running
  }

  return {
    of,
    refresh,
    async known(server) {
      if (of(server).state === 'new') await refresh(server)
      return of(server)
    },
  }
}

const OPTIONS = { timeout: PATIENCE, maxTotalTimeout: PATIENCE, cacheMode: 'refresh' } as const

/** Two of one name cannot be told apart: by who calls them, or by who accepts what one of them is now. */
const firstOfEach = <T extends { readonly name: string }>(items: readonly T[]): readonly T[] =>
  [...new Map(items.toReversed().map(item => [item.name, item])).values()].reverse()

async function readOffer(client: Client): Promise<Offer> {
  const can = client.getServerCapabilities() ?? {}
  const { tools } = can.tools === undefined ? { tools: [] } : await client.listTools(undefined, OPTIONS)
  const { prompts } =
    can.prompts === undefined ? { prompts: [] } : await client.listPrompts(undefined, OPTIONS)
  const software = client.getServerVersion()
  const instructions = client.getInstructions()
  return {
    tools: inProse(firstOfEach(tools)),
    prompts: inProse(firstOfEach(prompts)),
    hasResources: can.resources !== undefined,
    protocol: client.getNegotiatedProtocolVersion() ?? 'not known',
    ...(instructions !== undefined && { instructions: readable(instructions) }),
    ...(software !== undefined && { software: `${software.name} ${software.version}` }),
  }
}
