import type { JsonObject } from '../../../src/types.ts'
import { moment, number } from '../../../views/format.ts'
import { spell } from '../../../views/name.tsx'
import { diff } from '../diff.ts'
import type { Action } from '../model.ts'

/** States in words, whatever the kind of thing: a field after the other, without brackets. */

/** One field that differs. */
export type Difference =
  | { readonly kind: 'value'; readonly label: string; readonly before: string; readonly after: string }
  | {
      readonly kind: 'list'
      readonly label: string
      readonly added: readonly string[]
      readonly removed: readonly string[]
      readonly changed: readonly ChangedItem[]
    }

/** An item that is still in its list, under the same name, and says something else. */
export interface ChangedItem {
  readonly name: string
  readonly differences: readonly Difference[]
}

export const NONE = 'none'
const ALL = 'all'

/** `cost_usd` → `Cost USD`. */
const labelOf = (field: string): string => {
  const words = field.replaceAll('_', ' ').replaceAll(/\b(usd|id|url)\b/g, word => word.toUpperCase())
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** `virtual-model` → `Virtual model`. */
export const kindOf = (kind: string): string => labelOf(kind.replaceAll('-', ' '))

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (isMap(value) && Object.values(value).every(isEmpty))

const isMap = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A value in a line: `yes`, `1,000`, `openai/gpt-5, weight 3`. */
function textOf(value: unknown): string {
  if (isEmpty(value)) return NONE
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return Number.isInteger(value) ? number(value) : String(value)
  if (Array.isArray(value)) return value.map(textOf).join(', ')
  if (isMap(value)) return partsOf(value).join(', ')
  const text = String(value)
  return INSTANT.test(text) ? moment(Date.parse(text)) : spell(text)
}

/** How our own rows write a time. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** What names it comes first, and without its label. */
const partsOf = (value: JsonObject): string[] =>
  Object.entries(value)
    .filter(([, part]) => !isEmpty(part))
    .map(([field, part], index) =>
      index === 0 && typeof part === 'string'
        ? textOf(part)
        : `${field.replaceAll('_', ' ')} ${textOf(part)}`,
    )

/** What differs between two states, in words; of what is new only what says something. */
export function differencesOf(before: JsonObject | null, after: JsonObject | null): readonly Difference[] {
  return compare(before ?? {}, after ?? {}, '')
}

function compare(before: JsonObject, after: JsonObject, within: string): readonly Difference[] {
  return diff(before, after).flatMap(({ field, before: was, after: is }): readonly Difference[] => {
    const label = within === '' ? labelOf(field) : `${within}: ${field.replaceAll('_', ' ')}`
    if (isEmpty(was) && isEmpty(is))
      return isClosed(was, is) ? [{ kind: 'value', label, ...closing(was, is) }] : []
    if (isMap(was ?? is) && isMap(is ?? was))
      return compare((was ?? {}) as JsonObject, (is ?? {}) as JsonObject, label)
    const items = itemsOf(was, is)
    if (items !== undefined) return [{ kind: 'list', label, ...items }]
    return [{ kind: 'value', label, before: textOf(was), after: textOf(is) }]
  })
}

/** A list that was not said, and so holds nobody back, became one that lets nothing through, or the other way. */
const isClosed = (was: unknown, is: unknown): boolean =>
  (was === null && Array.isArray(is)) || (is === null && Array.isArray(was))

const closing = (was: unknown, is: unknown) => ({
  before: was === null ? ALL : NONE,
  after: is === null ? ALL : NONE,
})

/** What came into a list, what left it, and what is another one; undefined for what is none, and where only the order is. */
function itemsOf(was: unknown, is: unknown) {
  if (!Array.isArray(was ?? is) || !Array.isArray(is ?? was)) return undefined
  const [before, after] = [was, is].map(list => (list ?? []) as readonly unknown[])
  const [had, has] = [before!, after!].map(items => new Set(items.map(textOf)))
  const gone = before!.filter(item => !has!.has(textOf(item)))
  const come = after!.filter(item => !had!.has(textOf(item)))
  const [old, now] = [byName(gone), byName(come)]
  const isPaired = (item: unknown) => old.has(nameOf(item)) && now.has(nameOf(item))
  const changed = [...now.keys()]
    .filter(name => old.has(name))
    .map(name => ({ name: spell(name!), differences: differencesOf(old.get(name)!, now.get(name)!) }))
  const textsOf = (items: readonly unknown[]) => items.filter(item => !isPaired(item)).map(textOf)
  const [added, removed] = [textsOf(come), textsOf(gone)]
  return added.length + removed.length + changed.length === 0 ? undefined : { added, removed, changed }
}

/** The text that a thing begins with, such as the model of a target. */
function nameOf(item: unknown): string | undefined {
  const first = isMap(item) ? Object.values(item)[0] : undefined
  return typeof first === 'string' ? first : undefined
}

/** Those that have a name which no other one has. */
function byName(items: readonly unknown[]): ReadonlyMap<string | undefined, JsonObject> {
  const named = [...Map.groupBy(items, nameOf)].filter(
    ([name, same]) => name !== undefined && same.length === 1,
  )
  return new Map(named.map(([name, same]) => [name, same[0] as JsonObject]))
}

export const deeds: Readonly<Record<Action, string>> = {
  create: 'Created',
  replace: 'Changed',
  rename: 'Renamed',
  delete: 'Deleted',
  revoke: 'Revoked',
  roll: 'Rolled: it has a new secret',
  restore: 'Put back',
}
