import type { StoredState } from './model.ts'

/**
 * Where secrets of a provider go, as text: all that is said of it, but for its models. On many hosts the path says whose
 * account it is, so that the whole address counts. A secret opens for the destination that it was typed for, and for no
 * other: otherwise whoever may change a provider, or its row, could have it sent to himself.
 */
export function destinationOf({ type, settings }: Pick<StoredState, 'type' | 'settings'>): string {
  const { models: _, ...rest } = settings
  return JSON.stringify([type, Object.entries(rest).sort()])
}
