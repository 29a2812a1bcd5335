import { isDialect } from '../../../src/contract/dialect.ts'
import { isObject, objectOf } from '../../../src/contract/loose-json.ts'
import type { Routed } from '../../../src/exchange.ts'
import type { JsonObject } from '../../../src/types.ts'

/** What a call may take at most, in tokens, before anybody knows. */
export interface Need {
  readonly prompt: number
  readonly output: number
}

/** Characters of a token: a rule of thumb that every vendor gives for English. */
const CHARACTERS = 4
/** A picture or another file inside a body, whatever its size: base64 is no text. */
const FILE = 1000
/** Longer texts without any space at their beginning are files. */
const LONG = 2000
/** Where the client names no most for an answer. */
const ASSUMED = 1000

/** Where the languages name the most that an answer may have. */
const caps = ['max_completion_tokens', 'max_output_tokens', 'max_tokens', 'max_tokens_to_sample'] as const

/** Counted by characters: it only holds room until the provider says how many tokens it were. */
export function needOf({ body, endpoint, lens }: Pick<Routed, 'body' | 'endpoint' | 'lens'>): Need {
  if (body === undefined) return { prompt: 0, output: 0 }
  const { json } = body
  const prompt = Math.ceil(lengthOf(json) / CHARACTERS)
  if (!writes(endpoint, lens)) return { prompt, output: 0 }
  return { prompt, output: capOf(json) * answersOf(json) }
}

/** Whether an answer is text that a model writes, as far as the language tells. */
function writes(endpoint: Routed['endpoint'], lens: Routed['lens']): boolean {
  if (!isDialect(endpoint)) return lens !== undefined
  return endpoint.translation === undefined || endpoint.translation.kind === 'language'
}

/** The largest of those that are named: not every server reads the same one. */
function capOf(json: JsonObject): number {
  const { maxOutputTokens } = objectOf(json.generationConfig)
  const { num_predict: predicted } = objectOf(json.options)
  const named = [maxOutputTokens, predicted, ...caps.map(name => json[name])].filter(isCount)
  return named.length === 0 ? ASSUMED : Math.max(...named)
}

/** Also those that are written, and not told. */
const answersOf = ({ n, best_of }: JsonObject): number =>
  Math.min(Math.max(1, ...[n, best_of].filter(isCount)), 128)

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0

/** Characters of all texts in a body, the names of its fields among them: schemas of tools are read, too. */
function lengthOf(value: unknown): number {
  if (typeof value === 'string')
    return value.length > LONG && !/\s/.test(value.slice(0, LONG)) ? FILE * CHARACTERS : value.length
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + lengthOf(each), 0)
  if (!isObject(value)) return 0
  let sum = 0
  for (const key in value) sum += key.length + lengthOf(value[key])
  return sum
}
