import {
  type Came,
  count,
  createCalls,
  type Finish,
  isObject,
  type Json,
  listOf,
  objectOr,
  settle,
  type Told,
  type ToldUsage,
  textOf,
} from './told.ts'

const words: Readonly<Record<string, Finish>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'length',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
}

/** Anthropic's messages. */
export function toldMessages(came: Came): Told {
  return came.kind === 'whole' ? toldWhole(came.json) : toldStream(came.events)
}

function toldWhole(json: Json): Told {
  const blocks = listOf(json.content).map(objectOr)
  const of = (type: string) => blocks.filter(block => block.type === type)
  const calls = of('tool_use').map(({ id, name, input }) => ({ id: textOf(id), name: textOf(name), input }))
  const finish = typeof json.stop_reason === 'string' ? (words[json.stop_reason] ?? 'other') : undefined
  return {
    text: of('text')
      .map(({ text }) => textOf(text))
      .join(''),
    thought: of('thinking')
      .map(({ thinking }) => textOf(thinking))
      .join(''),
    calls,
    finish: settle(finish, calls),
    usage: isObject(json.usage) ? toUsage(json.usage) : undefined,
    failed: json.type === 'error',
    ended: finish !== undefined,
  }
}

function toldStream(events: readonly Json[]): Told {
  const calls = createCalls()
  let [text, thought] = ['', '']
  let finish: Finish | undefined
  let usage: Json = {}
  let [failed, ended] = [false, false]
  for (const event of events) {
    const index = count(event.index)
    const { type, ...said } = objectOr(event.content_block ?? event.delta)
    switch (event.type) {
      case 'message_start': {
        // A message may be there at once, as the answer to what a server's tool ran.
        const begun = toldWhole(objectOr(event.message))
        text += begun.text
        begun.calls.forEach((call, i) => {
          Object.assign(calls.at(`begun ${i}`), call)
        })
        finish ??= begun.finish
        usage = merge(usage, objectOr(event.message).usage)
        break
      }
      case 'content_block_start':
        if (type === 'text') text += textOf(said.text)
        if (type === 'thinking') thought += textOf(said.thinking)
        if (type === 'tool_use') {
          const call = calls.at(index)
          Object.assign(call, { id: said.id, name: said.name })
          if (Object.keys(objectOr(said.input)).length > 0) call.input = said.input
        }
        break
      case 'content_block_delta':
        if (type === 'text_delta') text += textOf(said.text)
        if (type === 'thinking_delta') thought += textOf(said.thinking)
        // A server's own tools have deltas too; only those of the client were begun above.
        if (type === 'input_json_delta' && isCall(events, index))
          calls.at(index).text += textOf(said.partial_json)
        break
      case 'message_delta':
        if (typeof said.stop_reason === 'string') finish = words[said.stop_reason] ?? 'other'
        usage = merge(usage, event.usage)
        break
      case 'message_stop':
        ended = true
        break
      case 'error':
        failed = true
    }
  }
  const all = calls.all()
  return {
    text,
    thought,
    calls: all,
    finish: settle(finish, all),
    usage: events.some(tellsUsage) ? toUsage(usage) : undefined,
    failed,
    ended,
  }
}

const tellsUsage = ({ usage, message }: Json): boolean => isObject(usage) || isObject(objectOr(message).usage)

const isCall = (events: readonly Json[], index: number): boolean =>
  events.some(
    event =>
      event.type === 'content_block_start' &&
      count(event.index) === index &&
      objectOr(event.content_block).type === 'tool_use',
  )

/** Counts at the end are cumulative; where they are silent, or nothing, the beginning counts. */
function merge(earlier: Json, later: unknown): Json {
  const told = Object.entries(objectOr(later)).filter(([, value]) => value != null && value !== 0)
  return { ...earlier, ...Object.fromEntries(told) }
}

const toUsage = (usage: Json): ToldUsage => ({
  input:
    count(usage.input_tokens) +
    count(usage.cache_read_input_tokens) +
    count(usage.cache_creation_input_tokens),
  cacheRead: count(usage.cache_read_input_tokens),
  output: count(usage.output_tokens),
  reasoning: count(objectOr(usage.output_tokens_details).thinking_tokens),
})
