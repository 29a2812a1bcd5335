import type { PathUse } from './model.ts'
import { costOf } from './page/figures.ts'
import type { Ask } from './report/answers.ts'
import type { Range } from './report/cover.ts'

/** Sums of each user path, out of the roll-ups. */
export async function byPath(ask: Ask, period: Range, most: number): Promise<readonly PathUse[]> {
  const top = { by: 'calls', most } as const
  const { groups } = await ask('usage', {
    period,
    groupings: [{ by: 'path' }],
    filters: {},
    top,
    latency: false,
  })
  return groups.map(({ group, sums }) => ({ path: group[0] ?? '', calls: sums.calls, cost: costOf(sums) }))
}
