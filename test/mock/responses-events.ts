import type { Piece } from './chat.ts'
import { type Json, listOf, objectOr } from './heard.ts'
import { type Item, itemsOf, responseOf } from './responses-items.ts'
import { event, type Talk } from './talk.ts'

type Say = (type: string, fields: Json, tokens?: number) => Piece

/** All events of a stream, numbered. */
export function responseEvents(talk: Talk): Piece[] {
  let sequence_number = 0
  const say: Say = (type, fields, tokens = 0) =>
    event(type, { type, ...fields, sequence_number: sequence_number++ }, tokens)
  const items = itemsOf(talk)
  const { usage: _, ...begun } = responseOf(talk, [])
  const response = {
    ...begun,
    status: 'in_progress',
    incomplete_details: null,
    completed_at: null,
    usage: null,
  }
  const first = [say('response.created', { response }), say('response.in_progress', { response })]
  const said = items.flatMap((item, output_index) => growing(item, output_index, say))
  if (talk.plan.noDone) return [...first, ...said]
  const whole = responseOf(
    talk,
    items.map(({ whole }) => whole),
  )
  return [...first, ...said, say(`response.${String(whole.status)}`, { response: whole })]
}

/** What is not there yet when an item begins. */
const empty: Readonly<Record<Item['kind'], Json>> = {
  reasoning: { summary: [] },
  message: { status: 'in_progress', content: [] },
  function_call: { status: 'in_progress', arguments: '' },
  custom_tool_call: { status: 'in_progress', input: '' },
  local_shell_call: { status: 'in_progress' },
}

function growing(item: Item, output_index: number, say: Say): Piece[] {
  const { kind, whole } = item
  const added = say('response.output_item.added', { output_index, item: { ...whole, ...empty[kind] } })
  const grown = growers[kind](item, { item_id: whole.id, output_index }, say)
  const tokens = kind === 'local_shell_call' ? item.words.length : 0
  return [added, ...grown, say('response.output_item.done', { output_index, item: whole }, tokens)]
}

type Grow = (item: Item, at: { readonly item_id: string; readonly output_index: number }, say: Say) => Piece[]

const growers: Readonly<Record<Item['kind'], Grow>> = {
  reasoning({ words }, place, say) {
    const at = { ...place, summary_index: 0 }
    const text = words.join('')
    return [
      say('response.reasoning_summary_part.added', { ...at, part: { type: 'summary_text', text: '' } }),
      ...words.map(delta => say('response.reasoning_summary_text.delta', { ...at, delta }, 1)),
      say('response.reasoning_summary_text.done', { ...at, text }),
      say('response.reasoning_summary_part.done', { ...at, part: { type: 'summary_text', text } }),
    ]
  },
  message({ words, whole }, place, say) {
    const at = { ...place, content_index: 0 }
    const part = objectOr(listOf(whole.content)[0])
    return [
      say('response.content_part.added', { ...at, part: { ...part, text: '' } }),
      ...words.map(delta => say('response.output_text.delta', { ...at, delta, logprobs: [] }, 1)),
      say('response.output_text.done', { ...at, text: words.join(''), logprobs: [] }),
      say('response.content_part.done', { ...at, part }),
    ]
  },
  function_call: ({ words, whole: { name } }, at, say) => [
    ...words.map(delta => say('response.function_call_arguments.delta', { ...at, delta }, 1)),
    say('response.function_call_arguments.done', { ...at, arguments: words.join(''), name }),
  ],
  // It comes whole: its tokens are given away with the item that ends it.
  local_shell_call: () => [],
  custom_tool_call: ({ words }, at, say) => [
    ...words.map(delta => say('response.custom_tool_call_input.delta', { ...at, delta }, 1)),
    say('response.custom_tool_call_input.done', { ...at, input: words.join('') }),
  ],
}
