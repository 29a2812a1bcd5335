import { describe } from '../../src/base/describe.ts'
import { createLater } from '../../src/base/later.ts'
import type { Host, Parts } from '../../src/contract/plugin.ts'
import type { Settled } from '../../src/exchange.ts'
import type { Target } from '../../src/types.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { Costs } from './costs.ts'
import type { Memory } from './memory.ts'
import { type RecordFacts, record } from './record.ts'

/** A call waits so long (milliseconds) for others that are counted with it, and so many go at once. */
const WAIT = 2
const MOST = 32

export interface CallsOptions {
  readonly memory: Memory
  readonly costs: Costs
  readonly lists: ModelLists
  readonly pathDepth: number
}

export interface Calls extends Required<Pick<Parts, 'admit' | 'attempt' | 'settle'>> {
  /** Counts what waits. */
  flush(): void
}

/** Counts calls as they go by. */
export function createCalls(
  { log, now, providers }: Pick<Host, 'log' | 'now' | 'providers'>,
  { memory: { rows, attempts, under, tried }, costs, lists, pathDepth }: CallsOptions,
): Calls {
  const isNamed = ({ provider, model, via }: Target) =>
    via.length > 0 || (lists.of(provider)?.has(model) ?? false)
  const facts: RecordFacts = {
    rows,
    pathDepth,
    isNamed,
    typeOf: provider => providers().get(provider)?.type ?? provider,
    costOf: costs.costOf,
    isCosting: costs.isReady,
    now,
  }
  const later = createLater({
    run: (x: Settled) => record(x, facts),
    failed: error => log.error('A call could not be counted', { error: describe(error) }),
    wait: WAIT,
    most: MOST,
  })
  return {
    admit: ({ endpoint, stream }) => under.enter(endpoint.name, stream),
    attempt({ target }) {
      if (target === undefined) return undefined
      return outcome => {
        tried.add(target, outcome.ok || isNamed(target))
        attempts.count(target.provider, outcome)
      }
    },
    settle: later.add,
    flush: later.flush,
  }
}
