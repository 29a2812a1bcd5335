import { expect, test } from 'bun:test'
import { createCopies } from '../../plugins/mirror/copies.ts'
import { createDrops } from '../../plugins/mirror/drops.ts'
import type { Settled } from '../../src/exchange.ts'
import type { Log } from '../../src/log.ts'

const target = { provider: 'openai', model: 'm', via: [{ source: 'smart', index: 0 }] }

/** The same numbers on each run. */
function createRandom(seed: number) {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

test.each([0.01, 0.25, 0.5, 1])('of many calls a share of %p is copied', share => {
  const drops = createDrops()
  // There is room for none, so that each that would be sent is counted at once.
  const copies = createCopies({
    copy: async () => {},
    log: { warn() {} } as unknown as Log,
    now: () => 0,
    most: 0,
    deadline: 1000,
    drops,
    under: { count: 0 },
    overhear: () => undefined,
    random: createRandom(7),
  })
  for (let i = 0; i < 10_000; i++) copies.offer({ id: String(i) } as Settled, target, share)
  const expected = 10_000 * share
  // Five standard deviations: the seed is not chosen to please.
  const most = 5 * Math.sqrt(expected * (1 - share))
  expect(Math.abs([...drops.all()][0]![1] - expected)).toBeLessThanOrEqual(most)
})
