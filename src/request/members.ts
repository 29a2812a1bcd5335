import { COLON, QUOTE, stringEnd } from './json.ts'

/** How many members the objects of valid JSON have, all together; those that stand twice in one count twice. */
export function membersIn(text: string): number {
  let count = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === QUOTE) i = stringEnd(text, i) - 1
    else if (c === COLON) count++
  }
  return count
}

/** The same of what was read of it. */
export function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const inside = Object.values(value)
  const own = Array.isArray(value) ? 0 : inside.length
  return inside.reduce((sum: number, each) => sum + membersOf(each), own)
}
