import * as v from 'valibot'
import { createCounts } from '../../src/contract/counts.ts'
import { createChannel } from '../../src/contract/peers.ts'
import type { Host } from '../../src/contract/plugin.ts'
import type { Guardrails } from '../guardrails/look.ts'
import type { ToolLimits } from '../limits/holding/tools.ts'
import { createCalls } from './calls/calls.ts'
import type { Records } from './calls/records.ts'
import { createRegister } from './calls/register.ts'
import { counted, type Tally } from './calls/tally.ts'
import { createDesks } from './door/desk.ts'
import { createOffered } from './door/offered.ts'
import { createServing } from './door/serving.ts'
import type { McpServer, ServerView, Standing, Tools } from './model.ts'
import type { Review } from './review/review.ts'
import { createConnect } from './servers/connection.ts'
import { createSessions } from './servers/sessions.ts'
import { createShelf } from './servers/shelf.ts'
import type { McpSettings } from './settings.ts'

/** What was found out and counted, whichever configuration did it. */
export interface Memory {
  readonly standings: Map<string, Standing>
  readonly tally: Tally
}

export interface OpenOptions {
  readonly servers: ReadonlyMap<string, McpServer>
  readonly guardrails: Guardrails
  readonly limits: ToolLimits
  readonly records: Records
  readonly review: Review
  readonly memory: Memory
}

/** What workers tell each other: a server, or all, are to be asked anew; somebody has accepted changes. */
const note = v.variant('kind', [
  v.object({ kind: v.literal('ask'), server: v.optional(v.string()) }),
  v.object({ kind: v.literal('accepted') }),
])

/** All that there is behind `/mcp`. */
export function openTools(
  host: Host<McpSettings>,
  { servers, guardrails, limits, records, review, memory }: OpenOptions,
) {
  const { config, log, now, site, peers } = host
  const { timeout, answerLimit } = config
  const { standings, tally } = memory
  const sessions = createSessions(createConnect({ ...host, version: site.version, answerLimit }), log)
  const shelf = createShelf({ sessions, review, standings, now, log })
  const offered = createOffered({ shelf, review, now })
  const register = createRegister({ tally, records, log, now })
  const { call, read, ended } = createCalls({ sessions, guardrails, limits, register, log, timeout })
  const openDesk = createDesks({ offered, sessions, guardrails, read, log, timeout })
  const { figures, everywhere } = createCounts(peers, { row: counted, own: tally.all })
  async function ask(name?: string): Promise<void> {
    const chosen = [...servers.values()].filter(server => name === undefined || server.name === name)
    await Promise.all(chosen.map(shelf.refresh))
  }
  const channel = createChannel(peers, {
    note,
    heard: told => (told.kind === 'ask' ? ask(told.server) : review.refresh()),
  })
  function viewOf(server: McpServer): ServerView {
    const standing = shelf.of(server)
    const changes = (standing.offer?.tools ?? [])
      .filter(({ name }) => server.offers(name))
      .flatMap(tool => review.changeOf(server.name, tool) ?? [])
    return { server, standing, changes }
  }
  const tools: Tools = {
    servers: () => [...servers.values()].map(viewOf),
    counted: tally.all,
    countedEverywhere: everywhere,
    async records(question) {
      await records.flush()
      return records.look(question)
    },
    async accept(server, changes) {
      await review.accept(server, changes)
      log.info('Changed tools of an MCP server were accepted', { server, tools: changes.length })
      await channel.tell({ kind: 'accepted' })
    },
    async refresh(name) {
      await Promise.all([channel.tell({ kind: 'ask', server: name }), ask(name)])
    },
  }
  return {
    ...tools,
    figures,
    hear: channel.hear,
    /** In this worker alone. */
    ask,
    serve: createServing({ offered, openDesk, call, version: site.version }),
    purge: sessions.purge,
    async close() {
      await sessions.close()
      await ended()
    },
  }
}
