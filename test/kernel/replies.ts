import type { Plan } from '../mock/plan.ts'
import type { Recorded } from '../mock/provider.ts'

/** Providers for tests that call every endpoint. */

const say = (value: unknown): Plan => ({ body: JSON.stringify(value) })
const isStreamed = ({ body }: Recorded) => /"stream_format":"sse"|"stream":true|name="stream"/.test(body)
let count = 0

/** What the mock provider does not know by itself: small streams, Anthropic's batches, answers that are kept. */
export function planFor(request: Recorded): Plan | undefined {
  const { method, path } = request
  if (/\/(?:images|audio)\//.test(path) && method === 'POST' && isStreamed(request))
    return { events: [{ type: 'some.delta', delta: 'a' }, { type: 'some.done' }], noDone: true }
  if (path.endsWith('/messages/batches') && method === 'POST')
    return say({ id: `msgbatch_${++count}`, type: 'message_batch', processing_status: 'in_progress' })
  if (path.endsWith('/results')) return { body: '{"custom_id":"a"}\n', contentType: 'application/x-jsonl' }
  const batch = /\/messages\/batches\/([^/?]+)/.exec(path)?.[1]
  if (batch !== undefined) return say({ id: batch, type: 'message_batch', processing_status: 'canceling' })
  if (path.includes('/messages/batches')) return say({ data: [] })
  if (/\/responses\/./.test(path)) return say({ id: path.split('/')[3], object: 'response', input_tokens: 1 })
  if (path.includes('/things')) return say({ ok: true })
  return path.includes('/sounds') ? { body: 'la la', contentType: 'audio/mpeg' } : undefined
}

const providers = ['openai', 'anthropic', 'vllm', 'ollama', 'gemini']

/**
 * Providers that together speak every dialect, all at this address, each with the models `one` and `two`; redirects to
 * both of them are called `two-of-PROVIDER`, and `both` for OpenAI.
 */
export function everyProvider(url: string): Record<string, string> {
  const upstream = providers.flatMap(name => [
    [`${name.toUpperCase()}_API_KEY`, 'sk-upstream-secret'],
    [`${name.toUpperCase()}_BASE_URL`, url],
    [`${name.toUpperCase()}_MODELS`, 'one,two'],
  ])
  const redirect = (source: string, provider: string) => ({
    source,
    targets: [{ model: `${provider}/one` }, { model: `${provider}/two` }],
  })
  const redirects = [redirect('both', 'openai'), ...providers.map(name => redirect(`two-of-${name}`, name))]
  return {
    ...Object.fromEntries(upstream),
    CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
    VIRTUAL_MODELS: JSON.stringify(redirects),
  }
}
