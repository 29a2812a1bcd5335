import type { Provider } from '../../../src/contract/provider.ts'
import { listed } from '../../../src/door/form.ts'
import { count } from '../../../views/format.ts'
import { shorten } from '../../../views/name.tsx'
import type { ModelLists } from '../../model-lists/model.ts'
import type { VirtualModelView } from '../model.ts'
import { type Draft, isRedirect, pathsOf, type TargetDraft, trim } from './draft.ts'
import { replacingOf } from './replacing.ts'

/** What saving a draft would do, one sentence each. */
export interface Effect {
  readonly tone: 'plain' | 'warn'
  readonly text: string
}

export interface EffectFacts {
  readonly views: readonly VirtualModelView[]
  readonly lists: ModelLists
  readonly providers: ReadonlyMap<string, Provider>
}

const plain = (text: string): Effect => ({ tone: 'plain', text })
const warn = (text: string): Effect => ({ tone: 'warn', text })

/** Says what a draft would do before it is saved. It explains; what is allowed is judged when it is saved. */
export function effectsOf(draft: Draft, facts: EffectFacts): Effect[] {
  const source = draft.source.trim()
  if (source === '') return []
  const before = facts.views.find(view => view.source === draft.old?.source)
  const taken = draft.old?.source === source ? undefined : facts.views.find(view => view.source === source)
  const replaced = replacingOf(draft, name => facts.views.find(view => view.source === name))?.policy
  return [
    ...(taken !== undefined && taken !== replaced ? [warn(`“${source}” exists already`)] : []),
    ...(replaced !== undefined
      ? [
          warn(
            `A redirect ends the access policy “${shorten(replaced.source)}”: what it closes may be open then`,
          ),
        ]
      : []),
    ...(isRedirect(draft)
      ? effectsOfRedirect(draft, source, facts)
      : effectsOfPolicy(draft, source, facts, before)),
  ]
}

function effectsOfRedirect(draft: Draft, source: string, facts: EffectFacts): Effect[] {
  const names = trim(draft).targets.map(({ model }) => model.trim())
  const real = membersOf(source, facts)
  const isSame = names.length === 1 && names[0] === source
  const led = isSame
    ? plain(`Callers who ask for the real model ${join(real)} get it, asked in this way`)
    : warn(`Shadows the real model ${join(real)}: callers who ask for it are led to the target instead`)
  const shadowed = real.length > 0 ? [led] : []
  const off = draft.enabled ? [] : [plain('Off: the name is read as if this redirect did not exist')]
  const paths = pathsOf(draft)
  const scope =
    paths.length > 0
      ? [
          plain(
            `Exists only for callers inside ${join(paths)}; for others the name means what it would mean without it`,
          ),
        ]
      : []
  const own = trim(draft).targets.flatMap(effectsOfCallers)
  return [
    ...names.flatMap(name => effectsOfTarget(name, source, facts)),
    ...shadowed,
    ...own,
    ...scope,
    ...off,
  ]
}

function effectsOfCallers({ model, userPaths }: TargetDraft): Effect[] {
  const paths = listed(userPaths)
  return paths.length === 0
    ? []
    : [plain(`“${model.trim()}” is only for callers inside ${join(paths)}, who get it first`)]
}

function effectsOfTarget(name: string, source: string, facts: EffectFacts): Effect[] {
  const inner = facts.views.find(view => view.source === name && view.kind === 'redirect')
  if (name !== source && inner !== undefined) {
    return inner.parameters === undefined
      ? [plain(`“${name}” is a redirect itself: the chain is followed`)]
      : [warn(`“${name}” says itself how its model is asked, so no other redirect may lead to it`)]
  }
  const { provider, id } = readName(name, facts)
  if (provider === undefined) {
    const found = facts.lists.providerOf(id)
    return found === undefined
      ? [warn(`No provider lists “${name}”`)]
      : [plain(`“${name}” is taken from ${found}`)]
  }
  const list = facts.lists.of(provider)
  if (list === undefined) return [plain(`The models of ${provider} are not known yet: “${id}” will be tried`)]
  return list.has(id) ? [] : [warn(`${provider} does not list “${id}”`)]
}

function effectsOfPolicy(
  draft: Draft,
  source: string,
  facts: EffectFacts,
  before: VirtualModelView | undefined,
): Effect[] {
  const turned =
    before?.kind === 'redirect' ? [warn('Without a target this redirect becomes an access policy')] : []
  return [...turned, coverOf(source, facts), whoOf(draft)]
}

function coverOf(source: string, facts: EffectFacts): Effect {
  if (source === '/') return plain('Covers every model that no other policy covers')
  const { provider, id } = readName(source, facts)
  if (provider !== undefined && id === '') {
    const listed = facts.lists.of(provider)?.size
    return plain(
      `Covers the ${listed === undefined ? 'models' : count(listed, 'model')} of ${provider}, except those with a policy of their own`,
    )
  }
  const real = membersOf(source, facts)
  return real.length > 0
    ? plain(`Covers ${join(real)}`)
    : warn(`“${source}” matches no model that is known now`)
}

function whoOf(draft: Draft): Effect {
  const paths = pathsOf(draft)
  if (!draft.enabled) return warn('Off: nobody may use what it covers')
  const way = draft.reach === 'redirect' ? ', and only through a redirect' : ''
  if (paths.includes('/')) return plain(`Everybody may use it${way}`)
  if (paths.length > 0) return plain(`Only callers inside ${join(paths)} may use it${way}`)
  return way === ''
    ? warn('Say who may use it: name user paths (“/” is everybody), limit how it is reached, or turn it off')
    : plain('Everybody may use it, but only through a redirect')
}

/** The real models that a name or selector means. */
function membersOf(name: string, facts: EffectFacts): string[] {
  const { provider, id } = readName(name, facts)
  const at = provider === undefined ? [...facts.providers.keys()] : [provider]
  return at.filter(provider => facts.lists.of(provider)?.has(id)).map(provider => `${provider}/${id}`)
}

function readName(name: string, { providers }: EffectFacts): { provider: string | undefined; id: string } {
  const slash = name.indexOf('/')
  const provider = name.slice(0, Math.max(slash, 0))
  return providers.has(provider) ? { provider, id: name.slice(slash + 1) } : { provider: undefined, id: name }
}

const join = (names: readonly string[]): string =>
  names.length > 4
    ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
    : names.length < 2
      ? names.join()
      : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
