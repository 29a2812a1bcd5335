import type { UserPath } from '../../src/types.ts'
import type { Affinity, Share } from '../virtual-models/model.ts'
import { isOver } from './book.ts'
import type { Rollout } from './schema.ts'

/** Under way, at which share and step: `25 % of the calls, step 2 of 4`. */
export const shareText = ({ plan, step, state }: Pick<Rollout, 'plan' | 'step' | 'state'>): string =>
  `${plan.steps[step]} % of the calls, step ${step + 1} of ${plan.steps.length}${state === 'paused' ? ', paused' : ''}`

/**
 * What a rollout that is under way means for a call at a user path; `shares` are those of its redirect for this call, none
 * where the call does not come there.
 */
export function standingOf(
  rollout: Rollout,
  shares: readonly Share[],
  { userPath, affinity }: { readonly userPath: UserPath; readonly affinity: Affinity | undefined },
): string | undefined {
  if (isOver(rollout) || shares.length === 0) return undefined
  const { source, plan } = rollout
  const own = shares.find(({ name }) => name === plan.to)?.share ?? 0
  const [who, stay] = kept[affinity ?? 'off']
  const at = `at user path "${userPath}"`
  const begins =
    own === 0
      ? `a call ${at} has other targets, and does not begin there`
      : `${own === 1 ? 'all' : `${toPercent(own)} % of`} ${who} ${at} begin there${stay}`
  return `${source}: "${plan.to}" takes over, ${shareText(rollout)}; ${begins}`
}

/** Who begins somewhere, and stays where the redirect says so. */
const kept: Readonly<Record<Affinity, readonly [who: string, stay: string]>> = {
  session: ['new sessions', ', and stay'],
  caller: ['callers', ', and stay'],
  off: ['calls', ''],
}

const toPercent = (share: number): number => Math.round(share * 1000) / 10
