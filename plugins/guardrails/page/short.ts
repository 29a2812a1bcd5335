import { spell } from '../../../views/name.tsx'

/** A name of any length, and of any characters, in a sentence. */
export const short = (name: string): string => spell(name.length > 64 ? `${name.slice(0, 63)}…` : name)
