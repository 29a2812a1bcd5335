import { LRUCache } from 'lru-cache'
import type { Model, ModelFacts } from '../../src/contract/model.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { Prices } from '../prices/model.ts'
import { common, merge } from './known.ts'
import type { FactsSource, Known, ModelName } from './model.ts'

/** Models that no list has, and that are remembered: callers may invent names. */
const REMEMBERED = 5000
const NOTHING: ModelFacts = {}

interface LookUpOptions {
  readonly lists: Pick<ModelLists, 'of'>
  readonly prices: Pick<Prices, 'windowOf' | 'loading'>
  /** The operator's word. */
  readonly overridesOf: (name: ModelName) => ModelFacts
}

/** What is known of models, each looked up once. */
export function createLookUp({
  lists,
  prices,
  overridesOf,
}: LookUpOptions): Pick<FactsSource, 'of' | 'ofAll' | 'loading'> {
  // A list that is fetched anew has new models in it.
  let listed = new WeakMap<Model, Known>()
  const others = new LRUCache<string, Known>({ max: REMEMBERED })
  let isLoaded = false

  function look(name: ModelName, own: ModelFacts | undefined): Known {
    const known = merge([
      ['operator', overridesOf(name)],
      ['provider', own ?? NOTHING],
    ])
    // The data are looked through for what nobody else says.
    const contextWindow = known.facts.contextWindow === undefined ? prices.windowOf(name) : undefined
    if (contextWindow === undefined) return known
    return {
      facts: { ...known.facts, contextWindow },
      origins: { ...known.origins, contextWindow: 'bundled' },
    }
  }

  function of(name: ModelName): Known {
    const model = lists.of(name.provider)?.get(name.model)
    if (model === undefined) return ofUnlisted(name)
    const kept = listed.get(model)
    if (kept !== undefined) return kept
    const known = look(name, model.facts)
    listed.set(model, known)
    return known
  }

  function ofUnlisted(name: ModelName): Known {
    const key = `${name.provider}/${name.model}`
    const known = others.get(key) ?? look(name, undefined)
    others.set(key, known)
    return known
  }

  const ofAll = (models: readonly ModelName[]): ModelFacts =>
    models.length === 1 ? of(models[0]!).facts : common(models.map(model => of(model).facts))

  function loading(): Promise<void> | undefined {
    if (isLoaded) return undefined
    const forget = () => {
      isLoaded = true
      listed = new WeakMap()
      others.clear()
    }
    const waited = prices.loading()
    if (waited !== undefined) return waited.then(forget)
    forget()
    return undefined
  }

  return { of, ofAll, loading }
}
