import type { Target, UserPath } from '../../src/types.ts'
import { isInside } from '../../src/user-path.ts'
import type { Snapshot, VirtualModel } from '../virtual-models/model.ts'

export interface Judging {
  readonly snapshot: Snapshot
  readonly isProvider: (name: string) => boolean
  /** What holds where no policy speaks. */
  readonly byDefault: boolean
}

export interface Verdict {
  readonly isAllowed: boolean
  /** For operators: which policy decided, and how. */
  readonly reason: string
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
  const policyOf = (selector: string): VirtualModel | undefined => {
    const found = snapshot.all.get(selector)
    return found?.kind === 'policy' ? found : undefined
  }
  const policy =
    policyOf(`${provider}/${model}`) ??
    policyOf(`${provider}/`) ??
    // An id with slashes may read like another provider's model; then the selector speaks of that one.
    (model.includes('/') && isProvider(model.slice(0, model.indexOf('/'))) ? undefined : policyOf(model)) ??
    policyOf('/')
  if (policy === undefined)
    return {
      isAllowed: byDefault,
      reason: `No policy speaks of it, MODELS_ENABLED_BY_DEFAULT is ${byDefault}`,
    }
  return judgeBy(policy, target, userPath)
}

function judgeBy(
  { source, enabled, scopes, reach }: VirtualModel,
  { via }: Target,
  userPath: UserPath,
): Verdict {
  const says = (isAllowed: boolean, what: string): Verdict => ({
    isAllowed,
    reason: `Policy "${source}" ${what}`,
  })
  if (!enabled) return says(false, 'is off for everybody')
  if (reach === 'redirect' && via.length === 0) return says(false, 'opens the model through redirects only')
  if (scopes !== undefined && !isInside(userPath, scopes))
    return says(false, `does not open the model to "${userPath}"`)
  return says(true, `opens the model to "${userPath}"`)
}
