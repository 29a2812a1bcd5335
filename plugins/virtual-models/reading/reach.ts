import { didYouMean } from '../../../src/base/nearest.ts'
import type { Provider } from '../../../src/contract/provider.ts'
import { refuse } from '../../../src/errors.ts'
import type { ModelLists } from '../../model-lists/model.ts'
import type { Definition, Snapshot, VirtualModel } from '../model.ts'
import { redirectOf } from './snapshot.ts'

/** A mirror is no redirect, so none is proposed in its place. */
const NO_REDIRECTS: ReadonlyMap<string, VirtualModel> = new Map()

export interface Reach {
  /** The target is listed; `undefined` when lists are missing and nobody can tell. */
  isListed(name: string): boolean | undefined
  /** Refuses targets and selectors that can never lead anywhere. */
  check(definition: Definition, all: ReadonlyMap<string, VirtualModel>): void
  /** The first real model that a redirect leads to and that is not known to be missing. */
  resolve(snapshot: Snapshot, model: VirtualModel): string | undefined
  scopeOf(selector: string): 'all' | 'provider' | 'model' | 'bare'
}

/** What a redirect leads to is told by its targets for everybody, where it has some. */
const everybodysFirst = ({ targets }: VirtualModel) =>
  targets.toSorted((a, b) => Number(a.scopes !== undefined) - Number(b.scopes !== undefined))

/** What names and selectors lead to, as far as the lists of the providers tell. */
export function createReach(lists: ModelLists, providers: () => ReadonlyMap<string, Provider>): Reach {
  const providerIn = (name: string): string | undefined => {
    const provider = name.slice(0, Math.max(0, name.indexOf('/')))
    return providers().has(provider) ? provider : undefined
  }
  const isEveryListKnown = () => [...providers().keys()].every(provider => lists.of(provider) !== undefined)

  function isListed(name: string): boolean | undefined {
    const provider = providerIn(name)
    if (provider !== undefined) return lists.of(provider)?.has(name.slice(provider.length + 1))
    return lists.providerOf(name) !== undefined || (isEveryListKnown() ? false : undefined)
  }

  function* knownNames(all: ReadonlyMap<string, VirtualModel>): Generator<string> {
    for (const { source, kind } of all.values()) if (kind === 'redirect') yield source
    for (const provider of providers().keys()) {
      yield `${provider}/`
      for (const id of lists.of(provider)?.keys() ?? []) {
        yield id
        yield `${provider}/${id}`
      }
    }
  }

  const why = (name: string): string => {
    const provider = providerIn(name)
    if (provider !== undefined) return `provider "${provider}" does not list this model`
    const first = name.split('/')[0]!
    return name.includes('/')
      ? `there is no provider "${first}"${lists.providerOf(name) === undefined ? ', and no provider lists this id' : ''}`
      : 'no provider lists this model'
  }
  const refuseLost = (
    what: string,
    name: string,
    all: ReadonlyMap<string, VirtualModel>,
    param: string,
  ): never =>
    refuse(
      'invalid_value',
      `${what} "${name}" matches nothing: ${why(name)}${didYouMean(name, knownNames(all))} Send "force": true to store it all the same`.replace(
        /([^?])( Send)/,
        '$1.$2',
      ),
      { param },
    )

  function scopeOf(selector: string): 'all' | 'provider' | 'model' | 'bare' {
    if (selector === '/') return 'all'
    if (providerIn(selector) === undefined) return 'bare'
    return selector.indexOf('/') === selector.length - 1 ? 'provider' : 'model'
  }

  return {
    isListed,
    scopeOf,
    check({ kind, source, targets, mirror }, all) {
      for (const { name } of targets) {
        const isRedirect = name !== source && all.get(name)?.kind === 'redirect'
        if (!isRedirect && isListed(name) === false) refuseLost('Target', name, all, 'target_model')
      }
      if (
        mirror !== undefined &&
        (providerIn(mirror.model) === undefined || isListed(mirror.model) === false)
      )
        refuseLost('Mirror', mirror.model, NO_REDIRECTS, 'mirror.model')
      const scope = scopeOf(source)
      if (kind === 'policy' && (scope === 'bare' || scope === 'model') && isListed(source) === false)
        refuseLost('Selector', source, all, 'source')
      if (kind === 'policy' && source.endsWith('/') && scope === 'bare')
        refuseLost('Selector', source, all, 'source')
    },
    resolve(snapshot, model) {
      const walk = (current: VirtualModel, seen: ReadonlySet<string>): string | undefined => {
        for (const { name } of everybodysFirst(current)) {
          const inner = seen.has(name) ? undefined : redirectOf(snapshot, name)
          const found = inner
            ? walk(inner, new Set([...seen, name]))
            : isListed(name) === false
              ? undefined
              : name
          if (found !== undefined)
            return providerIn(found) ? found : `${lists.providerOf(found) ?? '?'}/${found}`
        }
        return undefined
      }
      return walk(model, new Set([model.source]))
    },
  }
}
