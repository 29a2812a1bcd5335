import type { LanguageModelV4Message, LanguageModelV4ToolResultPart } from '@ai-sdk/provider'
import { arrayAt, nameAt, objectAt, wordAt, wrong } from '../../../src/request/border.ts'
import { withUser } from '../../../src/translate/only-system.ts'
import type { JsonObject } from '../../../src/types.ts'
import { readAssistant } from './assistant.ts'
import { cached, type Optional, withOptions } from './cache.ts'
import { type Conversation, createConversation } from './conversation.ts'
import type { Reading } from './kin.ts'
import { forSystem, forUser, type Part, readParts } from './parts.ts'
import { readResult } from './results.ts'

const roles = ['system', 'developer', 'user', 'assistant', 'tool', 'function'] as const
type Role = (typeof roles)[number]

/** The whole conversation. */
export function toPrompt({ messages }: JsonObject, reading: Reading): LanguageModelV4Message[] {
  const all = arrayAt(messages, 'messages')
  if (all.length === 0) wrong('messages', 'is empty: send at least one message')
  const talk = createConversation(reading)
  const prompt: LanguageModelV4Message[] = []
  /** Files that tools gave back stand behind all results of a turn: nothing may come between those. */
  let late: Part[] = []
  const addLate = () => {
    if (late.length > 0) prompt.push({ role: 'user', content: late })
    late = []
  }
  for (const [i, each] of all.entries()) {
    const at = `messages[${i}]`
    const message = objectAt(each, at)
    const role = wordAt(message.role, `${at}.role`, roles)
    const { made, files = [] } = readers[role](message, at, talk)
    if (made[0]?.role !== 'tool') addLate()
    late.push(...files)
    for (const [j, one] of made.entries())
      add(prompt, j === made.length - 1 ? withOptions(one, cached(message, reading.kin)) : one, reading)
  }
  addLate()
  if (prompt.length === 0) wrong('messages', 'says nothing: send at least one message with content')
  if (prompt.at(-1)?.role === 'assistant' && !reading.kin.isClaude)
    reading.warn(
      `messages[${all.length - 1}]: this provider may begin a new answer instead of continuing yours`,
    )
  return reading.kin.hasLateSystem ? prompt : withUser(prompt)
}

/** Results of tools that were called at once belong together; instructions between turns become words, where they must. */
function add(prompt: LanguageModelV4Message[], message: LanguageModelV4Message, { kin }: Reading): void {
  const last = prompt.at(-1)
  if (message.role === 'tool' && last?.role === 'tool') {
    prompt[prompt.length - 1] = withOptions(
      { ...last, content: [...last.content, ...message.content] },
      message,
    )
    return
  }
  const isLate =
    message.role === 'system' && !kin.hasLateSystem && prompt.some(({ role }) => role !== 'system')
  prompt.push(isLate ? asWords(message) : message)
}

/** In order, and with less weight than it had: moved to the front it would speak of what has not been said. */
const asWords = ({
  content,
  ...options
}: LanguageModelV4Message & { role: 'system' }): LanguageModelV4Message => ({
  ...options,
  role: 'user',
  content: [{ type: 'text', text: `<system>\n${content}\n</system>` }],
})

const readSystem: Reader = (message, at, { reading }) => {
  const parts = readParts(message.content, `${at}.content`, { readers: forSystem, reading })
  const blocks = parts.map(part => ({
    role: 'system' as const,
    content: part.type === 'text' ? part.text : '',
    ...(part.providerOptions && { providerOptions: part.providerOptions }),
  }))
  // Several parts stay several only where a cache point may stand between them.
  if (reading.kin.cache !== undefined || blocks.length < 2) return { made: blocks }
  return { made: [{ role: 'system', content: blocks.map(({ content }) => content).join('\n\n') }] }
}

const readTool: Reader = (message, at, talk) => {
  const id = nameAt(message.tool_call_id, `${at}.tool_call_id`)
  const name =
    talk.nameOf(id) ?? wrong(`${at}.tool_call_id`, `answers no tool call before it (${id.slice(0, 80)})`)
  return resultOf(message, at, { id, name, talk })
}

const readFunctionResult: Reader = (message, at, talk) => {
  const name = nameAt(message.name, `${at}.name`)
  const id =
    talk.idOf(name) ?? wrong(`${at}.name`, `answers no function call before it (${name.slice(0, 80)})`)
  return resultOf(message, at, { id, name, talk })
}

function resultOf(
  message: JsonObject,
  at: string,
  { id, name, talk }: { id: string; name: string; talk: Conversation },
): Made {
  const { output, files } = readResult(message.content, `${at}.content`, { id, name, reading: talk.reading })
  const result: LanguageModelV4ToolResultPart = {
    type: 'tool-result',
    toolCallId: id,
    toolName: name,
    output,
  }
  return { made: [{ role: 'tool', content: [result] }], files }
}

/** What a message becomes: mostly one, none where it says nothing. */
interface Made {
  readonly made: readonly (LanguageModelV4Message & Optional)[]
  readonly files?: readonly Part[]
}
type Reader = (message: JsonObject, at: string, talk: Conversation) => Made

const readers: Readonly<Record<Role, Reader>> = {
  system: readSystem,
  developer: readSystem,
  user(message, at, { reading }) {
    const content: Part[] = readParts(message.content, `${at}.content`, { readers: forUser, reading })
    return { made: content.length === 0 ? [] : [{ role: 'user', content }] }
  },
  assistant(message, at, talk) {
    const content = readAssistant(message, at, talk)
    return { made: content.length === 0 ? [] : [{ role: 'assistant', content }] }
  },
  tool: readTool,
  function: readFunctionResult,
}
