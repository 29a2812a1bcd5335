import { DONE, usageOf } from './chat.ts'
import { errorBody } from './errors.ts'
import { objectOr, textOf } from './heard.ts'
import { event, type Language, type Talk } from './talk.ts'

const CREATED = 1_732_320_000

/** OpenAI's legacy completions. */
export const completions: Language = {
  name: 'openai-completions',
  isAsked: ({ path }) => path.endsWith('/completions') && !path.endsWith('/chat/completions'),
  toAsk(body) {
    const prompt = [body.prompt].flat().join('')
    return {
      model: String(body.model),
      stream: body.stream === true,
      includeUsage: objectOr(body.stream_options).include_usage === true,
      promptTokens: Math.ceil(prompt.length / 4),
      maxTokens: typeof body.max_tokens === 'number' ? body.max_tokens : undefined,
      heard: () => ({ turns: [{ role: 'user', parts: [{ text: textOf(prompt) }] }] }),
      body,
    }
  },
  whole: talk =>
    JSON.stringify({
      ...envelope(talk),
      choices: [choice(talk.script.text.join(''), talk.script.finishReason)],
      ...(talk.plan.usage !== false && { usage: usage(talk) }),
    }),
  events(talk) {
    const { ask, script, plan } = talk
    const nothing = ask.includeUsage ? { usage: null } : {}
    const words = script.text.map(word =>
      event(undefined, { ...envelope(talk), choices: [choice(word, null)], ...nothing }, 1),
    )
    return [
      ...words,
      event(undefined, { ...envelope(talk), choices: [choice('', script.finishReason)], ...nothing }),
      ...(ask.includeUsage ? [event(undefined, { ...envelope(talk), choices: [], usage: usage(talk) })] : []),
      ...(plan.noDone ? [] : [{ text: DONE, tokens: 0 }]),
    ]
  },
  failure: {
    data: { error: { message: 'The engine is overloaded', type: 'server_error', param: null, code: null } },
  },
  errorBody,
}

const envelope = ({ id, ask }: Talk) => ({
  id: `cmpl-${id}`,
  object: 'text_completion',
  created: CREATED,
  model: ask.model,
})

const choice = (text: string, finish_reason: string | null) => ({
  text,
  index: 0,
  logprobs: null,
  finish_reason,
})

const usage = ({ plan, ask, script, cache }: Talk): unknown =>
  plan.usage ?? JSON.parse(usageOf(ask.promptTokens, script.tokens, 0, cache))
