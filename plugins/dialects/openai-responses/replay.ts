import { listOf, objectOf } from '../../../src/contract/loose-json.ts'
import type { JsonObject } from '../../../src/types.ts'
import { toEvent } from './answer.ts'

type Say = (type: string, fields: JsonObject) => void
type Grow = (item: JsonObject, at: JsonObject, say: Say) => void

/** A stored response as the events that it could have come in. */
export function replay(response: JsonObject): string {
  let text = ''
  let number = 0
  const say: Say = (type, fields) => {
    text += toEvent(type, { sequence_number: number++, ...fields })
  }
  const begun = {
    status: 'in_progress',
    completed_at: null,
    incomplete_details: null,
    error: null,
    usage: null,
  }
  for (const word of ['created', 'in_progress'])
    say(`response.${word}`, { response: { ...response, ...begun, output: [] } })
  for (const [output_index, each] of listOf(response.output).entries()) {
    const item = objectOf(each)
    const kind = typeof item.type === 'string' ? growing[item.type] : undefined
    const added = kind === undefined ? item : { ...item, ...kind.empty }
    say('response.output_item.added', { output_index, item: added })
    kind?.grow(item, { item_id: item.id, output_index }, say)
    say('response.output_item.done', { output_index, item })
  }
  say(`response.${String(response.status)}`, { response })
  return text
}

/** Items that grow, and what of them is not there when they begin. */
const growing: Readonly<Record<string, { readonly empty: JsonObject; readonly grow: Grow }>> = {
  message: { empty: { status: 'in_progress', content: [] }, grow: growMessage },
  reasoning: { empty: { summary: [] }, grow: growReasoning },
  function_call: {
    empty: { status: 'in_progress', arguments: '' },
    grow: growInput('response.function_call_arguments', 'arguments'),
  },
  custom_tool_call: {
    empty: { status: 'in_progress', input: '' },
    grow: growInput('response.custom_tool_call_input', 'input'),
  },
}

function growMessage(item: JsonObject, place: JsonObject, say: Say): void {
  for (const [content_index, each] of listOf(item.content).entries()) {
    const part = objectOf(each)
    const at = { ...place, content_index }
    const field = part.type === 'refusal' ? 'refusal' : 'text'
    const name = part.type === 'refusal' ? 'response.refusal' : 'response.output_text'
    const more = field === 'text' ? { logprobs: [] } : {}
    const annotations = listOf(part.annotations)
    say('response.content_part.added', {
      ...at,
      part: { ...part, [field]: '', ...(field === 'text' && { annotations: [] }) },
    })
    say(`${name}.delta`, { ...at, delta: part[field], ...more })
    for (const [annotation_index, annotation] of annotations.entries())
      say('response.output_text.annotation.added', { ...at, annotation_index, annotation })
    say(`${name}.done`, { ...at, [field]: part[field], ...more })
    say('response.content_part.done', { ...at, part })
  }
}

function growReasoning(item: JsonObject, place: JsonObject, say: Say): void {
  for (const [summary_index, part] of listOf(item.summary).entries()) {
    const at = { ...place, summary_index }
    const { text } = objectOf(part)
    say('response.reasoning_summary_part.added', { ...at, part: { type: 'summary_text', text: '' } })
    say('response.reasoning_summary_text.delta', { ...at, delta: text })
    say('response.reasoning_summary_text.done', { ...at, text })
    say('response.reasoning_summary_part.done', { ...at, part })
  }
}

function growInput(events: string, field: 'arguments' | 'input'): Grow {
  return (item, at, say) => {
    say(`${events}.delta`, { ...at, delta: item[field] })
    say(`${events}.done`, { ...at, [field]: item[field], ...(field === 'arguments' && { name: item.name }) })
  }
}
