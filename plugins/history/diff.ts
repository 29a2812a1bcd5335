import type { JsonObject } from '../../src/types.ts'

/** One field that a change touched; a side is absent where the field, or the whole thing, was not there. */
export interface FieldChange {
  readonly field: string
  readonly before?: unknown
  readonly after?: unknown
}

/** What differs between two states, field by field; in the order of the fields, those of the later state first. */
export function diff(before: JsonObject = {}, after: JsonObject = {}): FieldChange[] {
  const fields = [...new Set([...Object.keys(after), ...Object.keys(before)])]
  return fields
    .filter(field => !isSame(before[field], after[field]))
    .map(field => ({
      field,
      ...(Object.hasOwn(before, field) && { before: before[field] }),
      ...(Object.hasOwn(after, field) && { after: after[field] }),
    }))
}

/** The same JSON, whatever the order of the keys. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every(
      key => Object.hasOwn(other, key) && isSame((one as JsonObject)[key], (other as JsonObject)[key]),
    )
  )
}
