import type { Provider } from '../../src/contract/provider.ts'
import type { Deciding, Step } from '../../src/exchange.ts'
import type { Awaitable, Dropped, Name, Route, Target } from '../../src/types.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { Catalog } from './model.ts'

interface Deps {
  readonly lists: ModelLists
  readonly providers: () => ReadonlyMap<string, Provider>
  readonly now: () => number
}

/** Names that nobody lists may come in any number; a provider is asked for a new list at most so often (milliseconds). */
const ASK_AGAIN_AFTER = 10_000

export interface Reader extends Pick<Catalog, 'newsFor'> {
  /** Turns names into targets: `provider/id` where the first segment is a provider, else an id that some provider lists. */
  route(route: Route, x: Deciding): Awaitable<Route>
}

export function createReader({ lists, providers, now }: Deps): Reader {
  const askedAt = new Map<string, number>()

  function read({ name, via }: Name): Target | undefined {
    const slash = name.indexOf('/')
    const provider = slash > 0 ? name.slice(0, slash) : ''
    if (slash > 0 && providers().has(provider)) {
      const model = name.slice(slash + 1)
      const known = lists.of(provider)
      return model !== '' && (known === undefined || known.has(model)) ? { provider, model, via } : undefined
    }
    const owner = lists.providerOf(name)
    return owner === undefined ? undefined : { provider: owner, model: name, via }
  }

  /** What might still make a missing name known: a new list of the provider it names, or lists that are on their way. */
  function newsFor(name: string): Promise<void> | undefined {
    const provider = name.slice(0, Math.max(0, name.indexOf('/')))
    if (!providers().has(provider)) return lists.pending()
    if (now() - (askedAt.get(provider) ?? 0) < ASK_AGAIN_AFTER) return lists.pending()
    askedAt.set(provider, now())
    return lists.refresh(provider)
  }

  function readAll(route: Route, trace?: Step[]): { route: Route; missing: Name[] } {
    const targets: Target[] = [...route.targets]
    const missing: Name[] = []
    for (const name of route.names) {
      const target = read(name)
      trace?.push({
        plugin: 'catalog',
        text: target ? tellTarget(name, target) : `"${name.name}": ${reasonOf(name.name)}`,
      })
      if (target) targets.push(target)
      else missing.push(name)
    }
    const dropped = missing.map(
      ({ name, via }): Dropped => ({ name, via, code: 'model_not_found', reason: reasonOf(name) }),
    )
    return {
      route: { asked: route.asked, names: [], targets, dropped: [...route.dropped, ...dropped] },
      missing,
    }
  }

  const tellTarget = ({ name }: Name, { provider, model }: Target): string => {
    const how =
      name === model
        ? 'the first that lists it'
        : lists.of(provider)
          ? 'which lists it'
          : 'whose list is not known'
    return `"${name}" is model "${model}" at provider "${provider}", ${how}`
  }

  const reasonOf = (name: string): string => {
    const provider = name.slice(0, Math.max(0, name.indexOf('/')))
    return providers().has(provider)
      ? `Provider "${provider}" does not list this model`
      : 'No provider lists this model'
  }

  /** Nearly every request names one model that is there. */
  function readOnly(route: Route): Route | undefined {
    const target = route.names.length === 1 ? read(route.names[0]!) : undefined
    return target && { asked: route.asked, names: [], targets: [target], dropped: route.dropped }
  }

  return {
    newsFor,
    route(route, x) {
      const only = x.trace === undefined ? readOnly(route) : undefined
      if (only) return only
      const first = readAll(route, x.trace)
      if (x.dry || first.missing.length === 0) return first.route
      const news = first.missing.map(({ name }) => newsFor(name)).filter(promise => promise !== undefined)
      return news.length === 0 ? first.route : Promise.all(news).then(() => readAll(route).route)
    },
  }
}
