import type { CallEvent } from './tuples.ts'

/** Spools of earlier versions hold a number. */
export const termsOf = (told: CallEvent[25]): string | null =>
  typeof told === 'number' ? [null, 'flex', UNTOLD][told]! : (told ?? null)

export const isBatch = (terms: string | null): boolean => terms !== null && /\b(?:flex|batch)\b/.test(terms)

/** Terms of which only that they cost more is known; what earlier versions kept. */
export const UNTOLD = 'more'
