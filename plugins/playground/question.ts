import { Refusal, refuse } from '../../src/errors.ts'
import type { Caller, JsonObject, UserPath } from '../../src/types.ts'
import type { Auth } from '../auth/model.ts'
import { type Language, languages } from './languages.ts'
import type { Mistake } from './lines.ts'

/** The fields of the page as they were filled in. */
export const fields = [
  'model',
  'other',
  'language',
  'stream',
  'system',
  'text',
  'user_path',
  'key',
  'more',
] as const
export type Asked = Readonly<Record<(typeof fields)[number], string>>

/** Those that stand in the address: the rest is long, or nobody else's business. */
export const inAddress = [
  'model',
  'other',
  'language',
  'stream',
  'user_path',
  'key',
] as const satisfies readonly (keyof Asked)[]

/** What is sent, and for whom. */
export interface Question {
  readonly model: string
  readonly language: Language
  readonly stream: boolean
  readonly body: JsonObject
  readonly caller: Caller
  /** As it was written; empty where nobody was named. */
  readonly saidPath: string
  /** For whom the gateway will take the call to be. */
  readonly userPath: UserPath
  /** The id of the key whose holder asks; empty where it is the operator. */
  readonly key: string
}

/** Names, paths and ids beyond this are none (characters). */
const LONGEST = 1000

export interface QuestionDeps {
  readonly auth: Auth
  readonly paths: {
    resolve(caller: Caller, said: string | null): UserPath | undefined
    /** As it stands in a header. */
    toWire(path: string): string
  }
}

/** Reads the fields, wherever they come from. */
export const readAsked = (read: (name: string) => string | null | undefined): Asked =>
  Object.fromEntries(
    fields.map(name => {
      const value = read(name) ?? ''
      const isLong = name === 'system' || name === 'text' || name === 'more'
      return [name, isLong ? value.replaceAll('\r\n', '\n') : value.slice(0, LONGEST)]
    }),
  ) as Asked

/**
 * Makes a question of what was filled in.
 *
 * @throws Refusal whose `param` is the field that is wrong.
 */
export function toQuestion(asked: Asked, { auth, paths }: QuestionDeps): Question {
  const { model, system, text } = asked
  const key = asked.key.trim()
  const saidPath = asked.user_path.trim()
  const more = readMore(asked.more)
  if (model === '') refuse('invalid_value', 'Name a model', { param: 'model' })
  if (text === '' && !('messages' in more) && !('input' in more))
    refuse('invalid_value', 'Write what to ask', { param: 'text' })
  const language = languages.find(({ id }) => id === asked.language) ?? languages[0]!
  const stream = asked.stream !== 'off'
  const caller = key === '' ? auth.operator() : callerOf(key, auth)
  const userPath = pathOf(caller, saidPath, paths)
  const body = { ...language.body({ model, system, text, stream }), ...more }
  return { model, language, stream, body, caller, saidPath, userPath, key }
}

const callerOf = (id: string, auth: Auth): Caller =>
  auth.callerOf(id) ?? refuse('not_found', `There is no working key “${id}”`, { param: 'key' })

/** No header can hold them. */
const CONTROL = /\p{Cc}/u

function pathOf(caller: Caller, said: string, paths: QuestionDeps['paths']): UserPath {
  // Where a key has a path of its own, nobody else looks at what is said.
  if (CONTROL.test(said))
    refuse('invalid_value', 'A user path has no control characters', { param: 'user_path' })
  try {
    return paths.resolve(caller, paths.toWire(said) || null) ?? '/'
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return refuse('invalid_value', error.message.replace(/^Header "[^"]*": /, ''), { param: 'user_path' })
  }
}

/** Fields of the body that the page has no place for, and those that it would fill in otherwise. */
function readMore(text: string): JsonObject {
  if (text.trim() === '') return {}
  const wrong = (message: string): never => refuse('invalid_value', message, { param: 'more' })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return wrong(`This is not JSON: ${(error as Error).message.replace(/^JSON Parse error: /, '')}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return wrong('Expected an object, such as {"temperature": 0}')
  for (const name of ['model', 'stream'])
    if (name in value) wrong(`“${name}” has a field of its own on this page`)
  return value as JsonObject
}

/** What is wrong, and where; undefined for what is a fault of the gateway. */
export const toMistake = (error: unknown): Mistake | undefined =>
  error instanceof Refusal && error.param !== undefined
    ? { field: error.param, message: error.message }
    : undefined
