import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { definePlugin, kinds, type Parts } from '../../src/contract/plugin.ts'
import { Refusal, refuse } from '../../src/errors.ts'
import { all, type Bound, chain, every, first, inLine } from '../../src/hooks.ts'
import { assemble } from '../../src/registry.ts'
import type { Awaitable } from '../../src/types.ts'

/** What a hook does: at once or later, it answers, says nothing, refuses or has a bug. */
interface Deed {
  readonly isAsync: boolean
  readonly what: 'answer' | 'nothing' | 'refusal' | 'bug'
}
const deed: fc.Arbitrary<Deed> = fc.record({
  isAsync: fc.boolean(),
  what: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('answer' as const, 'nothing' as const) },
    { weight: 1, arbitrary: fc.constantFrom('refusal' as const, 'bug' as const) },
  ),
})
const deeds = fc.array(deed, { maxLength: 6 })

type Run<V> = (value: V) => Awaitable<number | undefined>

type Loose<F> = Omit<Bound<F>, 'next'>

/** Hooks that write down that they were called. */
function loose<V>(list: readonly Deed[], calls: number[]): Loose<Run<V>>[] {
  return list.map(({ isAsync, what }, i) => {
    const act = () => {
      if (what === 'refusal') refuse('forbidden', `no ${i}`)
      if (what === 'bug') throw new Error(`bug ${i}`)
      return what === 'answer' ? i : undefined
    }
    return {
      plugin: `plugin-${i}`,
      hook: 'hook',
      owner: undefined,
      run: () => {
        calls.push(i)
        return isAsync ? Bun.sleep(0).then(act) : act()
      },
    }
  })
}

const bind = <V>(list: readonly Deed[], calls: number[]) => inLine(loose<V>(list, calls))

/** What came of it: a value, or who failed how. */
async function outcomeOf(run: () => unknown): Promise<unknown> {
  try {
    return await run()
  } catch (error) {
    const { code, message, cause } = error as Refusal
    return code === 'internal_error' ? [code, (cause as Error).message] : [code, message]
  }
}
const failureOf = ({ what }: Deed, i: number) =>
  what === 'bug' ? ['internal_error', `Plugin "plugin-${i}" failed in "hook"`] : ['forbidden', `no ${i}`]
const isFailure = ({ what }: Deed) => what === 'bug' || what === 'refusal'
const upTo = (end: number) => Array.from({ length: end }, (_, i) => i)

/** Runs over all mixtures of hooks that answer at once and later. */
const overAll = (check: (list: readonly Deed[], calls: number[]) => Promise<void>) =>
  fc.assert(
    fc.asyncProperty(deeds, list => check(list, [])),
    { numRuns: 300 },
  )

describe('the kinds of hooks', () => {
  test('first: the first answer wins, and nobody behind it is asked', () =>
    overAll(async (list, calls) => {
      const end = list.findIndex(({ what }) => what !== 'nothing')
      const wanted = end < 0 ? undefined : isFailure(list[end]!) ? failureOf(list[end]!, end) : end
      expect(await outcomeOf(() => first(bind<string>(list, calls), 'x'))).toEqual(wanted)
      expect(calls).toEqual(upTo(end < 0 ? list.length : end + 1))
    }))

  test('every: all run in order, a throw stops the walk, what they return is kept', () =>
    overAll(async (list, calls) => {
      const kept: number[] = []
      const end = list.findIndex(isFailure)
      const wanted = end < 0 ? undefined : failureOf(list[end]!, end)
      const run = () => every(bind<string>(list, calls), 'x', (value: number) => void kept.push(value))
      expect(await outcomeOf(run)).toEqual(wanted)
      const ran = upTo(end < 0 ? list.length : end)
      expect(calls).toEqual(end < 0 ? ran : [...ran, end])
      expect(kept).toEqual(ran.filter(i => list[i]!.what === 'answer'))
    }))

  test('chain: each receives what the one before returned', () =>
    overAll(async (list, calls) => {
      const hooks = loose<string>(list, calls).map(({ run, ...bound }) => ({
        ...bound,
        run: (text: string, x: string) => {
          const done = run(x)
          return done instanceof Promise ? done.then(i => `${text}${i}`) : `${text}${done}`
        },
      }))
      const end = list.findIndex(isFailure)
      const names = list.map(({ what }, i) => String(what === 'answer' ? i : undefined))
      const told = end < 0 ? `>${names.join('')}` : failureOf(list[end]!, end)
      expect(await outcomeOf(() => chain(inLine(hooks), '>', 'x'))).toEqual(told)
      expect(calls).toEqual(upTo(end < 0 ? list.length : end + 1))
    }))

  test('chain: whoever forgets to return is to blame, at once or later, and nobody behind it is called', async () => {
    const bound = (plugin: string, run: (value: string) => Awaitable<string>) => ({
      plugin,
      hook: 'guard',
      owner: undefined,
      run,
    })
    const never = bound('behind', () => {
      throw new Error('called')
    })
    for (const forget of [() => undefined, async () => undefined]) {
      const line = inLine([bound('good', text => text), bound('forgetful', forget as never), never])
      expect(await outcomeOf(() => chain(line, 'x', 'y'))).toEqual([
        'internal_error',
        'Plugin "forgetful" failed in "guard"',
      ])
    }
  })

  test('all: everybody is told, and whose failure it was', () =>
    overAll(async (list, calls) => {
      const failed: string[] = []
      const hooks = loose<string>(list, calls).map(({ run, ...bound }) => ({
        ...bound,
        run: (x: string): Awaitable<void> => {
          const done = run(x)
          return done instanceof Promise ? done.then(() => {}) : undefined
        },
      }))
      all(inLine(hooks), 'x', (_, plugin) => void failed.push(plugin))
      expect(calls).toEqual(upTo(list.length))
      await Bun.sleep(2)
      const wanted = list.flatMap((one, i) => (isFailure(one) ? [`plugin-${i}`] : []))
      expect(failed.toSorted()).toEqual(wanted.toSorted())
    }))

  test('stay synchronous while the hooks do', () => {
    const quick: Deed[] = [
      { isAsync: false, what: 'nothing' },
      { isAsync: false, what: 'answer' },
    ]
    expect(first(bind<string>(quick, []), 'x')).toBe(1)
    expect(every(bind<string>(quick, []), 'x')).toBeUndefined()
  })
})

