import type { Form } from '../../../src/contract/page.ts'
import { all, listed, text } from '../../../src/door/form.ts'
import { withoutField } from '../../../src/door/mistake.ts'
import { Refusal } from '../../../src/errors.ts'
import type { VirtualModelView } from '../model.ts'
import { type MirrorDraft, mirrorFrom, mirrorOf, toMirror } from './mirror.ts'
import {
  isSet,
  type ParameterName,
  type ParametersDraft,
  parameterNames,
  parametersFrom,
  parametersOf,
  toParameters,
} from './parameters.ts'
import { targetsOf } from './rows.ts'

/** A line for a target. */
export interface TargetDraft {
  readonly model: string
  readonly weight: string
  readonly userPaths: string
}

/** A virtual model while it is typed: everything as the operator wrote it, so that nothing is lost when it is refused. */
export interface Draft {
  /** The row that is edited, and how it was when the form was opened; absent for a new one. */
  readonly old?: { readonly source: string; readonly version: number }
  readonly source: string
  /** At least one, perhaps blank. */
  readonly targets: readonly TargetDraft[]
  readonly strategy: string
  readonly affinity: string
  readonly failover: boolean
  readonly parameters: ParametersDraft
  readonly mirror: MirrorDraft
  readonly userPaths: string
  readonly reach: string
  readonly description: string
  readonly enabled: boolean
  readonly force: boolean
  /** The access policy that it may replace, as `replacing.ts` spells it; blank: none. */
  readonly replaces: string
}

export const emptyDraft: Draft = {
  source: '',
  targets: [{ model: '', weight: '1', userPaths: '' }],
  strategy: 'round_robin',
  affinity: 'session',
  failover: true,
  parameters: parametersOf(),
  mirror: mirrorOf(),
  userPaths: '',
  reach: 'any',
  description: '',
  enabled: true,
  force: false,
  replaces: '',
}

export function draftOf(view: VirtualModelView): Draft {
  const targets = targetsOf(view).map(
    ({ model, weight, user_paths: paths = [] }): TargetDraft => ({
      model,
      weight: String(weight),
      userPaths: paths.join('\n'),
    }),
  )
  return {
    old: { source: view.source, version: view.version },
    source: view.source,
    targets: targets.length > 0 ? targets : emptyDraft.targets,
    strategy: view.strategy ?? emptyDraft.strategy,
    affinity: view.affinity ?? emptyDraft.affinity,
    failover: view.failover ?? true,
    parameters: parametersOf(view.parameters),
    mirror: mirrorOf(view.mirror),
    userPaths: (view.user_paths ?? []).join('\n'),
    reach: view.reach ?? 'any',
    description: view.description,
    enabled: view.enabled,
    force: false,
    replaces: '',
  }
}

export function draftFrom(form: Form): Draft {
  const weights = all(form, 'weight')
  const paths = all(form, 'target_paths')
  const targets = all(form, 'target').map((model, index) => ({
    model,
    weight: weights[index] ?? '1',
    userPaths: paths[index] ?? '',
  }))
  const old = text(form, 'old_source')
  return {
    ...(old !== '' && { old: { source: old, version: Number(text(form, 'version')) } }),
    source: text(form, 'source'),
    targets: targets.length > 0 ? targets : emptyDraft.targets,
    strategy: text(form, 'strategy') || emptyDraft.strategy,
    affinity: text(form, 'affinity') || emptyDraft.affinity,
    failover: text(form, 'failover') === 'on',
    parameters: parametersFrom(form),
    mirror: mirrorFrom(form),
    userPaths: text(form, 'user_paths'),
    reach: text(form, 'reach') || 'any',
    description: text(form, 'description').replaceAll('\r\n', '\n'),
    enabled: text(form, 'enabled') === 'on',
    force: text(form, 'force') === 'on',
    replaces: text(form, 'replaces'),
  }
}

/** Without the lines for targets that were left blank. */
export function trim(draft: Draft): Draft {
  const targets = draft.targets.filter(({ model }) => model.trim() !== '')
  return { ...draft, targets: targets.length > 0 ? targets : emptyDraft.targets }
}

