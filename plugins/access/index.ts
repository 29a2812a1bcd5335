import * as v from 'valibot'
import { definePlugin } from '../../src/contract/plugin.ts'
import { flag, says } from '../../src/contract/settings.ts'
import type { Deciding, Routed } from '../../src/exchange.ts'
import { refuseUnrouted } from '../../src/request/route.ts'
import { accessPathOf } from '../../src/scope/access-path.ts'
import { isSelected } from '../../src/scope/selector.ts'
import type { Caller, Dropped, Route, Target } from '../../src/types.ts'
import type { Catalog } from '../catalog/model.ts'
import type { VirtualModelSource } from '../virtual-models/model.ts'
import { namedBeside } from './beside.ts'
import type { Access } from './model.ts'
import { judge, reasonOf } from './policy.ts'

export default definePlugin({
  name: 'access',
  about: 'Opens and closes models by the user path and the key of the caller.',
  config: v.object({
    enabledByDefault: says(
      'true: everybody may call models that no access policy speaks of; false: nobody may',
      v.optional(flag(), true),
    ),
    hideDenied: says('true: a denied model reads like one that does not exist', v.optional(flag(), false)),
  }),
  env: { enabledByDefault: ['MODELS_ENABLED_BY_DEFAULT'], hideDenied: ['HIDE_DENIED_MODELS'] },
  changeable: ['enabledByDefault', 'hideDenied'],
  needs: ['virtual-models', 'catalog'],
  setup({ config, use, providers }) {
    const virtual = use<VirtualModelSource>('virtual-models')
    const catalog = use<Catalog>('catalog')
    const isProvider = (name: string) => providers().has(name)
    const code = config.hideDenied ? 'model_not_found' : 'model_access_denied'
    const judging = () => ({ snapshot: virtual.current(), isProvider, byDefault: config.enabledByDefault })

    /** Whoever could use what a redirect leads to, were it there, may know that it leads nowhere. */
    function withOpen(route: Route, x: Deciding): Route {
      const facts = judging()
      const userPath = accessPathOf(x)
      const dropped = route.dropped.map((drop): Dropped => {
        const { name, via, code } = drop
        if (via.length === 0 || code !== 'model_not_found') return drop
        const target = { ...split(name, isProvider), via }
        const isOpen = judge(facts, target, userPath).isAllowed && isWithinKey(x.caller, target, isProvider)
        return { ...drop, isOpen }
      })
      return { ...route, dropped }
    }

    /** Where nothing may be told of closed providers, those that there are not are closed. */
    const isThere = ({ provider }: Target) => !config.hideDenied || isProvider(provider)

    const exports: Access = {
      isHiding: config.hideDenied,
      namedBeside,
      closed(target, x) {
        const userPath = accessPathOf(x)
        const verdict = judge(judging(), target, userPath)
        const isWithin = isWithinKey(x.caller, target, isProvider)
        if (verdict.isAllowed && isWithin && isThere(target)) return undefined
        const reason = isWithin ? reasonOf(verdict, target, userPath) : LIMITED
        return { name: `${target.provider}/${target.model}`, via: target.via, code, reason }
      },
    }

    /** They are the provider's, by its own names: each has to be open at every target that may get the body. */
    function checkBeside(x: Routed): void {
      if (x.body === undefined) return
      for (const model of namedBeside(x.body.json))
        for (const { provider } of x.route.targets) {
          const drop = exports.closed({ provider, model, via: [] }, x)
          if (drop !== undefined)
            refuseUnrouted({ asked: model, names: [], targets: [], dropped: [drop] }, x.userPath)
        }
    }

    return {
      exports,
      admit(x) {
        checkBeside(x)
        return undefined
      },
      /** What was open when a conversation began may be closed by now. */
      resume(x) {
        const drop = x.target && exports.closed(x.target, x)
        if (drop !== undefined)
          refuseUnrouted({ asked: x.asked, names: [], targets: [], dropped: [drop] }, x.userPath)
      },
      route(route, x) {
        const { caller, trace, dry } = x
        const userPath = accessPathOf(x)
        const facts = judging()
        const dropped: Dropped[] = []
        const targets = route.targets.filter(target => {
          const verdict = judge(facts, target, userPath)
          const isWithin = isWithinKey(caller, target, isProvider)
          const isAllowed = verdict.isAllowed && isWithin && isThere(target)
          if (isAllowed && trace === undefined) return true
          const name = `${target.provider}/${target.model}`
          const reason = isWithin ? reasonOf(verdict, target, userPath) : LIMITED
          trace?.push({ plugin: 'access', text: `${name}: ${reason}` })
          if (!isAllowed) dropped.push({ name, via: target.via, code, reason })
          return isAllowed
        })
        if (dropped.length === 0 && !config.hideDenied) return targets.length > 0 ? route : withOpen(route, x)
        // Hidden models must not be told from missing ones, nor from redirects that are out of scope.
        const hide = (drop: Dropped): Dropped =>
          config.hideDenied && drop.code === 'model_access_denied' ? { ...drop, code } : drop
        const judged = { ...route, targets, dropped: [...route.dropped, ...dropped].map(hide) }
        if (!config.hideDenied || dry || targets.length > 0) return judged
        // A missing name is waited for: an answer that came at once would tell that this one is not missing. A call that
        // says itself which provider it is for is never kept waiting for names.
        const news = x.aim !== undefined ? undefined : catalog.newsFor(route.asked)
        return news === undefined ? judged : news.then(() => judged)
      },
    }
  },
})

const LIMITED = 'The key is limited to other models'

/** No provider has this name. */
const NOBODY = '?'

/** What a name would be, were it there. */
function split(name: string, isProvider: (name: string) => boolean): Pick<Target, 'provider' | 'model'> {
  const slash = name.indexOf('/')
  const provider = slash > 0 ? name.slice(0, slash) : ''
  return isProvider(provider) ? { provider, model: name.slice(slash + 1) } : { provider: NOBODY, model: name }
}

/** The model is open to a key, and to the key that has made it. */
const isWithinKey = (caller: Caller, target: Target, isProvider: (name: string) => boolean): boolean =>
  isListed(caller, target, isProvider) &&
  (caller.maker === undefined || isListed(caller.maker, target, isProvider))

/** A key's list holds selectors and names of redirects; either way in is enough. */
const isListed = (
  { models }: Pick<Caller, 'models'>,
  target: Target,
  isProvider: (name: string) => boolean,
): boolean => models === undefined || isSelected(models, target, isProvider)
