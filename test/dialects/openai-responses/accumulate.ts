import type { Any } from './kit.ts'

/** An event of a stream. */
export interface Event {
  readonly event: string
  readonly data: Any
}

export const eventsIn = (text: string): Event[] =>
  text
    .split('\n\n')
    .filter(block => block !== '' && !block.startsWith(':'))
    .map(block => {
      const [first = '', second = ''] = block.split('\n')
      return { event: first.replace('event: ', ''), data: JSON.parse(second.replace('data: ', '')) }
    })

const must = (holds: boolean, what: string) => {
  if (!holds) throw new Error(what)
}

const FIRST = ['response.created', 'response.in_progress']
const LAST = ['response.completed', 'response.incomplete', 'response.failed']

/** The response that events add up to, by an oracle of our own; it fails where events are not as the API documents them. */
export function accumulate(events: readonly Event[]): Any {
  const items: Any[] = []
  const done = new Set<number>()
  for (const [i, { event, data }] of events.entries()) {
    must(event === data.type, `"${event}" says it is "${data.type}"`)
    must(data.sequence_number === i, `event ${i} is numbered ${data.sequence_number}`)
    must(
      FIRST.includes(event) === i < 2 && (i > 1 || event === FIRST[i]),
      'created and in_progress are first',
    )
    must(LAST.includes(event) === (i === events.length - 1), 'one terminal event, the last')
    if (FIRST.includes(event) || LAST.includes(event)) continue
    const index = data.output_index
    if (event === 'response.output_item.added') {
      must(index === items.length, 'items are numbered as they begin')
      items.push(structuredClone(data.item))
      continue
    }
    const item = items[index]
    must(item !== undefined && !done.has(index), `"${event}" is about an item that is under way`)
    must(data.item_id === undefined || data.item_id === item.id, 'events name their item')
    if (event === 'response.output_item.done') {
      done.add(index)
      must(data.item.id === item.id, 'an item keeps its id')
      const { encrypted_content: _, status: _status, ...said } = data.item
      const { encrypted_content: _begun, status: _now, ...grown } = item
      if (item.grows) {
        delete grown.grows
        must(
          Bun.deepEquals(said, grown),
          `${JSON.stringify(said)} is not what grew: ${JSON.stringify(grown)}`,
        )
      }
      items[index] = data.item
      continue
    }
    item.grows = true
    grow(item, event, data)
  }
  must(done.size === items.length, 'every item ends')
  const { response } = events.at(-1)!.data
  must(Bun.deepEquals(response.output, items), 'the whole response is what its events told')
  return response
}

function grow(item: Any, event: string, data: Any): void {
  const part = item.content?.[data.content_index] ?? item.summary?.[data.summary_index]
  const takes: Record<string, () => void> = {
    'response.content_part.added': () => item.content.push(structuredClone(data.part)),
    'response.output_text.delta': () => {
      part.text += data.delta
    },
    'response.output_text.done': () => must(part.text === data.text, 'a text is the sum of its deltas'),
    'response.refusal.delta': () => {
      part.refusal += data.delta
    },
    'response.refusal.done': () => must(part.refusal === data.refusal, 'a refusal is the sum of its deltas'),
    'response.output_text.annotation.added': () => {
      must(part.annotations.length === data.annotation_index, 'annotations are numbered')
      part.annotations.push(data.annotation)
    },
    'response.content_part.done': () => must(Bun.deepEquals(part, data.part), 'a part is what it grew to'),
    'response.reasoning_summary_part.added': () => item.summary.push(structuredClone(data.part)),
    'response.reasoning_summary_text.delta': () => {
      part.text += data.delta
    },
    'response.reasoning_summary_text.done': () =>
      must(part.text === data.text, 'a summary is the sum of its deltas'),
    'response.reasoning_summary_part.done': () =>
      must(Bun.deepEquals(part, data.part), 'a part is what it grew to'),
    'response.function_call_arguments.delta': () => {
      item.arguments += data.delta
    },
    'response.function_call_arguments.done': () =>
      must(item.arguments === data.arguments, 'arguments add up'),
    'response.custom_tool_call_input.delta': () => {
      item.input += data.delta
    },
    'response.custom_tool_call_input.done': () => must(item.input === data.input, 'an input adds up'),
    'response.web_search_call.in_progress': () => {
      item.grows = false
    },
    'response.web_search_call.searching': () => {
      item.grows = false
    },
    'response.web_search_call.completed': () => {
      item.grows = false
    },
  }
  const take = takes[event]
  must(take !== undefined, `"${event}" is no event`)
  take!()
}
