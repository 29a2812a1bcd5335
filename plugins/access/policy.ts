import { isBare } from '../../src/scope/selector.ts'
import { isInside } from '../../src/scope/user-path.ts'
import type { Target, UserPath } from '../../src/types.ts'
import type { Snapshot, VirtualModel } from '../virtual-models/model.ts'

export interface Judging {
  readonly snapshot: Snapshot
  readonly isProvider: (name: string) => boolean
  /** What holds where no policy speaks. */
  readonly byDefault: boolean
}

/** What decided about a target, and how. */
export interface Verdict {
  readonly isAllowed: boolean
  /** The policy that spoke; undefined where none did. */
  readonly policy: VirtualModel | undefined
}

/**
 * One policy decides, the most specific one: `provider/id`, `provider/`, bare `id`, `/`, then the default. Rows are
 * never merged, and four look-ups are enough, however many there are.
 */
export function judge(
  { snapshot, isProvider, byDefault }: Judging,
  target: Target,
  userPath: UserPath,
): Verdict {
  const { provider, model } = target
  const { all } = snapshot
  const policy =
    policyOf(all.get(`${provider}/${model}`)) ??
    policyOf(all.get(`${provider}/`)) ??
    (isBare(model, isProvider) ? policyOf(all.get(model)) : undefined) ??
    policyOf(all.get('/'))
  return { isAllowed: policy === undefined ? byDefault : isOpen(policy, target, userPath), policy }
}

const policyOf = (model: VirtualModel | undefined) => (model?.kind === 'policy' ? model : undefined)

const isOpen = ({ enabled, reach, scopes }: VirtualModel, { via }: Target, userPath: UserPath): boolean =>
  enabled &&
  !(reach === 'redirect' && via.length === 0) &&
  (scopes === undefined || isInside(userPath, scopes))

/** A verdict in words, for operators. */
export function reasonOf({ isAllowed, policy }: Verdict, { via }: Target, userPath: UserPath): string {
  if (policy === undefined) return `No policy speaks of it, MODELS_ENABLED_BY_DEFAULT is ${isAllowed}`
  const { source, enabled, reach } = policy
  if (!enabled) return `Policy "${source}" is off for everybody`
  if (reach === 'redirect' && via.length === 0)
    return `Policy "${source}" opens the model through redirects only`
  return `Policy "${source}" ${isAllowed ? 'opens' : 'does not open'} the model to "${userPath}"`
}
