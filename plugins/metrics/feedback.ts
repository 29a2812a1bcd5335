import type { Feedback } from '../feedback/model.ts'
import type { Family } from './model.ts'

/** How often something was said of an answer. Its names are bounded where they are counted. */
export const feedbackFamily = ({ counted }: Pick<Feedback, 'counted'>): Family => ({
  name: 'modelway_feedback_total',
  help: 'How often somebody said how good an answer was, by name and by who said it',
  type: 'counter',
  read: () => counted().map(({ name, by, count }) => ({ labels: { name, by }, value: count })),
})
