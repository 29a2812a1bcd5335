import * as v from 'valibot'
import { definePlugin } from '../../src/contract/plugin.ts'
import { duration, says, whole } from '../../src/contract/settings.ts'
import type { Metrics } from '../metrics/model.ts'
import type { VirtualModelSource } from '../virtual-models/model.ts'
import { createCopies, type Under } from './copies.ts'
import { createDrops, type Drops } from './drops.ts'
import type { Mirror, Overhear } from './model.ts'
import { targetFor } from './target.ts'

/** What a reload of the configuration must not forget. */
interface Heritage {
  readonly drops: Drops
  readonly under: Under
}

export default definePlugin({
  name: 'mirror',
  about:
    'Sends copies of calls to a model that the operator thinks of, when their callers have been answered.',
  config: v.object({
    most: says(
      'So many copies of calls are under way to mirrors at once in each process; more are left out, and counted',
      v.optional(whole(1, 10_000), 32),
    ),
    deadline: says('A copy that takes longer is given up', v.optional(duration(), '5m')),
  }),
  env: { most: ['MIRROR_CONCURRENCY'], deadline: ['MIRROR_DEADLINE'] },
  changeable: ['most', 'deadline'],
  needs: ['virtual-models', 'metrics'],
  setup({ config, copy, log, now, use, inherited }) {
    const { current } = use<VirtualModelSource>('virtual-models')
    const { drops, under } = (inherited as Heritage | undefined) ?? {
      drops: createDrops(),
      under: { count: 0 },
    }
    let overhear: Overhear = () => undefined
    const copies = createCopies({
      ...{ ...config, copy, drops, under, log, now },
      overhear: (copy, of) => overhear(copy, of),
      random: Math.random,
    })
    use<Metrics>('metrics').add({
      name: 'modelway_mirror_dropped_total',
      help: 'Copies of calls that were not sent to a mirror, because as many as MIRROR_CONCURRENCY allows were under way',
      type: 'counter',
      read: () => [...drops.all()].map(([model, value]) => ({ labels: { model }, value })),
    })
    return {
      exports: {
        overhear(by) {
          overhear = by
        },
      } satisfies Mirror,
      heritage: { drops, under } satisfies Heritage,
      settle(x) {
        const source = x.target?.via[0]?.source
        const mirror = source === undefined ? undefined : current().all.get(source)?.mirror
        const target = mirror && targetFor(x, mirror.model)
        if (target !== undefined) copies.offer(x, target, mirror!.share)
      },
    }
  },
})
