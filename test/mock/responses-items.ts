import { type Json, listOf, objectOr } from './heard.ts'
import type { Talk } from './talk.ts'

/** One item of the output: what it is at last, and how it grows. */
export interface Item {
  readonly kind: 'reasoning' | 'message' | 'function_call' | 'custom_tool_call' | 'local_shell_call'
  readonly whole: Json & { readonly id: string }
  readonly words: readonly string[]
}

export function itemsOf({ id, ask, plan, script }: Talk): Item[] {
  const items: Item[] = []
  const wantsProof = listOf(ask.body.include).includes('reasoning.encrypted_content')
  if (script.reasoning.length > 0)
    items.push({
      kind: 'reasoning',
      whole: {
        id: `rs_${id}`,
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: script.reasoning.join('') }],
        ...(wantsProof && { encrypted_content: plan.proof ?? 'gAAAAAB-mock' }),
      },
      words: script.reasoning,
    })
  if (script.text.length > 0)
    items.push({
      kind: 'message',
      whole: {
        id: `msg_${id}`,
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: script.text.join(''), annotations: [], logprobs: [] }],
      },
      words: script.text,
    })
  script.tools.forEach((call, i) => {
    items.push(toCall(call, `fc_${id}_${i}`, ask.body))
  })
  return items
}

/** A call is of the kind of its tool. */
function toCall(
  { id: call_id, name, pieces }: Talk['script']['tools'][number],
  id: string,
  body: Json,
): Item {
  const types = listOf(body.tools).map(objectOr)
  const base = { id, status: 'completed', call_id }
  const input = pieces.join('')
  if (name === 'local_shell' && types.some(({ type }) => type === name)) {
    const action = { type: 'exec', env: {}, ...objectOr(JSON.parse(input)) }
    return { kind: 'local_shell_call', whole: { ...base, type: 'local_shell_call', action }, words: pieces }
  }
  const isCustom = types.some(({ type, name: known }) => type === 'custom' && known === name)
  const kind = isCustom ? 'custom_tool_call' : 'function_call'
  const whole = { ...base, type: kind, name, [isCustom ? 'input' : 'arguments']: input }
  return { kind, whole, words: pieces }
}

const CREATED = 1_732_320_000

/** The whole object, with all that the request set. */
export function responseOf(talk: Talk, output: readonly Json[]): Json {
  const { ask, script } = talk
  const { body } = ask
  const why = { length: 'max_output_tokens', content_filter: 'content_filter' }[script.finishReason ?? '']
  return {
    id: `resp_${talk.id}`,
    object: 'response',
    created_at: CREATED,
    status: why === undefined ? 'completed' : 'incomplete',
    background: false,
    completed_at: CREATED + 1,
    error: null,
    incomplete_details: why === undefined ? null : { reason: why },
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    model: ask.model,
    output,
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: body.previous_response_id ?? null,
    reasoning: { effort: null, summary: null, ...objectOr(body.reasoning) },
    service_tier: 'default',
    store: body.store ?? true,
    temperature: body.temperature ?? 1,
    text: { format: { type: 'text' }, verbosity: 'medium', ...objectOr(body.text) },
    tool_choice: body.tool_choice ?? 'auto',
    tools: body.tools ?? [],
    top_p: body.top_p ?? 1,
    truncation: 'disabled',
    ...usageOf(talk),
    user: null,
    metadata: body.metadata ?? {},
  }
}

function usageOf({ ask, plan, script, cache }: Talk): { usage?: unknown } {
  if (plan.usage === false) return {}
  const input = ask.promptTokens + cache.read + cache.written
  const usage = plan.usage ?? {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cache.read, cache_write_tokens: cache.written },
    output_tokens: script.tokens,
    output_tokens_details: { reasoning_tokens: script.reasoning.length },
    total_tokens: input + script.tokens,
  }
  return { usage }
}