describe('a promise of another make, such as a query that runs when it is awaited,', () => {
  /** Nothing happens until somebody listens, as with the queries of drizzle. */
  const lazy = <T>(
    settle: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
  ): Promise<T> => {
    const then: Promise<T>['then'] = (done, failed) => new Promise<T>(settle).then(done, failed)
    return { then } as Promise<T>
  }
  const bound = <F>(...runs: readonly F[]) =>
    inLine(runs.map((run): Loose<F> => ({ plugin: 'lazy', hook: 'hook', owner: undefined, run })))

  test('is awaited like any other', async () => {
    expect(
      await first(
        bound(() => lazy<number>(resolve => resolve(7))),
        'x',
      ),
    ).toBe(7)
    expect(
      await first(
        bound<() => Promise<number | undefined> | number>(
          () => lazy<undefined>(done => done(undefined)),
          () => 8,
        ),
        'x',
      ),
    ).toBe(8)
    expect(
      await chain(
        bound<(text: string) => Awaitable<string>>(
          text => lazy<string>(done => done(`${text}!`)),
          text => `${text}?`,
        ),
        'a',
        'x',
      ),
    ).toBe('a!?')
  })

  test('that fails stops the request, and is reported after it', async () => {
    const refusing = bound(() => lazy<undefined>((_, reject) => reject(new Refusal('forbidden', 'no'))))
    expect(await outcomeOf(() => every(refusing, 'x'))).toEqual(['forbidden', 'no'])
    const failed: string[] = []
    all(
      bound(() => lazy<void>((_, reject) => reject(new Error('late')))),
      'x',
      (_, plugin) => void failed.push(plugin),
    )
    await Bun.sleep(2)
    expect(failed).toEqual(['lazy'])
  })
})

describe('the hook tables', () => {
  function* entriesOf<F>(line: Bound<F> | undefined): Generator<Bound<F>> {
    for (let bound = line; bound !== undefined; bound = bound.next) yield bound
  }

  const greeter: Parts = { scope: () => '/first' }
  const plugins = [
    definePlugin({ name: 'one', about: 'One.', setup: () => greeter }),
    definePlugin({ name: 'two', about: 'Two.', setup: () => ({ scope: () => '/two', permit: () => {} }) }),
  ]

  test('list the plugins in the order of the house', async () => {
    const { hooks } = await assemble(plugins, {}, () => ({}) as never)
    expect([...entriesOf(hooks.scope)].map(({ plugin, hook }) => [plugin, hook])).toEqual([
      ['one', 'scope'],
      ['two', 'scope'],
    ])
    expect([...entriesOf(hooks.permit)].map(({ plugin }) => plugin)).toEqual(['two'])
    expect(Object.keys(hooks)).toEqual(Object.keys(kinds))
  })

  test('are frozen: nobody joins, leaves or is replaced after the start', async () => {
    const { hooks } = await assemble(plugins, {}, () => ({}) as never)
    expect(Object.isFrozen(hooks)).toBe(true)
    for (const line of Object.values(hooks))
      for (const entry of entriesOf<unknown>(line)) expect(Object.isFrozen(entry)).toBe(true)
    Object.assign(greeter, { scope: () => '/replaced', admit: () => {} })
    expect(hooks.scope!.run({} as never)).toBe('/first')
    expect(hooks.admit).toBeUndefined()
  })
})
