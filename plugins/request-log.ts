import { definePlugin } from '../src/contract/plugin.ts'
import { inputOf, outputOf } from '../src/contract/tokens.ts'

export default definePlugin({
  name: 'request-log',
  about:
    'Writes one line per request: who, what, where to, how long, how many tokens. Never a body, never a key.',
  setup: ({ log }) => ({
    settle({
      id,
      endpoint,
      caller,
      userPath,
      asked,
      target,
      attempts,
      status,
      totalMs = 0,
      firstByteMs,
      queuedMs = 0,
      usage,
      refusal,
      stream,
      recalled,
      copyOf,
    }) {
      log.info('Request', {
        id,
        endpoint: endpoint.name,
        status,
        ms: Math.round(totalMs),
        caller: caller?.id,
        user_path: userPath,
        model: asked ? asked.slice(0, 200) : undefined,
        provider: target?.provider,
        served: target?.model,
        mirror: copyOf,
        attempts: attempts?.length || undefined,
        stream: stream || undefined,
        cached: recalled !== undefined || undefined,
        similarity: recalled?.similarity,
        first_byte_ms: firstByteMs === undefined ? undefined : Math.round(firstByteMs),
        queued_ms: Math.round(queuedMs) || undefined,
        input_tokens: usage && inputOf(usage),
        output_tokens: usage && outputOf(usage),
        error: refusal?.code,
      })
    },
  }),
})
