import * as v from 'valibot'
import { createCounts } from '../../src/counts.ts'
import { createChannel } from '../../src/peers.ts'
import type { Host } from '../../src/plugin.ts'
import type { Guardrails } from '../guardrails/look.ts'
import type { ToolLimits } from '../limits/tools.ts'
import { createCalls } from './calls.ts'
import { createConnect } from './connection.ts'
import { createDesks } from './desk.ts'
import type { McpServer, Standing, Tools } from './model.ts'
import { createOffered } from './offered.ts'
import type { Records } from './records.ts'
import { createRegister } from './register.ts'
import { createServing } from './serving.ts'
import { createSessions } from './sessions.ts'
import type { McpSettings } from './settings.ts'
import { createShelf } from './shelf.ts'
import { counted, type Tally } from './tally.ts'

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
  readonly memory: Memory
}

/** All that there is behind `/mcp`. */
export function openTools(
  host: Host<McpSettings>,
  { servers, guardrails, limits, records, memory }: OpenOptions,
) {
  const { config, log, now, site, peers } = host
  const { timeout, answerLimit } = config
  const { standings, tally } = memory
  const sessions = createSessions(createConnect({ ...host, version: site.version, answerLimit }), log)
  const shelf = createShelf({ sessions, standings, now, log })
  const offered = createOffered(shelf, now)
  const openDesk = createDesks({ offered, sessions, guardrails, log, timeout })
  const register = createRegister({ tally, records, log, now })
  const call = createCalls({ sessions, guardrails, limits, register, log, timeout })
  const { figures, everywhere } = createCounts(peers, { row: counted, own: tally.all })
  async function ask(name?: string): Promise<void> {
    const chosen = [...servers.values()].filter(server => name === undefined || server.name === name)
    await Promise.all(chosen.map(shelf.refresh))
  }
  const refreshes = createChannel(peers, { note: v.optional(v.string()), heard: ask })
  const tools: Tools = {
    servers: () => [...servers.values()].map(server => ({ server, standing: shelf.of(server) })),
    counted: tally.all,
    countedEverywhere: everywhere,
    async records(question) {
      await records.flush()
      return records.look(question)
    },
    async refresh(name) {
      await Promise.all([refreshes.tell(name), ask(name)])
    },
  }
  return {
    ...tools,
    figures,
    hear: refreshes.hear,
    /** In this worker alone. */
    ask,
    serve: createServing({ offered, openDesk, call, version: site.version }),
    purge: sessions.purge,
    close: sessions.close,
  }
}
