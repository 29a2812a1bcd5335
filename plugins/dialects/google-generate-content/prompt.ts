import type { LanguageModelV4Message, LanguageModelV4ToolResultPart } from '@ai-sdk/provider'
import { isObject } from '../../../src/contract/loose-json.ts'
import {
  arrayAt,
  objectAt,
  textAt,
  unknownKind,
  unsupported,
  wordAt,
  wrong,
} from '../../../src/request/border.ts'
import { withUser } from '../../../src/translate/only-system.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Reading } from './kin.ts'
import { readModel } from './model-parts.ts'
import { readResult } from './results.ts'
import { readFile, readInline } from './sources.ts'

type Part = Extract<LanguageModelV4Message, { role: 'user' }>['content'][number]

/** The whole conversation. */
export function toPrompt(
  { contents, systemInstruction }: JsonObject,
  reading: Reading,
): LanguageModelV4Message[] {
  const all = arrayAt(contents, 'contents')
  if (all.length === 0) wrong('contents', 'is empty: send at least one content')
  const prompt = readSystem(systemInstruction)
  for (const [i, each] of all.entries()) {
    const at = `contents[${i}]`
    const { role, parts } = objectAt(each, at)
    const who =
      role == null || role === '' ? 'user' : wordAt(role, `${at}.role`, ['user', 'model', 'function'])
    if (who !== 'model') prompt.push(...readUser(parts, `${at}.parts`, reading))
    else {
      const content = readModel(partsAt(parts, `${at}.parts`), `${at}.parts`, reading)
      if (content.length > 0) prompt.push({ role: 'assistant', content })
    }
  }
  if (prompt.length === 0) wrong('contents', 'says nothing: send at least one part with something in it')
  if (prompt.at(-1)?.role === 'assistant' && !reading.kin.isClaude)
    reading.warn(
      `contents[${all.length - 1}]: this provider may begin a new answer instead of continuing yours`,
    )
  return withUser(prompt)
}

const partsAt = (parts: unknown, at: string): readonly JsonObject[] =>
  parts == null ? [] : arrayAt(parts, at).map((each, i) => objectAt(each, `${at}[${i}]`))

/** One text, a content, or only its parts: servers of Google take all three. */
function readSystem(given: unknown): LanguageModelV4Message[] {
  const at = 'systemInstruction'
  if (given == null) return []
  if (typeof given === 'string') return said(given)
  const { parts = [] } = Array.isArray(given) ? { parts: given as unknown[] } : objectAt(given, at)
  const list = isObject(parts) ? [parts] : arrayAt(parts, `${at}.parts`)
  const texts = list.map((each, i) =>
    textAt(objectAt(each, `${at}.parts[${i}]`).text, `${at}.parts[${i}].text`),
  )
  return said(texts.filter(text => text !== '').join('\n\n'))
}

const said = (content: string): LanguageModelV4Message[] =>
  content === '' ? [] : [{ role: 'system', content }]

/** Results of tools stand among what a user says, and first. */
function readUser(given: unknown, at: string, reading: Reading): LanguageModelV4Message[] {
  const results: LanguageModelV4ToolResultPart[] = []
  const content: Part[] = []
  for (const [i, part] of partsAt(given, at).entries()) {
    const place = `${at}[${i}]`
    if (part.functionResponse == null) content.push(...readPart(part, place, reading))
    else {
      const { result, files } = readResult(part.functionResponse, `${place}.functionResponse`, reading)
      results.push(result)
      content.push(...files)
    }
  }
  return [
    ...(results.length > 0 ? [{ role: 'tool' as const, content: results }] : []),
    ...(content.length > 0 ? [{ role: 'user' as const, content }] : []),
  ]
}

function readPart(part: JsonObject, at: string, reading: Reading): Part[] {
  const { text, inlineData, fileData, videoMetadata } = part
  if (videoMetadata != null) reading.warn(`${at}.videoMetadata: this provider sees videos as a whole`)
  if (inlineData != null) return [readInline(part, at, reading)]
  if (fileData != null) return [readFile(part, at, reading)]
  if (text != null) return textAt(text, `${at}.text`) === '' ? [] : [{ type: 'text', text: text as string }]
  const [kind] = Object.keys(part).filter(name => name !== 'thoughtSignature')
  if (kind === undefined) return unsupported(at, 'is empty: send a text or a file')
  return unknownKind(
    kind,
    `${at}.${kind.slice(0, 80)}`,
    'is nothing that a user says: use text, inlineData or fileData',
  )
}
