import { defineApi } from '../../src/contract/api.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import type { Auth } from '../auth/model.ts'
import type { Breaker } from '../breaker/model.ts'
import type { Guardrails } from '../guardrails/look.ts'
import type { Limits } from '../limits/look.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { Prices } from '../prices/model.ts'
import type { Traces, VirtualModelSource, VirtualModels } from '../virtual-models/model.ts'
import { createExplain, type ExplainDeps, explanation, question } from './decide.ts'
import type { Standing, Suggestions, Trail } from './model.ts'
import { suggestKeys, suggestNames, suggestPaths } from './page/suggest.ts'
import { createExplainPage } from './page.tsx'

export default definePlugin({
  name: 'explain',
  about: 'Tells operators what would become of a request, and why, without making it.',
  needs: ['auth', 'user-path', 'model-lists', 'prices', 'virtual-models', 'limits', 'breaker', 'guardrails'],
  setup(host) {
    const { use, providers } = host
    const auth = use<Auth>('auth')
    const virtual = use<VirtualModels & VirtualModelSource & Traces>('virtual-models')
    const others: [string, Standing][] = []
    const explain = createExplain({
      host,
      auth,
      breaker: use<Breaker>('breaker'),
      limits: use<Limits>('limits'),
      guardrails: use<Guardrails>('guardrails'),
      choiceOf: virtual.choiceOf,
      others,
      paths: use<ExplainDeps['paths']>('user-path'),
    })
    const lists = use<ModelLists>('model-lists')
    const suggestions: Suggestions = {
      names: typed => suggestNames(typed, virtual.current(), lists, providers().keys()),
      paths: () => suggestPaths(virtual.current()),
      keys: typed => suggestKeys(typed, auth.working()),
    }
    return {
      exports: {
        ...suggestions,
        addStanding: (plugin, standing) => void others.push([plugin, standing]),
      } satisfies Suggestions & Trail,
      pages: [
        createExplainPage({
          explain,
          suggestions,
          keyName: id => auth.callerOf(id)?.name,
          virtual,
          lists,
          prices: use<Prices>('prices'),
        }),
      ],
      api: [
        defineApi({
          method: 'POST',
          path: '/admin/explain',
          access: 'admin',
          asks: true,
          tag: 'Virtual models',
          summary: 'What would become of a request, and why',
          description:
            'Makes the decision of the request path for a model name and a user path, or the holder of a key: how the name is read, which targets stay, which policy decides, what `/v1/models` shows. Calls no provider.',
          body: question,
          example: { model: 'demo/parrot', user_path: '/team/alpha' },
          answer: { about: 'The decision, step by step', schema: explanation },
          refusals: [403, 404, 422],
          run: ({ body }) => explain(body),
        }),
      ],
    }
  },
})
