import type { JsonObject } from '../../src/types.ts'
import type { ResponsesLanguage } from '../dialects/openai-responses/index.ts'
import type { Item, Kept } from './model.ts'

/** Items of an answer are numbered from 0, those of what was asked from here. */
const FIRST_INPUT = 0x8000

export const isInput = (index: number): boolean => index >= FIRST_INPUT

export const inputItem = (input: readonly Item[], index: number): Item | undefined =>
  input[index - FIRST_INPUT]

const prefixes: Readonly<Record<string, Parameters<ResponsesLanguage['itemId']>[0]>> = {
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  function_call_output: 'fc',
  custom_tool_call: 'ctc',
  custom_tool_call_output: 'ctc',
}

/** The items of what was asked, as the API lists them: each with an id, a type, and its content in parts. */
export const listedInput = (row: Kept, { itemId }: ResponsesLanguage): Item[] =>
  (row.input ?? []).map((item, i) => {
    const full = complete(item)
    const id = itemId(prefixes[String(full.type)] ?? 'msg', row.id.replace('resp_', ''), FIRST_INPUT + i)
    return { ...full, id: typeof full.id === 'string' ? full.id : id }
  })

/** An item as it is stored: clients may leave things out. */
function complete(item: JsonObject): Item {
  const { type = 'message', role, content } = item
  if (type !== 'message') return { status: 'completed', ...item, type }
  const kind = role === 'assistant' ? 'output_text' : 'input_text'
  const annotations = role === 'assistant' ? { annotations: [], logprobs: [] } : {}
  const parts = typeof content === 'string' ? [{ type: kind, text: content, ...annotations }] : content
  return { status: 'completed', ...item, type, content: parts }
}

/** An item as it stands in a conversation, under its id there. */
export function numbered(item: JsonObject): readonly [id: string, item: Item] {
  const full = complete(item)
  const prefix = prefixes[String(full.type)] ?? 'item'
  const id = typeof full.id === 'string' ? full.id : `${prefix}_${crypto.randomUUID().replaceAll('-', '')}`
  return [id, { ...full, id }]
}
