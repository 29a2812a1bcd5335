import type { Limit } from '../../plugins/limits/model.ts'

/** A limit as the kernel of the plugin has it: by the minute and for all together, unless told otherwise. */
export const limit = (name: string, most: Partial<Limit>): Limit => ({
  name,
  description: '',
  enabled: true,
  userPath: '/',
  each: 'all',
  per: 'minute',
  timeZone: 'UTC',
  unpriced: 'allow',
  version: 1,
  ...most,
})
