import type { JsonObject } from '../types.ts'

/** The JSON of a body without what its address says: what its text means. */
export function inText(json: JsonObject, aside: JsonObject | undefined): JsonObject {
  if (aside === undefined) return json
  return Object.fromEntries(Object.entries(json).filter(([field]) => !Object.hasOwn(aside, field)))
}
