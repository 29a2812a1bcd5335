import { definePlugin } from '../../src/contract/plugin.ts'
import type { Concerns } from '../concerns/model.ts'
import type { Trail } from '../explain/model.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { ModelPanels, UsageOutcomes } from '../usage/model.ts'
import type { ModelMarks, Shares, VirtualModelSource, VirtualModels } from '../virtual-models/model.ts'
import { createActs } from './acts.ts'
import { createRolloutsApi } from './api.ts'
import { createBook } from './book.ts'
import { createRolledBackWatch } from './concerns.ts'
import { createCourse } from './course.ts'
import { markOf } from './page/mark.ts'
import { createRolloutsPage } from './page.tsx'
import { rollouts } from './schema.ts'
import { standingOf } from './standing.ts'

/** How often is looked (milliseconds): at memory only, while no rollout is under way. */
const OFTEN = 250

export default definePlugin({
  name: 'rollout',
  about: 'Leads a redirect to another model step by step, and back where that fails.',
  needs: ['concerns', 'model-lists', 'virtual-models', 'explain', 'usage'],
  tables: { rollouts },
  setup({ db, log, now, use, providers }) {
    const virtual = use<VirtualModels & VirtualModelSource & Shares & ModelMarks>('virtual-models')
    const usage = use<UsageOutcomes & ModelPanels>('usage')
    const book = createBook({ db, now, news: () => virtual.current().revision })
    const course = createCourse({ book, virtual, usage, log, now })
    const acts = createActs({ book, course, virtual, usage, now, providers })
    const isThere = (source: string) => virtual.view(source)?.kind === 'redirect'
    use<Concerns>('concerns').add(createRolledBackWatch({ book, isThere }))
    const lists = use<ModelLists>('model-lists')
    const models = () =>
      [...providers().keys()].flatMap(provider =>
        [...(lists.of(provider)?.keys() ?? [])].map(id => `${provider}/${id}`),
      )
    const { page, panel } = createRolloutsPage({ book, acts, virtual, models, now })
    usage.addPanel(panel)
    virtual.addMarks(async () => new Map((await book.glance()).flatMap(markOf)))
    use<Trail>('explain').addStanding('rollout', async ({ targets }, { userPath }) =>
      (await book.glance()).flatMap(
        rollout =>
          standingOf(rollout, virtual.sharesOf(rollout.source, targets, userPath), {
            userPath,
            affinity: virtual.view(rollout.source)?.affinity,
          }) ?? [],
      ),
    )
    return {
      api: createRolloutsApi({ book, acts, now }),
      pages: [page],
      ticks: [{ every: OFTEN, run: course.look }],
    }
  },
})
