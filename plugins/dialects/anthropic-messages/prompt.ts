import type { LanguageModelV4Message, LanguageModelV4ToolResultPart } from '@ai-sdk/provider'
import {
  arrayAt,
  entryOf,
  objectAt,
  textAt,
  unknownKind,
  unsupported,
  wordAt,
  wrong,
} from '../../../src/request/border.ts'
import { withUser } from '../../../src/translate/only-system.ts'
import type { JsonObject } from '../../../src/types.ts'
import { readAssistant } from './assistant.ts'
import { cached, withOptions } from './cache.ts'
import { asUsers, withoutToolChanges } from './late-system.ts'
import { readResult } from './results.ts'
import { type Part, type Reading, readDocument, readImage, readSearchResult, text } from './sources.ts'

/** The whole conversation. */
export function toPrompt({ system, messages }: JsonObject, reading: Reading): LanguageModelV4Message[] {
  const all = arrayAt(messages, 'messages')
  if (all.length === 0) wrong('messages', 'is empty: send at least one message')
  const prompt = [...readSystem(system, 'system', reading)]
  for (const [i, each] of all.entries()) {
    const at = `messages[${i}]`
    const { role, content } = objectAt(each, at)
    const who = wordAt(role, `${at}.role`, ['user', 'assistant', 'system'])
    if (who === 'system') {
      const words = Array.isArray(content) ? withoutToolChanges(content, `${at}.content`, reading) : content
      prompt.push(...readSystem(words, `${at}.content`, reading).map(whereAllowed(prompt, reading)))
    } else if (who === 'user') prompt.push(...readUser(content, `${at}.content`, reading))
    else {
      const said = readAssistant(content, `${at}.content`, reading)
      if (said.length > 0) prompt.push({ role: who, content: said })
    }
  }
  if (prompt.at(-1)?.role === 'assistant' && !reading.kin.isClaude)
    reading.warn(
      `messages[${all.length - 1}]: this provider may begin a new answer instead of continuing yours`,
    )
  // Anthropic's own API takes a late system message, and still wants somebody else's.
  return reading.kin.hasLateSystem && !reading.kin.isAnthropic ? prompt : withUser(prompt)
}

/** Agents put system messages between turns; who refuses them there is told the same by the user, marked as what it is. */
const whereAllowed =
  (before: readonly LanguageModelV4Message[], { kin }: Reading) =>
  (said: LanguageModelV4Message): LanguageModelV4Message =>
    said.role !== 'system' || kin.hasLateSystem || before.every(({ role }) => role === 'system')
      ? said
      : { role: 'user', content: [text(asUsers(said.content))] }

/** Several blocks stay several only where a cache point may stand between them: some models take no second system message. */
function readSystem(system: unknown, at: string, { kin }: Reading): LanguageModelV4Message[] {
  if (system == null) return []
  if (typeof system === 'string') return system === '' ? [] : [{ role: 'system', content: system }]
  const blocks = arrayAt(system, at).map((each, i) => {
    const block = objectAt(each, `${at}[${i}]`)
    wordAt(block.type, `${at}[${i}].type`, ['text'])
    return { role: 'system' as const, content: textAt(block.text, `${at}[${i}].text`), ...cached(block, kin) }
  })
  if (kin.cache !== undefined || blocks.length < 2) return blocks
  return [{ role: 'system', content: blocks.map(({ content }) => content).join('\n\n') }]
}

/** Results of tools come first, whatever stands before them: they answer the message before. */
function readUser(content: unknown, at: string, reading: Reading): LanguageModelV4Message[] {
  if (typeof content === 'string') return [{ role: 'user', content: [text(content)] }]
  const results: LanguageModelV4ToolResultPart[] = []
  const parts: Part[] = []
  const rest: Part[] = []
  for (const [i, each] of arrayAt(content, at).entries()) {
    const place = `${at}[${i}]`
    const block = objectAt(each, place)
    if (block.type === 'tool_result') {
      const { part, files } = readResult(block, place, reading)
      results.push(part)
      parts.push(...files)
    } else rest.push(...readPart(block, place, reading))
  }
  parts.push(...rest)
  return [
    ...(results.length > 0 ? [{ role: 'tool' as const, content: results }] : []),
    ...(parts.length > 0 ? [{ role: 'user' as const, content: parts }] : []),
  ]
}

function readPart(block: JsonObject, at: string, reading: Reading): Part[] {
  const { type } = block
  const read = entryOf(inUser, type)
  if (read === undefined && foreign.has(type as string))
    unsupported(`${at}.type`, 'can be read by Anthropic only')
  if (read === undefined)
    return unknownKind(type, `${at}.type`, `is unknown: use ${Object.keys(inUser).join(', ')}, tool_result`)
  const parts = read(block, at, reading)
  const last = parts.pop()
  return last === undefined ? parts : [...parts, withOptions(last, cached(block, reading.kin))]
}

const inUser: Readonly<Record<string, (block: JsonObject, at: string, reading: Reading) => Part[]>> = {
  text: (block, at) => [text(textAt(block.text, `${at}.text`))],
  image: readImage,
  document: readDocument,
  search_result: readSearchResult,
}

/** What only Anthropic can do something with. */
const foreign = new Set([
  'browser_state',
  'container_upload',
  'mcp_tool_listing',
  'tool_addition',
  'tool_removal',
])
