import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { JsonObject } from '../../../src/types.ts'
import { wholeCall } from './answer.ts'
import { extraOf } from './thoughts.ts'
import { customNames, isLegacy, isOneCall } from './tools.ts'

type PartOf<T extends LanguageModelV4StreamPart['type']> = Extract<LanguageModelV4StreamPart, { type: T }>

interface CallState {
  /** Its place among the calls; undefined for one that clients do not see. */
  readonly index: number | undefined
  /** It is said when it is complete. */
  readonly isHeld: boolean
  /** All deltas so far. */
  input: string
  hasExtra: boolean
  isDone: boolean
}

/** What a delta of a stream says about calls; undefined when it says nothing. */
type Delta = JsonObject | undefined

/** Tool calls on their way: each keeps the index it got when it began, however their deltas come in turns. */
export function createCalls(body: JsonObject) {
  const calls = new Map<string, CallState>()
  const custom = customNames(body)
  const legacy = isLegacy(body)
  const most = isOneCall(body) ? 1 : Number.POSITIVE_INFINITY
  let count = 0

  const begin = (id: string, name: string, isServed: boolean | undefined): CallState => {
    const index = isServed || count >= most ? undefined : count++
    const call = { index, isHeld: custom.has(name) && !legacy, input: '', hasExtra: false, isDone: false }
    calls.set(id, call)
    return call
  }

  const say = (index: number, call: JsonObject): Delta => ({ tool_calls: [{ index, ...call }] })
  const grown = (index: number, json: string): Delta =>
    legacy ? { function_call: { arguments: json } } : say(index, { function: { arguments: json } })

  function opened(call: CallState, { id, name }: { id: string; name: string }, extra: JsonObject): Delta {
    call.hasExtra = Object.keys(extra).length > 0
    if (legacy) return { function_call: { name, arguments: '' } }
    return say(call.index!, { id, type: 'function', function: { name, arguments: '' }, ...extra })
  }

  return {
    start({ id, toolName, providerExecuted, providerMetadata }: PartOf<'tool-input-start'>): Delta {
      if (calls.has(id)) return undefined
      const call = begin(id, toolName, providerExecuted)
      if (call.index === undefined || call.isHeld) return undefined
      return opened(call, { id, name: toolName }, extraOf(providerMetadata))
    },
    grow({ id, delta }: PartOf<'tool-input-delta'>): Delta {
      const call = calls.get(id)
      if (call?.index === undefined || call.isHeld || call.isDone || delta === '') return undefined
      call.input += delta
      return grown(call.index, delta)
    },
    /** The whole call ends it. What its deltas have not said is said now. */
    end(part: PartOf<'tool-call'>): Delta[] {
      const { toolCallId: id, toolName: name, providerExecuted, providerMetadata } = part
      const isNew = !calls.has(id)
      const call = calls.get(id) ?? begin(id, name, providerExecuted)
      if (call.index === undefined || call.isDone) return []
      call.isDone = true
      if (call.isHeld) return [say(call.index, wholeCall(part, custom))]
      const extra = extraOf(providerMetadata)
      const said = isNew ? [opened(call, { id, name }, extra)] : []
      const input = part.input === '' ? '{}' : part.input
      const rest = input.startsWith(call.input) ? input.slice(call.input.length) : ''
      if (rest !== '') said.push(grown(call.index, rest))
      if (!legacy && !call.hasExtra && Object.keys(extra).length > 0) said.push(say(call.index, extra))
      return said
    },
    /** The client has a tool to run. */
    hasAny: () => count > 0,
    isLegacy: legacy,
  }
}
