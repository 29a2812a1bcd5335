import { refuse } from '../../src/errors.ts'
import type { Body } from '../../src/request/body.ts'
import { splice } from '../../src/request/body.ts'
import { parseJson, topLevel } from '../../src/request/json.ts'
import type { JsonObject } from '../../src/types.ts'
import { valuesOf } from './address.ts'

/** Places in a path that name a model: Google's, Bedrock's, Azure's. */
const places: readonly RegExp[] = [
  /\/(?:models|tunedmodels)\/([^/]+):[a-z]+$/i,
  /\/(endpoints\/[^/]+):[a-z]+$/i,
  /^\/model\/(.+)\/[a-z-]+$/i,
  /\/deployments\/([^/]+)\//i,
]

export interface Named {
  /** The path as it reads. */
  readonly reading: string
  readonly query: string
  readonly body: Body | undefined
}

/**
 * The one model that a call names; empty where it names none.
 *
 * @throws Refusal when it names several: one would be checked, and another one might serve.
 */
export function modelOf({ reading, query, body }: Named): string {
  const inPath = places.flatMap(place => place.exec(reading)?.[1] ?? [])
  const elsewhere = [...valuesOf(query, 'model'), ...(body ? namesIn(body.json) : [])]
  // Google's bodies repeat the name with its folder: `models/gemini-2.5-flash`.
  const said = inPath.length > 0 ? elsewhere.map(name => name.replace(/^(?:.*\/)?models\//, '')) : elsewhere
  const names = new Set([...inPath, ...said])
  if (names.size > 1)
    refuse('invalid_request', 'The call names several models: name one, and the same everywhere', {
      param: 'model',
    })
  const [name = ''] = names
  if (name !== name.trim() || /\p{Cc}/u.test(name))
    refuse('invalid_request', 'The name of the model has white space around it', { param: 'model' })
  return name
}

const isModel = (key: string): boolean => key.toLowerCase() === 'model'

/** A name may be absent or null, then the provider chooses; anything else must be a text. */
function namesIn(json: JsonObject): string[] {
  return Object.entries(json).flatMap(([key, value]) => {
    if (!isModel(key) || value === null) return []
    if (typeof value === 'string') return [value]
    return refuse('invalid_request', 'Field "model" must be a string', { param: 'model' })
  })
}

/**
 * The same body, so that every reader finds one model in it: where a key stands twice, some take the first and some the
 * last. Only then are the client's bytes touched.
 */
export function unambiguous(body: Body): Body {
  const { text, json } = body
  const members = topLevel(text).filter(({ key }) => isModel(key))
  if (members.length < 2) return body
  const value = json.model ?? Object.entries(json).findLast(([key]) => isModel(key))?.[1]
  const one = splice(text, [{ field: 'model', value }])
  return { text: one, json: parseJson(one) as JsonObject }
}
