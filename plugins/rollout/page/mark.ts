import type { Mark } from '../../virtual-models/model.ts'
import { isOver } from '../book.ts'
import type { Rollout } from '../schema.ts'
import { shareText } from '../standing.ts'

/** What the list of models shows of a rollout that is under way, by the redirect. */
export function markOf(rollout: Rollout): readonly (readonly [source: string, Mark])[] {
  if (isOver(rollout)) return []
  const { source, plan, step, state } = rollout
  const mark: Mark = {
    tone: state === 'paused' ? 'amber' : 'good',
    text: `rollout ${plan.steps[step]} %`,
    title: `${plan.to} takes over: ${shareText(rollout)}`,
  }
  return [[source, mark]]
}
