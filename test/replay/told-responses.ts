import {
  type Came,
  count,
  inputOf,
  isObject,
  type Json,
  listOf,
  objectOr,
  settle,
  type Told,
  type ToldCall,
  textOf,
} from './told.ts'

/** OpenAI's responses. Of a stream the text is that of the deltas, all else that of its items. */
export function toldResponses(came: Came): Told {
  if (came.kind === 'whole') return toldResponse(came.json, listOf(came.json.output).map(objectOr))
  const { events } = came
  const of = (type: string) => events.filter(event => event.type === type)
  const last = events.findLast(({ type }) =>
    ['response.completed', 'response.incomplete', 'response.failed'].includes(textOf(type)),
  )
  const items = of('response.output_item.done').map(({ item }) => objectOr(item))
  const told = toldResponse(objectOr(last?.response), items)
  const deltas = of('response.output_text.delta')
  return {
    ...told,
    text: deltas.map(({ delta }) => textOf(delta)).join(''),
    failed: told.failed || of('error').length > 0,
    ended: last !== undefined,
  }
}

function toldResponse(response: Json, items: readonly Json[]): Told {
  const calls = items.flatMap(toCall)
  const { reason } = objectOr(response.incomplete_details)
  const cut =
    reason === 'max_output_tokens' ? 'length' : reason === 'content_filter' ? 'content_filter' : 'other'
  const finish = response.status === 'completed' ? 'stop' : response.status === 'incomplete' ? cut : undefined
  return {
    text: items.flatMap(textsOf).join(''),
    thought: items.flatMap(thoughtsOf).join(''),
    calls,
    finish: settle(finish, calls),
    usage: isObject(response.usage) ? toUsage(response.usage) : undefined,
    failed: isObject(response.error),
    ended: finish !== undefined,
  }
}

function toUsage(usage: Json): Told['usage'] {
  return {
    input: count(usage.input_tokens),
    cacheRead: count(objectOr(usage.input_tokens_details).cached_tokens),
    output: count(usage.output_tokens),
    reasoning: count(objectOr(usage.output_tokens_details).reasoning_tokens),
  }
}

function toCall({ type, call_id, name, arguments: given, input }: Json): ToldCall[] {
  if (type === 'function_call') return [{ id: textOf(call_id), name: textOf(name), input: inputOf(given) }]
  return type === 'custom_tool_call' ? [{ id: textOf(call_id), name: textOf(name), input }] : []
}

const textsOf = ({ type, content }: Json): string[] =>
  type === 'message'
    ? listOf(content)
        .map(objectOr)
        .map(part => textOf(part.text))
    : []

const thoughtsOf = ({ type, summary, content }: Json): string[] =>
  type === 'reasoning'
    ? [...listOf(summary), ...listOf(content)].map(part => textOf(objectOr(part).text))
    : []
