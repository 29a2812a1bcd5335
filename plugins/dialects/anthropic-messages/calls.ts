import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { callBlock, carriedFor } from './blocks.ts'
import type { Block, Queue } from './queue.ts'

type PartOf<T extends LanguageModelV4StreamPart['type']> = Extract<LanguageModelV4StreamPart, { type: T }>

interface CallBlock extends Block {
  /** All deltas so far. */
  input: string
  /** The deltas are no JSON: only the whole call is. */
  readonly isText: boolean
  readonly isCarried: boolean
}

/** Tool calls on their way. Each stays one block, whatever arrives in between. */
export function createCalls(queue: Queue, model: string, isOneCall: boolean) {
  const calls = new Map<string, CallBlock>()
  /** Calls behind the first, where the client wants one. */
  const dropped = new Set<string>()
  let hasAny = false

  function start(part: PartOf<'tool-input-start'>): CallBlock | undefined {
    const known = calls.get(part.id)
    if (known !== undefined || dropped.has(part.id)) return known
    const { id, toolName, providerExecuted = false, providerMetadata, inputEncoding } = part
    if (!providerExecuted) {
      if (isOneCall && hasAny) return void dropped.add(id)
      hasAny = true
    }
    const carried = carriedFor(providerMetadata, model, { call: id })
    queue.addWhole(carried)
    const first = callBlock(id, toolName, { isServed: providerExecuted, metadata: providerMetadata })
    const block: CallBlock = {
      start: () => first,
      deltas: [],
      isDone: false,
      input: '',
      isText: inputEncoding === 'text',
      isCarried: carried !== undefined,
    }
    calls.set(id, block)
    queue.add(block)
    return block
  }

  function grow(block: CallBlock, json: string): void {
    if (json === '') return
    block.input += json
    queue.say(block, { type: 'input_json_delta', partial_json: json })
  }

  return {
    start,
    grow({ id, delta }: PartOf<'tool-input-delta'>): void {
      const block = calls.get(id)
      if (block !== undefined && !block.isText && !block.isDone) grow(block, delta)
    },
    /** The whole call ends it. What its deltas have not said is said now. */
    end({ toolCallId, toolName, input, providerExecuted, providerMetadata }: PartOf<'tool-call'>): void {
      const block = start({
        type: 'tool-input-start',
        id: toolCallId,
        toolName,
        ...(providerExecuted !== undefined && { providerExecuted }),
        ...(providerMetadata && { providerMetadata }),
      })
      if (block === undefined || block.isDone) return
      const isEmpty = block.input === '' && input === '{}'
      if (!isEmpty && input.startsWith(block.input)) grow(block, input.slice(block.input.length))
      block.isDone = true
      if (!block.isCarried) queue.addWhole(carriedFor(providerMetadata, model, { call: toolCallId }))
    },
    /** The client has a tool to run. */
    hasAny: () => hasAny,
  }
}
