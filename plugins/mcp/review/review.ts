import type { Tool } from '@modelcontextprotocol/client'
import { eq, sql } from 'drizzle-orm'
import { describe } from '../../../src/base/describe.ts'
import { createTurns } from '../../../src/base/turns.ts'
import type { Host } from '../../../src/contract/plugin.ts'
import { isDatabaseAway } from '../../../src/database/faults.ts'
import { mcpTools } from '../schema.ts'
import { definitionOf, hashOf } from './definition.ts'

/** How a tool differs from what operators have accepted. */
export interface Change {
  readonly tool: Tool
  readonly kind: 'new' | 'changed'
  /** What was accepted; absent where it is new. */
  readonly before?: string
  readonly after: string
  /** Tells this change from others. */
  readonly hash: string
}

/** What of all that servers offer somebody has looked at. */
export interface Review {
  /** What a server offers when it is first met counts as looked at: whoever has configured it trusts it so far. */
  meet(server: string, tools: readonly Tool[]): Promise<void>
  changeOf(server: string, tool: Tool): Change | undefined
  accept(server: string, changes: readonly Change[]): Promise<void>
  /** Reads what other workers and gateways have written. Never fails: what is known stays. */
  refresh(): Promise<void>
}

const BATCH = 200

export async function openReview({ db, log, now }: Pick<Host, 'db' | 'log' | 'now'>): Promise<Review> {
  const inTurn = createTurns()
  /** Server → tool → what was accepted of it. */
  let accepted = new Map<string, Map<string, string>>()

  async function read(server?: string) {
    const rows = await db
      .select({ server: mcpTools.server, tool: mcpTools.tool, definition: mcpTools.definition })
      .from(mcpTools)
      .where(server === undefined ? undefined : eq(mcpTools.server, server))
    const found = new Map<string, Map<string, string>>()
    for (const { server, tool, definition } of rows) {
      const tools = found.get(server) ?? new Map<string, string>()
      found.set(server, tools.set(tool, definition))
    }
    return found
  }

  /** What is there stays where it is not to be replaced: another worker has met the server first. */
  async function write(server: string, tools: readonly Tool[], isReplacing: boolean): Promise<void> {
    const acceptedAt = now()
    const rows = tools.map(tool => ({
      ...{ server, tool: tool.name, acceptedAt },
      definition: definitionOf(tool).text,
    }))
    for (let at = 0; at < rows.length; at += BATCH) {
      const insert = db.insert(mcpTools).values(rows.slice(at, at + BATCH))
      await (isReplacing
        ? insert.onConflictDoUpdate({
            target: [mcpTools.server, mcpTools.tool],
            set: { definition: sql`excluded.definition`, acceptedAt },
          })
        : insert.onConflictDoNothing())
    }
    const all = (await read(server)).get(server)
    if (all !== undefined) accepted.set(server, all)
  }

  const load = async () => {
    accepted = await read()
  }
  await load()

  const complain = (message: string, error: unknown, facts = {}) =>
    (isDatabaseAway(error) ? log.debug : log.warn)(message, { ...facts, error: describe(error) })

  return {
    refresh: () =>
      inTurn(load).catch(error => complain('What is accepted of tools could not be read', error)),
    async meet(server, tools) {
      if (accepted.has(server) || tools.length === 0) return
      try {
        await inTurn(() => write(server, tools, false))
      } catch (error) {
        // Nothing counts as accepted then; it is tried again when the server is asked again.
        complain('Tools of an MCP server could not be written down', error, { server })
      }
    },
    changeOf(server, tool) {
      const { text, hash } = definitionOf(tool)
      const before = accepted.get(server)?.get(tool.name)
      if (before === text) return undefined
      return before === undefined
        ? { tool, kind: 'new', after: text, hash }
        : { tool, kind: 'changed', before, after: text, hash }
    },
    accept(server, changes) {
      const tools = changes.map(({ tool }) => tool)
      return inTurn(() => write(server, tools, true))
    },
  }
}

/** Tells all these changes from others. */
export const hashOfAll = (changes: readonly Change[]): string =>
  hashOf(changes.map(({ tool, hash }) => `${tool.name} ${hash}`).join('\n'))
