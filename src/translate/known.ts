import { isObject } from '../contract/loose-json.ts'
import type { Warn } from '../contract/provider.ts'
import type { JsonObject } from '../types.ts'
import { MOST_WARNINGS } from './warnings.ts'

/**
 * What a language is known to have in a value. Elements of a list are each what the list is said to be; a value of another
 * type than an object or a list has no members.
 */
export type Known =
  /** Whatever is in it is carried as it is, or spoken of elsewhere. */
  | { readonly kind: 'all' }
  | { readonly kind: 'members'; readonly members: ReadonlyMap<string, Known>; readonly isOpen?: true }
  /** One of its members says what it is. */
  | { readonly kind: 'kinds'; readonly by: string; readonly kinds: ReadonlyMap<unknown, Known> }

export const all: Known = { kind: 'all' }

/** An object with these members, and with those that themselves have something to be known. */
export const members = (names: string, inner: Readonly<Record<string, Known>> = {}): Known => ({
  kind: 'members',
  members: new Map([
    ...names.split(' ').map((name): [string, Known] => [name, all]),
    ...Object.entries(inner),
  ]),
})

/** An object that may have any members, of which these have something to be known. */
export const within = (inner: Readonly<Record<string, Known>>): Known => ({
  kind: 'members',
  members: new Map(Object.entries(inner)),
  isOpen: true,
})

/** An object whose member `by` tells what it is; `absent` is what it is without. Of another kind it is not looked at. */
export const kinds = (by: string, known: Readonly<Record<string, Known>>, absent?: Known): Known => ({
  kind: 'kinds',
  by,
  kinds: new Map<unknown, Known>([
    ...Object.entries(known),
    ...(absent === undefined
      ? []
      : ([
          [undefined, absent],
          [null, absent],
        ] as const)),
  ]),
})

/** The fields of a body whose values have members to be known. */
export type KnownFields = ReadonlyMap<string, Known>

export const fields = (known: Readonly<Record<string, Known>>): KnownFields => new Map(Object.entries(known))

/**
 * Tells of every member that nobody reads, by its place: an unknown one may be what the call is about. What stands in the
 * same place of many elements is told of once, by the first of them.
 */
export function warnOfUnknown(body: JsonObject, known: KnownFields, warn: Warn): void {
  const path: (string | number)[] = []
  let told: Set<string> | undefined

  function tell(): void {
    told ??= new Set()
    if (told.size >= MOST_WARNINGS) return
    const place = placeOf(path, true)
    if (told.has(place)) return
    told.add(place)
    warn(`${placeOf(path, false)}: has no counterpart at this provider, and was left out`)
  }

  function visit(value: unknown, of: Known): void {
    if (of.kind === 'all') return
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) {
        path.push(i)
        visit(value[i], of)
        path.pop()
      }
      return
    }
    if (!isObject(value)) return
    if (of.kind === 'kinds') {
      const kind = of.kinds.get(value[of.by])
      if (kind !== undefined) visit(value, kind)
      return
    }
    for (const member in value) {
      const inner = of.members.get(member)
      if (inner === all || (inner === undefined && (of.isOpen || value[member] == null))) continue
      path.push(member)
      if (inner === undefined) tell()
      else visit(value[member], inner)
      path.pop()
    }
  }

  for (const [field, of] of known) {
    if (body[field] == null) continue
    path.push(field)
    visit(body[field], of)
    path.pop()
  }
}

/** What a caller is told of a field of the body that its language does not have. */
export const unknownField = (field: string): string =>
  `${field.slice(0, 80)}: unknown, and left out for a provider of another language`

const placeOf = (path: readonly (string | number)[], isOfAll: boolean): string =>
  path
    .map((step, i) =>
      typeof step === 'number' ? (isOfAll ? '[]' : `[${step}]`) : `${i === 0 ? '' : '.'}${step.slice(0, 80)}`,
    )
    .join('')
