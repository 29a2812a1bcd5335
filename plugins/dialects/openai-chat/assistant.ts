import type {
  LanguageModelV4Message,
  LanguageModelV4ToolCallPart,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider'
import { argumentsOf } from '../../../src/contract/loose-json.ts'
import { arrayAt, nameAt, objectAt, textAt, unsupported, wordAt } from '../../../src/request/border.ts'
import type { JsonObject } from '../../../src/types.ts'
import { cached, withOptions } from './cache.ts'
import type { Conversation } from './conversation.ts'
import { readImage } from './files.ts'
import type { Kin, Reading } from './kin.ts'
import { forAssistant, type Part, readParts } from './parts.ts'
import { extraOptions, readThoughts } from './thoughts.ts'

type Content = Extract<LanguageModelV4Message, { role: 'assistant' }>['content']

/** What the model said before: thoughts, words, calls, in this order, as every provider has them. */
export function readAssistant(message: JsonObject, at: string, talk: Conversation): Content {
  const { reading } = talk
  const { kin } = reading
  if (message.audio != null)
    unsupported(`${at}.audio`, 'is an answer at another provider, which this one has not heard')
  const calls = [...readCalls(message, at, talk), ...readLegacyCall(message, at, talk)]
  const thoughts = readThoughts(
    message,
    calls.map(({ toolCallId }) => toolCallId),
    kin,
  )
  const said =
    message.content == null
      ? []
      : readParts(message.content, `${at}.content`, { readers: forAssistant, reading })
  if (typeof message.refusal === 'string' && message.refusal !== '')
    said.push({ type: 'text', text: message.refusal })
  return [
    ...thoughts.parts,
    ...signed(said, thoughts.text, kin),
    ...readPictures(message.images, `${at}.images`, reading),
    ...calls.map(call => withOptions(call, optional(thoughts.calls.get(call.toolCallId)))),
  ]
}

/** Pictures that a model made, in the form that our answers and OpenRouter's have. */
function readPictures(images: unknown, at: string, reading: Reading): Part[] {
  if (!Array.isArray(images) || images.length === 0) return []
  const pictures = reading.kin.hasPictures
    ? images.map((each, i) => readImage(objectAt(each, `${at}[${i}]`), `${at}[${i}]`, reading))
    : []
  const taken = pictures.filter(({ data }) => data.type === 'data')
  if (taken.length < images.length)
    reading.warn(`${at}: this provider takes no such pictures in a turn of its model, and does not see them`)
  return taken
}

const optional = (providerOptions: SharedV4ProviderOptions | undefined) =>
  providerOptions === undefined ? {} : { providerOptions }

/** The signature of an answer belongs to its last words; where there are none, to an empty text. */
function signed(parts: readonly Part[], options: SharedV4ProviderOptions | undefined, kin: Kin): Part[] {
  if (options === undefined) return [...parts]
  const last = parts.at(-1)
  if (last?.type === 'text') return [...parts.slice(0, -1), withOptions(last, { providerOptions: options })]
  return kin.keys.includes('google')
    ? [...parts, { type: 'text', text: '', providerOptions: options }]
    : [...parts]
}

function readCalls(
  { tool_calls: given }: JsonObject,
  at: string,
  talk: Conversation,
): LanguageModelV4ToolCallPart[] {
  if (given == null) return []
  return arrayAt(given, `${at}.tool_calls`).map((each, i) => {
    const place = `${at}.tool_calls[${i}]`
    const call = objectAt(each, place)
    const toolCallId = nameAt(call.id, `${place}.id`)
    const type = wordAt(call.type ?? 'function', `${place}.type`, ['function', 'custom'])
    const [toolName, input] =
      type === 'custom'
        ? readCustom(call.custom, `${place}.custom`)
        : readFunction(call.function, `${place}.function`)
    talk.called(toolCallId, toolName)
    const { kin } = talk.reading
    const made: LanguageModelV4ToolCallPart = {
      type: 'tool-call',
      toolCallId,
      toolName,
      input,
      ...cached(call, kin),
    }
    return withOptions(made, optional(extraOptions(call, kin)))
  })
}

function readFunction(value: unknown, at: string): [name: string, input: JsonObject] {
  const given = objectAt(value, at)
  return [
    nameAt(given.name, `${at}.name`),
    argumentsOf(given.arguments == null ? '' : textAt(given.arguments, `${at}.arguments`)),
  ]
}

/** A free text goes where tools that are translated have it: see `tools.ts`. */
function readCustom(value: unknown, at: string): [name: string, input: JsonObject] {
  const given = objectAt(value, at)
  return [nameAt(given.name, `${at}.name`), { input: textAt(given.input, `${at}.input`) }]
}

/** The way before tools: one call in a message, without an id. */
function readLegacyCall(
  { function_call: call }: JsonObject,
  at: string,
  talk: Conversation,
): LanguageModelV4ToolCallPart[] {
  if (call == null) return []
  const [toolName, input] = readFunction(call, `${at}.function_call`)
  const toolCallId = talk.calledWithoutId(toolName)
  return [{ type: 'tool-call', toolCallId, toolName, input }]
}
