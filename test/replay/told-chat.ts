import {
  type Came,
  count,
  createCalls,
  type Finish,
  type Json,
  listOf,
  objectOr,
  settle,
  type Told,
  type ToldUsage,
  textOf,
} from './told.ts'

const words: Readonly<Record<string, Finish>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'content_filter',
}

/** OpenAI's chat, and that of those who follow it. Of several answers the first counts. */
export function toldChat(came: Came): Told {
  const parts = came.kind === 'whole' ? [came.json] : came.events
  const calls = createCalls()
  let [text, thought] = ['', '']
  let finish: Finish | undefined
  let usage: ToldUsage | undefined
  for (const part of parts) {
    const choice = listOf(part.choices)
      .map(objectOr)
      .find(({ index }) => (index ?? 0) === 0)
    const said = objectOr(choice?.message ?? choice?.delta)
    text += contentOf(said, 'text')
    thought += textOf(said.reasoning_content ?? said.reasoning) + contentOf(said, 'thinking')
    listOf(said.tool_calls).forEach((call, i) => {
      const { id, index, function: named, custom } = objectOr(call)
      const { name, arguments: given, input } = objectOr(named ?? custom)
      const known = calls.at((index as number | undefined) ?? i)
      if (known.id === '') known.id = textOf(id)
      if (known.name === '') known.name = textOf(name)
      known.text += textOf(given ?? input)
    })
    if (typeof choice?.finish_reason === 'string') finish = words[choice.finish_reason] ?? 'other'
    usage = toUsage(part.usage ?? objectOr(part.x_groq).usage) ?? usage
  }
  const all = calls.all()
  return {
    text,
    thought,
    calls: all,
    finish: settle(finish, all),
    usage,
    failed: parts.some(({ error }) => error != null),
    ended: finish !== undefined,
  }
}

/** A text, or a list of pieces, some of which are thoughts (Mistral). */
function contentOf({ content }: Json, type: 'text' | 'thinking'): string {
  if (typeof content === 'string') return type === 'text' ? content : ''
  return listOf(content)
    .map(objectOr)
    .filter(piece => piece.type === type)
    .map(piece =>
      type === 'text' ? textOf(piece.text) : contentOf({ content: piece.thinking as unknown }, 'text'),
    )
    .join('')
}

/** Some count reasoning beside the completion: told by their total, or by there being more of it than of the whole. */
function toUsage(given: unknown): ToldUsage | undefined {
  const usage = objectOr(given)
  if (typeof usage.prompt_tokens !== 'number') return undefined
  const [input, completion] = [count(usage.prompt_tokens), count(usage.completion_tokens)]
  const reasoning = count(objectOr(usage.completion_tokens_details).reasoning_tokens)
  const isBeside = reasoning > completion || count(usage.total_tokens) === input + completion + reasoning
  return {
    input,
    cacheRead: count(objectOr(usage.prompt_tokens_details).cached_tokens ?? usage.prompt_cache_hit_tokens),
    output: isBeside ? completion + reasoning : completion,
    reasoning,
  }
}
