import type { Tool } from '@modelcontextprotocol/client'
import type { Scoped } from '../../../src/exchange.ts'
import type { Log } from '../../../src/log.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { McpServer } from '../model.ts'
import type { Outcome } from './outcome.ts'
import type { Records } from './records.ts'
import type { Tally } from './tally.ts'

export interface Called {
  readonly server: McpServer
  readonly tool: Tool
  readonly args: JsonObject | undefined
}

/** What became of a call. */
export interface Ended {
  readonly outcome: Outcome
  readonly wasAsked: boolean
  /** As the client gets it. */
  readonly result: object | undefined
  /** How long it took (milliseconds). */
  readonly ms: number
}

export type Register = (x: Scoped, call: Called, ended: Ended) => void

interface Options {
  readonly tally: Tally
  readonly records: Pick<Records, 'add'>
  readonly log: Log
  readonly now: () => number
}

/** A server may call its tools what it likes. */
const LONGEST_NAME = 200

/** Writes down what became of calls: counted, in the log, and as a row. Never what was said. */
export const createRegister =
  ({ tally, records, log, now }: Options): Register =>
  ({ id, caller, userPath }, { server, tool, args }, { outcome, wasAsked, result, ms: exact }) => {
    const name = tool.name.slice(0, LONGEST_NAME)
    const ms = Math.round(exact)
    tally.add(server.name, tool.name, outcome)
    log.info('Tool call', {
      ...{ id, server: server.name, tool: name, outcome, ms },
      caller: caller.id,
      user_path: userPath,
    })
    records.add({
      ...{ requestId: id, at: now() - ms, keyId: caller.id, userPath },
      ...{ server: server.name, tool: name, outcome, ms },
      requestBytes: sizeOf(args ?? {}),
      answerBytes: result === undefined ? null : sizeOf(result),
      costNano: wasAsked ? (server.price ?? null) : 0,
    })
  }

const encoder = new TextEncoder()
const sizeOf = (value: object): number => encoder.encode(JSON.stringify(value)).length
