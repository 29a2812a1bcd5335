import type { VirtualModels, VirtualModelView } from '../../../virtual-models/model.ts'
import type { Filters } from '../../report/dimensions.ts'
import type { PlaceBy } from '../places.ts'

/** What the page of a model is about. */
export interface Subject {
  /** `gone`: neither a virtual model nor one of a configured provider; its calls and changes are kept. */
  readonly kind: 'redirect' | 'policy' | 'provider' | 'gone'
  readonly name: string
  /** Of a redirect or a policy. */
  readonly view: VirtualModelView | undefined
  /** Of a provider's model. */
  readonly target: { readonly provider: string; readonly id: string } | undefined
  /** What its traffic is told apart by. */
  readonly by: Extract<PlaceBy, 'target' | 'virtual_model'>
  /** Which calls are its own; the log has the same names for them. */
  readonly filters: Filters & Readonly<Record<string, string>>
}

/** What calls that belong to no group are called. */
export const noneOf = ({ by }: Pick<Subject, 'by'>): string =>
  by === 'target' ? 'Reached no model' : 'Asked for the model itself'

interface Known {
  readonly virtual: Pick<VirtualModels, 'view'>
  readonly isProvider: (name: string) => boolean
}

/** Reads a name: a virtual model comes first, but for `isProvided`, since a redirect may stand before a model of its name. */
export function subjectOf({ virtual, isProvider }: Known, name: string, isProvided: boolean): Subject {
  const view = isProvided ? undefined : virtual.view(name)
  const target = targetOf(name, isProvider)
  if (view?.kind === 'redirect')
    return { kind: 'redirect', name, view, target: undefined, by: 'target', filters: { virtual_model: name } }
  if (view !== undefined)
    return { kind: 'policy', name, view, target: undefined, by: 'target', filters: covered(view, target) }
  if (target !== undefined) {
    const { provider, id } = target
    return { kind: 'provider', name, view, target, by: 'virtual_model', filters: { provider, model: id } }
  }
  return { kind: 'gone', name, view, target, by: 'target', filters: { virtual_model: name } }
}

/** `provider/id`; the id may hold slashes. */
export function targetOf(name: string, isProvider: (name: string) => boolean): Subject['target'] {
  const slash = name.indexOf('/')
  const provider = name.slice(0, Math.max(0, slash))
  const id = name.slice(slash + 1)
  return isProvider(provider) && id !== '' ? { provider, id } : undefined
}

/** The calls that a policy may have decided about: those to the models that its selector covers. */
function covered({ source, scope_kind }: VirtualModelView, target: Subject['target']): Subject['filters'] {
  if (scope_kind === 'all') return {}
  if (scope_kind === 'provider') return { provider: source.slice(0, -1) }
  return target === undefined ? { model: source } : { provider: target.provider, model: target.id }
}
