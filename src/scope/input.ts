import * as v from 'valibot'
import { says } from '../contract/settings.ts'
import { refuse } from '../errors.ts'
import type { UserPath } from '../types.ts'
import { parseUserPath } from './user-path.ts'

/** What operators write of things that have a name and a scope: parts of the schemas of plugins. */

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/
const NAMED = 'expected a name of at most 64 letters, digits, ".", "_" and "-"'

export const nameInput = v.pipe(v.string(), v.regex(NAME, NAMED))

/** The name of an address: refused like a field. */
export function checkName(name: string): void {
  if (!NAME.test(name)) refuse('invalid_value', `Field "name": ${NAMED}`, { param: 'name' })
}

const selector = v.pipe(
  v.string(),
  v.minLength(1, 'expected a selector or the name of a redirect'),
  v.maxLength(512, 'expected at most 512 characters'),
  v.check(text => text.trim() === text, 'expected no spaces around it'),
)

export const scopeInput = {
  description: says(
    'For people; callers never see it',
    v.optional(v.pipe(v.string(), v.maxLength(1000, 'expected at most 1000 characters')), ''),
  ),
  enabled: says('Off: it does nothing', v.optional(v.boolean(), true)),
  user_path: v.optional(
    v.pipe(v.string(), v.description('It holds for callers that stand here or below')),
    '/',
  ),
  models: v.optional(
    v.nullable(
      v.pipe(
        v.array(selector),
        v.minLength(1, 'expected at least one; leave it out for every model'),
        v.maxLength(1000, 'expected at most 1000'),
        v.description(
          'Selectors (`provider/`, `provider/id`, `id`) and names of redirects. Absent: every model',
        ),
      ),
    ),
  ),
}

/** Two things of one list may not share a name. */
export const haveNames = <T extends { readonly name: string }>(what: string) =>
  v.check<T[], string>(
    list => new Set(list.map(({ name }) => name)).size === list.length,
    `two ${what} have the same name`,
  )

/** Throws a refusal where it is none. */
export function toPath(text: string): UserPath {
  try {
    return parseUserPath(text) ?? '/'
  } catch (error) {
    if (error instanceof SyntaxError) return refuse('invalid_value', error.message, { param: 'user_path' })
    throw error
  }
}

/** For what the configuration declares, where a mistake has to have a place. */
export function isPath(text: string): boolean {
  try {
    parseUserPath(text)
    return true
  } catch {
    return false
  }
}

/** The models of which it speaks, where it does not speak of every one. */
export const toModels = (
  models: readonly string[] | null | undefined,
): { readonly models?: ReadonlySet<string> } =>
  models == null || models.includes('/') ? {} : { models: new Set(models) }

/** The config file or a variable, as the operator calls it, and what is declared there. */
export type Place<D> = readonly [declaredIn: string, list: readonly D[] | undefined]

/** All that is declared in several places. A later place wins over those before it, name by name. */
export function declaredIn<D extends { readonly name: string }, T>(
  places: readonly Place<D>[],
  read: (declaration: D, declaredIn: string) => T,
): readonly T[] {
  const found = new Map<string, T>()
  for (const [place, list = []] of places)
    for (const declaration of list) found.set(declaration.name, read(declaration, place))
  return [...found.values()]
}
