import * as v from 'valibot'
import { definePlugin } from '../../src/plugin.ts'
import { flag } from '../../src/settings.ts'
import type { Caller, Dropped, Target } from '../../src/types.ts'
import type { VirtualModelSource } from '../virtual-models/model.ts'
import { judge } from './policy.ts'

export default definePlugin({
  name: 'access',
  about: 'Opens and closes models by the user path and the key of the caller.',
  config: v.object({ enabledByDefault: v.optional(flag(), true), hideDenied: v.optional(flag(), false) }),
  env: { enabledByDefault: ['MODELS_ENABLED_BY_DEFAULT'], hideDenied: ['HIDE_DENIED_MODELS'] },
  needs: ['virtual-models'],
  setup({ config, use, providers }) {
    const virtual = use<VirtualModelSource>('virtual-models')
    const isProvider = (name: string) => providers().has(name)
    const code = config.hideDenied ? 'model_not_found' : 'model_access_denied'
    return {
      route(route, { caller, userPath, trace }) {
        const judging = { snapshot: virtual.current(), isProvider, byDefault: config.enabledByDefault }
        const targets: Target[] = []
        const dropped: Dropped[] = []
        for (const target of route.targets) {
          const verdict = isWithinKey(caller, target) ? judge(judging, target, userPath) : BEYOND_KEY
          trace?.push({ plugin: 'access', text: `${target.provider}/${target.model}: ${verdict.reason}` })
          if (verdict.isAllowed) targets.push(target)
          else
            dropped.push({
              name: `${target.provider}/${target.model}`,
              via: target.via,
              code,
              reason: verdict.reason,
            })
        }
        if (dropped.length === 0) return route
        // Hidden models must not be told from missing ones, nor from scoped redirects.
        return {
          ...route,
          targets,
          dropped: [...route.dropped, ...dropped].map(drop =>
            config.hideDenied && drop.code === 'model_access_denied' ? { ...drop, code } : drop,
          ),
        }
      },
    }
  },
})

const BEYOND_KEY = { isAllowed: false, reason: 'The key is limited to other models' }

/** A key's own list holds selectors and names of redirects; either way in is enough. */
function isWithinKey({ models }: Caller, { provider, model, via }: Target): boolean {
  if (models === undefined) return true
  return (
    models.has(`${provider}/${model}`) ||
    models.has(`${provider}/`) ||
    models.has(model) ||
    models.has('/') ||
    via.some(({ source }) => models.has(source))
  )
}
