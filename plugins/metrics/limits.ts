import type { Limits } from '../limits/look.ts'
import type { Family } from './model.ts'

/** So many limits are shown, the fullest ones. */
const MOST = 1000

/** How full limits are. */
export const limitFamily = ({ filled }: Limits): Family => ({
  name: 'modelway_limit_used_ratio',
  together: 'max',
  help: 'What is used and held of a limit in its present window, by whoever has taken most of it; 1 is all of it',
  type: 'gauge',
  read: () =>
    filled()
      .slice(0, MOST)
      .map(({ name, per, share }) => ({ labels: { limit: name, per }, value: share })),
})
