import type { LanguageModelV4Message } from '@ai-sdk/provider'
import { isObject } from '../../../src/contract/loose-json.ts'
import {
  arrayAt,
  entryOf,
  nameAt,
  objectAt,
  textAt,
  unknownKind,
  wrong,
} from '../../../src/request/border.ts'
import type { Carried } from '../../../src/translate/carrier.ts'
import { under } from '../../../src/translate/options.ts'
import type { JsonObject } from '../../../src/types.ts'
import { cached, withOptions } from './cache.ts'
import { optionsFor, unpack } from './carry.ts'
import { isServed, readServed } from './served.ts'
import { type Reading, text } from './sources.ts'

type Content = Extract<LanguageModelV4Message, { role: 'assistant' }>['content']
type Part = Content[number]

/** What the model said before. */
export function readAssistant(content: unknown, at: string, reading: Reading): Content {
  if (typeof content === 'string') return content === '' ? [] : [text(content)]
  const blocks = arrayAt(content, at).map((each, i) => objectAt(each, `${at}[${i}]`))
  const carried = blocks.map(({ data }) => unpack(data))
  const parts: Part[] = []
  for (const [i, block] of blocks.entries()) {
    const place = `${at}[${i}]`
    if (carried[i] !== undefined) giveBack(carried[i], parts, reading)
    else parts.push(...readBlock(block, place, { ...reading, carried, all: blocks }))
  }
  return parts
}

/** A carried thing that stands for itself is a hidden thought; one about a text belongs to the text before it. */
function giveBack(carried: Carried, parts: Part[], { kin }: Reading): void {
  const providerOptions = optionsFor(carried, kin)
  if (providerOptions === undefined || carried.call !== undefined) return
  if (carried.text === undefined) {
    parts.push({ type: 'reasoning', text: '', providerOptions })
    return
  }
  const last = parts.at(-1)
  if (last?.type === 'text') parts[parts.length - 1] = withOptions(last, { providerOptions })
}

interface Inside extends Reading {
  readonly carried: readonly (Carried | undefined)[]
  /** The blocks of the message. */
  readonly all: readonly JsonObject[]
}

function readBlock(block: JsonObject, at: string, reading: Inside): Part[] {
  const read = entryOf(blocks, block.type)
  if (read !== undefined) return read(block, at, reading)
  if (isServed(block.type)) return readServed(block, at, { all: reading.all, reading })
  return unknownKind(block.type, `${at}.type`, `is unknown: use ${Object.keys(blocks).join(', ')}`)
}

const blocks: Readonly<Record<string, (block: JsonObject, at: string, reading: Inside) => Part[]>> = {
  text: (block, at, { kin }) => {
    const words = textAt(block.text, `${at}.text`)
    return words === '' ? [] : [{ ...text(words), ...cached(block, kin) }]
  },
  thinking: readThinking,
  redacted_thinking: ({ data }, at, { kin }) => {
    const redactedData = textAt(data, `${at}.data`)
    const providerOptions = kin.isClaude ? under(kin.key, { redactedData }) : undefined
    return providerOptions === undefined ? [] : [{ type: 'reasoning', text: '', providerOptions }]
  },
  tool_use: readCall,
}

/**
 * A thought goes back to whom it came from, and to nobody else: other models are not made for it, and many providers
 * refuse it.
 */
function readThinking({ thinking, signature }: JsonObject, at: string, { kin, model }: Inside): Part[] {
  const words = textAt(thinking, `${at}.thinking`)
  const carried = unpack(signature)
  if (carried === undefined) {
    const isSigned = typeof signature === 'string' && signature !== ''
    const providerOptions = isSigned && kin.isClaude ? under(kin.key, { signature }) : undefined
    return providerOptions === undefined ? [] : [{ type: 'reasoning', text: words, providerOptions }]
  }
  const providerOptions = optionsFor(carried, kin)
  if (providerOptions !== undefined) return [{ type: 'reasoning', text: words, providerOptions }]
  const isOwn = carried.options === undefined && carried.model === model && !kin.isClaude
  return isOwn && words !== '' ? [{ type: 'reasoning', text: words }] : []
}

function readCall(block: JsonObject, at: string, { kin, calls, carried }: Inside): Part[] {
  const id = nameAt(block.id, `${at}.id`)
  const toolName = nameAt(block.name, `${at}.name`)
  calls.set(id, toolName)
  const input = isObject(block.input) ? block.input : wrong(`${at}.input`, 'is no object: send one')
  const own = carried.find(each => each?.call === id)
  const options = own && optionsFor(own, kin)
  const call = { type: 'tool-call' as const, toolCallId: id, toolName, input, ...cached(block, kin) }
  const called = withOptions(call, options === undefined ? {} : { providerOptions: options })
  return [withOptions(called, callerOf(block.caller, kin.isAnthropic ? kin.key : undefined))]
}

/** Who called the tool, where it was not the model itself: code that runs at Anthropic. */
function callerOf(caller: unknown, key: string | undefined) {
  if (key === undefined || !isObject(caller) || typeof caller.type !== 'string') return {}
  const toolId = typeof caller.tool_id === 'string' ? { toolId: caller.tool_id } : {}
  const providerOptions = under(key, { caller: { type: caller.type, ...toolId } })
  return providerOptions === undefined ? {} : { providerOptions }
}
