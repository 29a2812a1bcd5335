import type { Admin } from './types.ts'

/** As whom the history writes an operator down: the person, or, where nobody knows that, the way in. */
export const authorOf = ({ name, via }: Admin): string => name ?? via
