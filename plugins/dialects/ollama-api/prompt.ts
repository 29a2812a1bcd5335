import type { LanguageModelV4FilePart, LanguageModelV4Message } from '@ai-sdk/provider'
import { argumentsOf, isObject, textOf } from '../../../src/contract/loose-json.ts'
import { arrayAt, nameAt, objectAt, textAt, wordAt, wrong } from '../../../src/request/border.ts'
import { withUser } from '../../../src/translate/only-system.ts'
import { createOpenCalls, type OpenCalls } from '../../../src/translate/open-calls.ts'
import type { JsonObject } from '../../../src/types.ts'
import { readImages } from './images.ts'
import type { Reading } from './kin.ts'

type AssistantContent = Extract<LanguageModelV4Message, { role: 'assistant' }>['content']

const roles = ['system', 'user', 'assistant', 'tool'] as const

/** The whole conversation. */
export function toPrompt(messages: readonly unknown[], reading: Reading): LanguageModelV4Message[] {
  const calls = createOpenCalls()
  const prompt: LanguageModelV4Message[] = []
  /** Results hold text only here: pictures that tools gave back follow all results of a turn as a user's. */
  let late: LanguageModelV4FilePart[] = []
  const addLate = () => {
    if (late.length > 0) prompt.push({ role: 'user', content: late })
    late = []
  }
  for (const [i, each] of messages.entries()) {
    const at = `messages[${i}]`
    const message = objectAt(each, at)
    const role = wordAt(message.role, `${at}.role`, roles)
    if (role !== 'tool') addLate()
    if (role === 'system') addSystem(prompt, textIn(message, at), reading)
    else if (role === 'user') addUser(prompt, textIn(message, at), readImages(message.images, `${at}.images`))
    else if (role === 'assistant') addAssistant(prompt, readAssistant(message, at, { calls, reading }))
    else late.push(...addResult(prompt, message, { at, calls }))
  }
  addLate()
  if (prompt.length === 0) wrong('messages', 'says nothing: send at least one message with content')
  return reading.kin.hasLateSystem ? prompt : withUser(prompt)
}

const textIn = ({ content }: JsonObject, at: string): string =>
  content == null ? '' : textAt(content, `${at}.content`)

/** Where a provider knows the system at the beginning only, later words of it stay in their place, as a user's. */
export function addSystem(prompt: LanguageModelV4Message[], content: string, { kin }: Reading): void {
  if (content === '') return
  const isLate = !kin.hasLateSystem && prompt.some(({ role }) => role !== 'system')
  prompt.push(
    isLate
      ? { role: 'user', content: [{ type: 'text', text: `<system>\n${content}\n</system>` }] }
      : { role: 'system', content },
  )
}

export function addUser(
  prompt: LanguageModelV4Message[],
  text: string,
  images: readonly LanguageModelV4FilePart[],
): void {
  const content = [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...images]
  if (content.length > 0) prompt.push({ role: 'user', content })
}

function addAssistant(prompt: LanguageModelV4Message[], content: AssistantContent): void {
  if (content.length > 0) prompt.push({ role: 'assistant', content })
}

/** What the model said before: thoughts, words, calls, in this order, as every provider has them. */
function readAssistant(
  message: JsonObject,
  at: string,
  { calls, reading: { kin } }: { calls: OpenCalls; reading: Reading },
): AssistantContent {
  const { thinking, tool_calls: given } = message
  const thought = kin.takesThoughts && thinking != null ? textAt(thinking, `${at}.thinking`) : ''
  const text = textIn(message, at)
  return [
    ...(thought === '' ? [] : [{ type: 'reasoning' as const, text: thought }]),
    ...(text === '' ? [] : [{ type: 'text' as const, text }]),
    ...(given == null ? [] : arrayAt(given, `${at}.tool_calls`)).map((each, i) =>
      readCall(each, `${at}.tool_calls[${i}]`, calls),
    ),
  ]
}

function readCall(value: unknown, at: string, calls: OpenCalls) {
  const call = objectAt(value, at)
  const { name, arguments: given } = objectAt(call.function, `${at}.function`)
  const { id, name: toolName } = calls.called(nameAt(name, `${at}.function.name`), idIn(call.id))
  // Some clients write them as text, as in OpenAI's language.
  const input =
    isObject(given) || given == null ? (given ?? {}) : argumentsOf(textAt(given, `${at}.function.arguments`))
  return { type: 'tool-call' as const, toolCallId: id, toolName, input }
}

/** Adds a result to those of the same turn; returns the pictures in it. */
function addResult(
  prompt: LanguageModelV4Message[],
  message: JsonObject,
  { at, calls }: { at: string; calls: OpenCalls },
): LanguageModelV4FilePart[] {
  const call = answeredBy(message, calls) ?? wrong(at, 'answers no tool call before it')
  const images = readImages(message.images, `${at}.images`)
  const value = textIn(message, at) || (images.length > 0 ? 'The result follows as a picture.' : '')
  const result = {
    type: 'tool-result' as const,
    toolCallId: call.id,
    toolName: call.name,
    output: { type: 'text' as const, value },
  }
  const last = prompt.at(-1)
  if (last?.role === 'tool') prompt[prompt.length - 1] = { ...last, content: [...last.content, result] }
  else prompt.push({ role: 'tool', content: [result] })
  return images
}

/** Older clients know no ids; where a result names no tool that was called, it answers the first call that waits. */
const answeredBy = ({ tool_call_id: id, name: old, tool_name: name = old }: JsonObject, calls: OpenCalls) =>
  calls.answered(textOf(name), idIn(id)) ?? calls.next()

const idIn = (value: unknown): string | undefined => textOf(value) || undefined
