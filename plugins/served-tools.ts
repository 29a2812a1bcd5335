import { isDialect, isSpoken } from '../src/contract/dialect.ts'
import { definePlugin } from '../src/contract/plugin.ts'
import { destinationOf } from '../src/translate/destination.ts'
import type { Target } from '../src/types.ts'

/**
 * Agents offer their model tools that run at a provider, and go on where there are none. A target that has them is asked
 * before one that would do without; both keep the order that strategy and session gave them.
 */
export default definePlugin({
  name: 'served-tools',
  about: 'Asks targets first that have the tools of a call which run at a provider.',
  setup: ({ providers }) => ({
    order(targets, { endpoint, body }) {
      if (endpoint === undefined || body === undefined || !isDialect(endpoint)) return targets
      const { translation } = endpoint
      if (translation?.kind !== 'language' || translation.lacks === undefined) return targets
      const lacks = ({ provider: name, model }: Target): boolean => {
        const provider = providers().get(name)
        if (provider === undefined || isSpoken(provider, endpoint, body.json)) return false
        return translation.lacks!(body.json, destinationOf(provider, model))
      }
      const groups = Map.groupBy(targets, lacks)
      return [...(groups.get(false) ?? []), ...(groups.get(true) ?? [])]
    },
  }),
})
