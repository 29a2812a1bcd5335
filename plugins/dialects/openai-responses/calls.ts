import type {
  LanguageModelV4StreamPart,
  LanguageModelV4ToolCall,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider'
import { parseObject } from '../../../src/contract/loose-json.ts'
import { createFreeText, freeTextOf } from '../../../src/translate/free-text.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Catalogue, Entry } from './catalogue.ts'
import { ownCall } from './functions.ts'
import type { Prefix } from './ids.ts'
import type { Output, Slot } from './output.ts'
import type { Thoughts } from './thoughts.ts'

type PartOf<T extends LanguageModelV4StreamPart['type']> = Extract<LanguageModelV4StreamPart, { type: T }>

/** A tool call on its way. */
interface Growing {
  readonly slot: Slot
  readonly type: 'function_call' | 'custom_tool_call'
  readonly fields: JsonObject
  /** What has been told of the input. */
  input: string
  /** All of the input, where it is not known yet whether the model was done with it. */
  whole?: string
  /** How much of a piece can be told. */
  readonly read: (delta: string) => string
}

const families = {
  function_call: { prefix: 'fc', field: 'arguments', events: 'response.function_call_arguments' },
  custom_tool_call: { prefix: 'ctc', field: 'input', events: 'response.custom_tool_call_input' },
} as const

interface CallsOptions {
  readonly thoughts: Thoughts
  readonly catalogue: Catalogue
  /** Only the first call is for the client. */
  readonly isOneCall: boolean
}

/** Tool calls on their way. Each keeps its id and its place, whatever arrives in between. */
export function createCalls(output: Output, { thoughts, catalogue, isOneCall }: CallsOptions) {
  const calls = new Map<string, Growing>()
  let first: string | undefined
  const carried = new Set<string>()
  const isOwn = (entry: Entry | undefined): entry is Entry =>
    entry !== undefined && entry.kind !== 'function' && entry.kind !== 'custom'

  function isDropped(id: string): boolean {
    first ??= id
    return isOneCall && id !== first
  }

  function carry(id: string, metadata: SharedV4ProviderMetadata | undefined): void {
    if (!carried.has(id) && thoughts.carry(metadata, id)) carried.add(id)
  }

  function begin(id: string, toolName: string, encoding: 'json' | 'text'): Growing {
    const entry = catalogue.called(toolName)
    const type = entry?.kind === 'custom' ? 'custom_tool_call' : 'function_call'
    const { prefix, field } = families[type]
    const fields = {
      call_id: id,
      name: entry?.name ?? toolName,
      ...(entry?.namespace !== undefined && { namespace: entry.namespace }),
    }
    const slot = output.add(prefix, { type, status: 'in_progress', [field]: '', ...fields })
    const call: Growing = { slot, type, fields, input: '', read: readerOf(type, encoding) }
    calls.set(id, call)
    return call
  }

  function tell(call: Growing, delta: string): void {
    if (delta === '') return
    call.input += delta
    output.emit(`${families[call.type].events}.delta`, { ...call.slot.at, delta })
  }

  function finish(call: Growing, input: string, status: string): void {
    const { slot, type, fields } = call
    const { field, events } = families[type]
    if (input.startsWith(call.input)) tell(call, input.slice(call.input.length))
    const name = type === 'function_call' ? { name: fields.name } : {}
    output.emit(`${events}.done`, { ...slot.at, [field]: input, ...name })
    slot.done({ type, status, [field]: input, ...fields })
  }

  return {
    start({
      id,
      toolName,
      providerExecuted,
      providerMetadata,
      inputEncoding,
    }: PartOf<'tool-input-start'>): void {
      if (providerExecuted || calls.has(id) || isDropped(id)) return
      carry(id, providerMetadata)
      if (!isOwn(catalogue.called(toolName))) begin(id, toolName, inputEncoding ?? 'json')
    },
    grow({ id, delta }: PartOf<'tool-input-delta'>): void {
      const call = calls.get(id)
      if (call !== undefined) tell(call, call.read(delta))
    },
    /** The whole call ends it. */
    end({
      toolCallId: id,
      toolName,
      input,
      providerExecuted,
      providerMetadata,
    }: LanguageModelV4ToolCall): void {
      if (providerExecuted) return void addSearch(output, toolName, input)
      if (isDropped(id)) return
      carry(id, providerMetadata)
      const entry = catalogue.called(toolName)
      const own = isOwn(entry) ? ownCall(entry.kind, input) : undefined
      if (own !== undefined) return void addOwn(output, id, own)
      const call = calls.get(id) ?? begin(id, toolName, 'json')
      const isDone = isWhole(input)
      const words = call.type === 'custom_tool_call' ? freeTextOf(input) : input.trim() === '' ? '{}' : input
      // What has been told cannot be taken back.
      const said = isDone || words.startsWith(call.input) ? words : call.input
      if (!isDone) {
        call.whole = said
        return
      }
      calls.delete(id)
      finish(call, said, 'completed')
    },
    /** Input that is no JSON is the model's last word where the answer came to its end, and half a call where it was cut. */
    closeAll(status: string): void {
      for (const call of calls.values())
        finish(call, call.whole ?? call.input, call.whole === undefined ? 'incomplete' : status)
      calls.clear()
    },
  }
}

/** Packages also end a call that was cut in the middle, and why an answer ends is told after that. */
function isWhole(input: string): boolean {
  try {
    return input.trim() === '' || JSON.parse(input) !== undefined
  } catch {
    return false
  }
}

/** Free text may come as it is, or as the JSON around it; JSON comes as it is. */
function readerOf(type: Growing['type'], encoding: 'json' | 'text'): Growing['read'] {
  if (type === 'custom_tool_call' && encoding === 'json') return createFreeText().push
  const isPlain = (type === 'custom_tool_call') === (encoding === 'text')
  return isPlain ? delta => delta : () => ''
}

const prefixes: Readonly<Record<string, Prefix>> = {
  local_shell_call: 'lsh',
  shell_call: 'sh',
  apply_patch_call: 'apc',
  tool_search_call: 'tsc',
}

/** A call of one of OpenAI's own tools, which comes at once: half of one says nothing. */
function addOwn(output: Output, id: string, item: JsonObject): void {
  const { type, ...rest } = item
  const fields = { type, call_id: id, ...rest }
  const prefix = prefixes[String(type)] ?? 'fc'
  output.addWhole(prefix, { ...fields, status: 'in_progress' }, { ...fields, status: 'completed' })
}

/** A search that the provider has made. Other tools of theirs have no item in this language. */
function addSearch(output: Output, toolName: string, input: string): void {
  if (toolName !== 'web_search') return
  const { query } = parseObject(input)
  const slot = output.add('ws', { type: 'web_search_call', status: 'in_progress' })
  for (const word of ['in_progress', 'searching', 'completed'])
    output.emit(`response.web_search_call.${word}`, slot.at)
  const action = { type: 'search', query: typeof query === 'string' ? query : '' }
  slot.done({ type: 'web_search_call', status: 'completed', action })
}
