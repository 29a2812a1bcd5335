import type { Definition } from '../history/model.ts'

/** What history calls them. */
export const KIND = 'setting'

/** A value that an operator has stored. */
export interface StoredSetting extends Definition {
  /** As the config file would say it. */
  readonly value: unknown
}
