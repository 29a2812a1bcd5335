import { isObject, listOf, objectOf, textOf, usageOf } from '../../../src/contract/loose-json.ts'
import type { Errand, Translated } from '../../../src/contract/translation.ts'
import { arrayAt, objectAt } from '../../../src/request/border.ts'
import { tokensOf } from '../../../src/translate/estimate.ts'
import type { JsonObject } from '../../../src/types.ts'

/** Role and framing of a turn. */
const TURN = 4
/** What a picture takes, and a page of a document: https://ai.google.dev/gemini-api/docs/tokens */
const PICTURE = 258
/** Pages are guessed from the size of a file (characters of base64). */
const PAGE_SIZE = 100_000

/** The answer of `countTokens`, made here. The prompt stands in the body, or in a call of its own in there. */
export function estimate({ body, warn }: Errand): Translated {
  const { generateContentRequest: inner } = body.json
  const { contents, systemInstruction, tools } =
    inner == null ? body.json : objectAt(inner, 'generateContentRequest')
  const turns = arrayAt(contents, 'contents')
  warn('totalTokens: an estimate from the length of the prompt, because this provider does not count tokens')
  const said = turns.reduce((sum: number, turn) => sum + TURN + tokensIn(objectOf(turn).parts), 0)
  const told = tokensIn(isObject(systemInstruction) ? systemInstruction.parts : systemInstruction)
  const offered = tools == null ? 0 : tokensOf(JSON.stringify(tools))
  return { body: { totalTokens: Math.ceil(said + told + offered) }, usage: usageOf({}) }
}

function tokensIn(parts: unknown): number {
  if (typeof parts === 'string') return tokensOf(parts)
  return listOf(parts).reduce((sum: number, part) => sum + tokensOfPart(objectOf(part)), 0)
}

function tokensOfPart(part: JsonObject): number {
  if (typeof part.text === 'string') return tokensOf(part.text)
  if (part.fileData != null) return PICTURE
  if (part.inlineData == null) return tokensOf(JSON.stringify(part))
  return PICTURE * Math.max(1, Math.round(textOf(objectOf(part.inlineData).data).length / PAGE_SIZE))
}
