import { isObject, listOf } from '../../src/contract/loose-json.ts'
import { topLevel } from '../../src/request/json.ts'
import type { Written } from './model.ts'

/** Fields by which a request goes on with what a provider's account keeps. */
const BEFORE: ReadonlySet<string> = new Set(['previous_response_id', 'conversation'])

/**
 * The field by which a request refers to what was said before: an answer, a conversation, or an item that is only named.
 * Undefined where it stands on its own.
 */
export function referenceIn({ text, json }: Written): string | undefined {
  for (const key of Object.keys(json)) {
    const name = key.toLowerCase()
    // Where it stands there twice, some readers take the first and some the last.
    if (BEFORE.has(name) && (json[key] != null || valuesOf(text(), name).some(value => value !== 'null')))
      return name
    if (name === 'input' && listOf(json[key]).some(isReference)) return 'item_reference'
  }
  return undefined
}

const valuesOf = (text: string, name: string): readonly string[] =>
  topLevel(text)
    .filter(({ key }) => key.toLowerCase() === name)
    .map(({ start, end }) => text.slice(start, end))

/** What has neither a type nor a role, but an id, means the item of this id. */
const isReference = (item: unknown): boolean =>
  isObject(item) &&
  (item.type === 'item_reference' || (item.type == null && item.role == null && item.id !== undefined))
