import { isObject, listOf } from '../../../src/contract/loose-json.ts'
import { hasAny, type Question } from '../../../src/contract/question.ts'
import type { JsonObject } from '../../../src/types.ts'

/** What a user says last, where nothing but words is said. With tools it is more than a question. */
export function question(body: JsonObject): Question | undefined {
  const contents = listOf(body.contents)
  if (hasAny(body, ['tools', 'cachedContent']) || !contents.every(isSaid)) return undefined
  const last = contents.at(-1)
  if (last === undefined || last.role === 'model' || last.parts.length !== 1) return undefined
  const emptied = { ...last, parts: [{ text: '' }] }
  return { text: last.parts[0]!.text, rest: { ...body, contents: [...contents.slice(0, -1), emptied] } }
}

interface Said extends JsonObject {
  readonly parts: readonly { readonly text: string }[]
}

const isSaid = (content: unknown): content is Said =>
  isObject(content) &&
  Object.keys(content).every(field => field === 'role' || field === 'parts') &&
  Array.isArray(content.parts) &&
  content.parts.every(isText)

const isText = (part: unknown): boolean =>
  isObject(part) && typeof part.text === 'string' && Object.keys(part).length === 1
