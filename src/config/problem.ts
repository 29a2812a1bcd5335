import type { BaseIssue, GenericSchema } from 'valibot'
import { didYouMean } from '../base/nearest.ts'
import type { Place } from './place.ts'
import { keysBeside } from './shape.ts'

export interface Problem {
  /** From the outside in, in the schema's own names. */
  readonly path: readonly (string | number)[]
  /** What is wrong; never the value, which may be a secret. */
  readonly text: string
}

/**
 * An issue of this Valibot schema in words. Of a union that took nothing, the option that came furthest tells most; and
 * of its mistakes a name that nobody knows, for what is missing is often missing because of it.
 */
export function toProblem(issue: BaseIssue<unknown>, schema: GenericSchema): Problem {
  const [path, { expected, ...told }] = innermost(issue)
  if (expected !== 'never') return { path, text: textOf({ expected, ...told }) }
  return { path, text: `it is not known here${didYouMean(String(path.at(-1)), keysBeside(schema, path))}` }
}

function innermost(issue: BaseIssue<unknown>): [Problem['path'], BaseIssue<unknown>] {
  const path = (issue.path ?? []).map(({ key }) => key as string | number)
  const inner = issue.issues?.toSorted((a, b) => depth(b) - depth(a) || rank(a) - rank(b))[0]
  if (inner === undefined || depth(inner) === 0) return [path, issue]
  const [rest, told] = innermost(inner)
  return [[...path, ...rest], told]
}

const rank = ({ expected }: BaseIssue<unknown>): number => (expected === 'never' ? 0 : 1)

/** How far an option came: into the value, or at least past its type. */
const depth = ({ path, message }: BaseIssue<unknown>): number =>
  (path?.length ?? 0) + (message.startsWith('Invalid ') ? 0 : 0.5)

function textOf({ type, expected, received, message }: BaseIssue<unknown>): string {
  if (!message.startsWith('Invalid ')) return message
  if (received === 'undefined') return 'it is missing'
  // Of `v.url()` and its like nothing but the message tells what was wanted; behind it stands the value.
  const kind = expected === null && /^Invalid (?!input\b)(.+?): Received /.exec(message)?.[1]
  if (kind) return `it is not a valid ${kind}`
  const wanted = (expected ?? 'another value').replace(/^\((.*)\)$/, '$1').replaceAll(' | ', ' or ')
  return type === 'picklist' || expected === null
    ? `expected ${wanted}`
    : `expected ${lower(wanted)}, it is ${kindOf(received)}`
}

const words = {
  Object: 'a map',
  Array: 'a list',
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
}
const lower = (text: string) =>
  Object.entries(words).reduce((done, [type, word]) => done.replaceAll(type, word), text)

const kindOf = (received: string): string => {
  if (/^"/.test(received)) return 'text'
  if (/^(?:Object|Array)$/.test(received)) return received === 'Array' ? 'a list' : 'a map'
  if (/^-?\d/.test(received)) return 'a number'
  return received
}

/** `Cannot use NAME: what`, unless the text says already what cannot be done. */
export const say = (name: string, text: string): string =>
  /^Cannot /.test(text) ? text : `Cannot use ${name}: ${text}`

/** `[3].source`, `.east.api_key`: the rest of a path behind a name. */
export const tail = (path: readonly (string | number)[]): string =>
  path.map(step => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')

export const sayPlace = (file: string, { line, column }: Place, what: string): string =>
  `${file}:${line}:${column}: ${what}`

/** The variable that fills a field: the first that is set. */
export const variableOf = (
  field: string,
  names: Readonly<Record<string, readonly string[]>>,
  environment: Readonly<Record<string, string>>,
): string => names[field]?.find(name => environment[name] !== undefined) ?? names[field]?.[0] ?? field
