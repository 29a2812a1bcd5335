import type { Auth } from '../auth/model.ts'
import type { Family } from './model.ts'

/** Keys that nobody knows, by where they were sent. */
export const wrongKeysFamily = ({ wrongKeys }: Pick<Auth, 'wrongKeys'>): Family => ({
  name: 'modelway_refused_credentials_total',
  help: 'Keys that nobody knows, by where they were sent',
  type: 'counter',
  read: () => Object.entries(wrongKeys.totals()).map(([at, value]) => ({ labels: { at }, value })),
})
