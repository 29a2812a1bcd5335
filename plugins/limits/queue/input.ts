import * as v from 'valibot'
import { duration, spellDuration } from '../../../src/contract/settings.ts'
import { isPath } from '../../../src/scope/input.ts'
import { parseUserPath } from '../../../src/scope/user-path.ts'
import type { Limit } from '../model.ts'

/** Nobody waits longer than an hour (milliseconds). */
const LONGEST = 3_600_000

const isWait = (text: string | number): boolean => {
  const { success, output } = v.safeParse(duration(), text)
  return success && output > 0 && output <= LONGEST
}

const orNull = <S extends v.GenericSchema>(schema: S) => v.optional(v.nullable(schema))

/** How calls wait for room, as operators write it. */
export const waitEntries = {
  wait: orNull(
    v.pipe(
      v.union([v.string(), v.number()], 'expected a time such as 20s'),
      v.check(isWait, 'expected a time such as 20s, at most 1h'),
      v.description(
        'So long a call waits where `concurrent` is reached, before it is refused: `20s`. Absent: it is refused at once',
      ),
    ),
  ),
  queue: orNull(
    v.pipe(
      v.number(),
      v.integer('expected a whole number'),
      v.minValue(1, 'expected at least 1: where nobody is to wait, leave "wait" out'),
      v.maxValue(10_000, 'expected at most 10000'),
      v.description('So many calls wait, with `each` those of each; more are refused at once. Default: 100'),
    ),
  ),
  first: orNull(
    v.pipe(
      v.array(v.pipe(v.string(), v.check(isPath, 'expected a user path such as /team/prod'))),
      v.minLength(1, 'expected at least one; leave it out where all take turns'),
      v.maxLength(100, 'expected at most 100'),
      v.description('User paths: who stands there or below goes before others; of five turns one is theirs'),
    ),
  ),
}

type Waits = Partial<Record<'wait' | 'queue' | 'first' | 'concurrent' | 'tools', unknown>>

/** Calls wait for others to be done, and for nothing else. */
export const hasRoomToWaitFor = <T extends Waits>() =>
  v.check<T, string>(
    ({ wait, concurrent }) => wait == null || concurrent != null,
    'calls wait for others to be done: set "concurrent", or leave out "wait"',
  )
export const isWaitedFor = <T extends Waits>() =>
  v.check<T, string>(
    ({ wait, queue, first }) => wait != null || (queue == null && first == null),
    'nobody waits: set "wait", or leave out "queue" and "first"',
  )
export const isNoTool = <T extends Waits>() =>
  v.check<T, string>(
    ({ wait, tools }) => wait == null || tools == null,
    'calls of tools do not wait: leave out "wait" or "tools"',
  )

interface WaitState {
  readonly wait?: string | number | null | undefined
  readonly queue?: number | null | undefined
  readonly first?: readonly string[] | null | undefined
}

export const toWaiting = ({ wait, queue, first }: WaitState): Pick<Limit, 'wait' | 'queue' | 'first'> => ({
  ...(wait != null && { wait: v.parse(duration(), wait) }),
  ...(queue != null && { queue }),
  ...(first != null && { first: new Set(first.map(path => parseUserPath(path) ?? '/')) }),
})

/** All that is set of it, as an operator writes it. */
export const fromWaiting = ({ wait, queue, first }: Pick<Limit, 'wait' | 'queue' | 'first'>) => ({
  ...(wait !== undefined && { wait: spellDuration(wait) }),
  ...(queue !== undefined && { queue }),
  ...(first !== undefined && { first: [...first] }),
})
