import type { Client, RequestOptions } from '@modelcontextprotocol/client'
import { Refusal } from '../../../src/errors.ts'
import type { Log } from '../../../src/log.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Guardrails } from '../../guardrails/look.ts'
import type { On } from '../../guardrails/model.ts'
import type { Calls } from '../calls/calls.ts'
import type { Called } from '../calls/register.ts'
import type { McpServer } from '../model.ts'
import type { Sessions } from '../servers/sessions.ts'
import { judge, type RpcError, toRpcError } from './errors.ts'
import type { Found, Item, Kind, Offered } from './offered.ts'
import { ownerOf, type Visit } from './visit.ts'

/** Where the handlers of one request ask. What goes wrong is thrown as an error of JSON-RPC. */
export interface Desk {
  /** The tool or the prompt of a name, as this visitor sees it. */
  find<K extends Kind>(kind: K, name: string): Promise<Found<Item<K>>>
  /** @param signal aborts when nobody wants an answer any more */
  attempt<T>(server: McpServer, run: () => Promise<T>, signal: AbortSignal): Promise<T>
  /** Asks a server on behalf of the visitor: what it is told, and what it answers, is what guardrails leave of it. */
  ask<P extends object | undefined, T extends object>(asking: Asking<P, T>): Promise<T>
}

interface Asking<P, T> {
  readonly server: McpServer
  /** What the visitor says. */
  readonly params: P
  /** Aborts when nobody wants an answer any more. */
  readonly signal: AbortSignal
  readonly run: (client: Client, params: P, options: RequestOptions) => Promise<T>
  /** Set where it leaves a record. */
  readonly reads?: Omit<Called, 'server'>
}

export interface DeskOptions {
  readonly offered: Offered
  readonly sessions: Sessions
  readonly guardrails: Pick<Guardrails, 'inspect'>
  readonly read: Calls['read']
  readonly log: Log
  /** How long a server may be silent (milliseconds). */
  readonly timeout: number
}

export type OpenDesk = (visit: Visit) => Desk

const GONE = 'The client has gone away'
const nouns = { tools: 'tool', prompts: 'prompt' } as const

export const createDesks =
  ({ offered, sessions, guardrails, read, log, timeout }: DeskOptions): OpenDesk =>
  visit => {
    const { x } = visit
    const inspect = async (value: JsonObject, { name }: McpServer, on: On = 'output'): Promise<JsonObject> =>
      guardrails.inspect(value, { id: x.id, userPath: x.userPath, asked: name }, on)

    async function attempt<T>(server: McpServer, run: () => Promise<T>, signal: AbortSignal): Promise<T> {
      try {
        return await run()
      } catch (error) {
        // Whatever the library makes of it, its server has not failed.
        if (signal.aborted) return raise(toRpcError(whyEnded(signal), server.name))
        const judging = { id: x.id, server, timeout, log }
        return raise(await judge(error, { ...judging, inspect: value => inspect(value, server) }))
      }
    }

    return {
      attempt,
      async find(kind, name) {
        const found = await offered.find(visit, kind, name)
        if (found !== undefined) return found
        const message = `There is no ${nouns[kind]} "${name.slice(0, 200)}" for ${x.userPath}: ${kind}/list names all`
        return raise(toRpcError({ code: 'not_found', message }))
      },
      ask({ server, params, signal, run, reads }) {
        const ask = async (begun = () => {}) => {
          const told = (await inspect({ params }, server, 'input')).params as typeof params
          const answer = await sessions.use(server, ownerOf(x), client => {
            begun()
            return run(client, told, { signal, timeout })
          })
          return (await inspect(answer as JsonObject, server)) as typeof answer
        }
        return attempt(
          server,
          () => (reads === undefined ? ask() : read(x, { server, ...reads, signal, ask })),
          signal,
        )
      },
    }
  }

/** The gateway stops, or the client has gone away: the library then aborts with what it likes. */
const whyEnded = ({ reason }: AbortSignal): Pick<Refusal, 'code' | 'message'> =>
  reason instanceof Refusal ? reason : { code: 'client_closed', message: GONE }

/** The library tells its own errors from others by their class, which its two halves do not share. */
async function raise({ code, message, data }: RpcError): Promise<never> {
  const { ProtocolError } = await import('@modelcontextprotocol/server')
  throw new ProtocolError(code, message, data)
}