export const isRedirect = ({ targets }: Draft): boolean => targets.some(({ model }) => model.trim() !== '')

export const pathsOf = ({ userPaths }: Draft): string[] => listed(userPaths)

/** The body of `PUT /admin/virtual-models` that says what the draft says. */
export function toInput(draft: Draft): Readonly<Record<string, unknown>> {
  const { old, source, description, enabled, force, strategy, affinity, failover, reach } = trim(draft)
  const { parameters } = draft
  const mirror = toMirror(draft.mirror)
  const paths = pathsOf(draft)
  const shared = {
    source,
    ...(old !== undefined && { old_source: old.source }),
    ...(paths.length > 0 && { user_paths: paths }),
    description,
    enabled,
    ...(force && { force }),
  }
  if (!isRedirect(draft)) return { ...shared, reach }
  const targets = trim(draft).targets.map(({ model, weight, userPaths }) => ({
    model,
    weight: toWeight(weight),
    ...(listed(userPaths).length > 0 && { user_paths: listed(userPaths) }),
  }))
  return {
    ...shared,
    targets,
    strategy,
    affinity,
    failover,
    ...(isSet(parameters) && { parameters: toParameters(parameters) }),
    ...(mirror !== undefined && { mirror }),
  }
}

/** What is not a number goes on as it is: the one who judges input says what is wrong with it. */
const toWeight = (weight: string): unknown =>
  weight.trim() === '' ? 1 : /^\d{1,15}$/.test(weight.trim()) ? Number(weight) : weight

/** What is wrong with a draft, and where. `form` is the whole of it. */
export interface Mistake {
  readonly field:
    | 'source'
    | 'target'
    | 'weight'
    | 'target_paths'
    | 'strategy'
    | 'affinity'
    | 'parameters'
    | ParameterName
    | 'mirror'
    | 'mirror_share'
    | 'user_paths'
    | 'reach'
    | 'description'
    | 'form'
  /** Which target. */
  readonly index: number
  readonly message: string
  /** It may be saved all the same. */
  readonly isForcible: boolean
}

const fields: Readonly<Record<string, Mistake['field']>> = {
  source: 'source',
  old_source: 'source',
  target_model: 'target',
  targets: 'target',
  strategy: 'strategy',
  affinity: 'affinity',
  user_paths: 'user_paths',
  reach: 'reach',
  description: 'description',
}

/** What stands beside a target's name. */
const partsOfTarget: Readonly<Record<string, Mistake['field']>> = {
  weight: 'weight',
  user_paths: 'target_paths',
}

const FORCE = / ?Send "force": true.*$/s

const NOBODY =
  'Say who may use it: name user paths (“/” is everybody), choose “Only through a redirect”, or turn it off'

function fieldAt(head: string, inner: string | undefined): Mistake['field'] {
  if (head === 'parameters') return parameterNames.find(name => name === inner) ?? 'parameters'
  if (head === 'mirror') return inner === 'share' ? 'mirror_share' : 'mirror'
  return Object.hasOwn(fields, head) ? fields[head]! : 'form'
}

/** Puts a refusal beside the field of the draft that it is about; a bug stays a bug. */
export function mistakeOf(error: unknown, draft: Draft): Mistake {
  if (!(error instanceof Refusal) || error.code === 'internal_error') throw error
  const [head = '', index, leaf] = (error.param ?? '').split(/[.[\]]+/)
  const field = fieldAt(head, index)
  const said = withoutField(error.message)
  // Where no path was named, naming one is what is asked for; the API says so in its own terms.
  const message = field === 'user_paths' && pathsOf(draft).length === 0 ? NOBODY : said
  // A refusal about one of several targets names it, where it does not say which one it is.
  const named = draft.targets.findIndex(
    ({ model }) => model.trim() !== '' && message.includes(`"${model.trim()}"`),
  )
  return {
    field: field === 'target' && leaf !== undefined ? (partsOfTarget[leaf] ?? field) : field,
    index: Number(index ?? Math.max(named, 0)) || 0,
    message: message.replace(FORCE, ''),
    isForcible: FORCE.test(message),
  }
}
