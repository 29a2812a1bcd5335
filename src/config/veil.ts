import type { GenericSchema } from 'valibot'
import type { Environment } from './environment.ts'
import { notesOf, optionsOf, shapeOf } from './shape.ts'

/** What stands in the place of what is not shown. */
const VEIL = '•••'

/** Shorter texts are words: they would be found everywhere (characters). */
const SHORTEST = 8
/** A word of a secret is as good as the whole: `Bearer …`. */
const LONG = 12

const SECRET_NAME =
  /(?:^|[_-])(?:AUTHORIZATION|COOKIE|API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASS|CREDENTIALS?)$/i

/** Who sees a setting must not see its value: the schema says so, of it or of a part. */
export function isConcealed(schema: GenericSchema): boolean {
  if (notesOf(schema).secret === true) return true
  const shape = shapeOf(schema, 'map')
  if (shape.kind === 'object') return Object.values(shape.entries).some(isConcealed)
  if (shape.kind === 'record') return isConcealed(shape.value)
  if (shape.kind === 'array') return isConcealed(shape.item)
  return (optionsOf(schema) ?? []).some(isConcealed)
}

/**
 * A plugin from outside may not know that it should say what is secret: of its texts only those are shown of which it
 * says that they may be, with `v.metadata({ secret: false })`. Numbers, switches and choices are no secrets.
 */
export function isRevealing(schema: GenericSchema, value: unknown): boolean {
  if (notesOf(schema).secret === false) return false
  return !(typeof value === 'number' || typeof value === 'boolean' || isChoice(schema))
}

function isChoice(schema: GenericSchema): boolean {
  const { type, wrapped } = schema as GenericSchema & { readonly wrapped?: GenericSchema }
  return wrapped === undefined ? type === 'picklist' : isChoice(wrapped)
}

/** Texts of the environment that are secrets by their names, whoever reads them. */
export const secretsIn = (environment: Environment): readonly string[] =>
  Object.entries(environment).flatMap(([name, value]) => (SECRET_NAME.test(name) ? [value] : []))

/** All texts in a value. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** Takes out of a value what must not be seen, wherever it stands: credentials of addresses, and these secrets. */
export function createVeil(secrets: readonly string[]): (value: unknown) => unknown {
  const whole = secrets.map(secret => secret.trim()).filter(({ length }) => length >= SHORTEST)
  const words = secrets.flatMap(secret => secret.split(/[\s,=]+/)).filter(({ length }) => length >= LONG)
  const hidden = [...new Set([...whole, ...words])]
  const cover = (text: string): string =>
    hidden.some(secret => text.includes(secret)) ? VEIL : coverAddress(text)
  return function veil(value): unknown {
    if (typeof value === 'string') return cover(value)
    if (Array.isArray(value)) return value.map(veil)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        cover(key),
        typeof inner === 'string' && SECRET_NAME.test(key) ? VEIL : veil(inner),
      ]),
    )
  }
}

/** Of an address its user, the values of its query, and a part of its path that is a key by its looks. */
export const coverAddress = (text: string): string =>
  /^[a-z][a-z\d+.-]*:/i.test(text)
    ? text
        .replace(/\/\/[^/?#]*@/, `//${VEIL}@`)
        // A password may hold what should have been encoded; what follows a colon may also be a port.
        .replace(/\/\/[^/?#@:[]*:(?!\d+(?:[/?#]|$))\S*@/, `//${VEIL}@`)
        .replace(/([?&#][^=&#]*=)[^&#]+/g, `$1${VEIL}`)
        .replace(/\/(?=[^/?#]*\d)(?=[^/?#]*[a-z])[\w=-]{32,}(?=[/?#]|$)/gi, `/${VEIL}`)
        .replace(/\/(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z])\w{20,}(?=[/?#]|$)/g, `/${VEIL}`)
    : text.replace(/\b(pass(?:word|wd)?|pwd|secret|token|api_?key)(\s*=\s*)\S+/gi, `$1$2${VEIL}`)
