import type { Scoped } from '../../../src/exchange.ts'
import type { Log } from '../../../src/log.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { McpServer } from '../model.ts'
import type { Kind, Outcome } from './outcome.ts'
import type { Records } from './records.ts'
import type { Tally } from './tally.ts'

/** What is asked of a server. */
export interface Called {
  readonly server: McpServer
  readonly kind: Kind
  /** By which the server knows it. */
  readonly name: string
  readonly args: JsonObject | undefined
}

/** What became of it. */
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

/** What the log calls it. */
const words = { tool: 'Tool call', prompt: 'Prompt read', resource: 'Resource read' } as const

/** Writes down what became of calls: counted, in the log, and as a row. Never what was said. */
export const createRegister =
  ({ tally, records, log, now }: Options): Register =>
  ({ id, caller, userPath }, called, { outcome, wasAsked, result, ms: exact }) => {
    const { server, kind, args } = called
    const name = nameOf(called).slice(0, LONGEST_NAME)
    const ms = Math.round(exact)
    tally.add({ server: server.name, kind, name: countedAs(called), outcome })
    log.info(words[kind], {
      ...{ id, server: server.name, [kind]: name, outcome, ms },
      caller: caller.id,
      user_path: userPath,
    })
    records.add({
      ...{ requestId: id, at: now() - ms, keyId: caller.id, userPath },
      ...{ server: server.name, kind, name, outcome, ms },
      requestBytes: sizeOf(args ?? {}),
      answerBytes: result === undefined ? null : sizeOf(result),
      costNano: wasAsked ? priceOf(called) : 0,
    })
  }

/** Addresses may hold in their query what was said, and in front of their host who may. */
const nameOf = ({ kind, name }: Called): string =>
  kind === 'resource' ? name.replace(/[?#].*$/s, '').replace(/\/\/[^/]*@/, '//') : name

/** There may be as many addresses as a server likes: they are counted together. */
const countedAs = ({ kind, name }: Called): string => (kind === 'resource' ? '' : name)

/** Only of calls of tools an operator says what they cost. */
const priceOf = ({ server, kind }: Called): number | null => (kind === 'tool' ? (server.price ?? null) : null)

const encoder = new TextEncoder()
const sizeOf = (value: object): number => encoder.encode(JSON.stringify(value)).length
