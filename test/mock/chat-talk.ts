import {
  DONE,
  type Piece,
  renderChoices,
  renderEvents,
  renderWhole,
  type Script,
  toAsk,
  usageOf,
} from './chat.ts'
import { errorBody } from './errors.ts'
import type { Language, Talk } from './talk.ts'

/** OpenAI's chat, with a plan. */
export const chat: Language = {
  name: 'openai-chat',
  isAsked: ({ path }) => path.endsWith('/chat/completions'),
  toAsk,
  whole: talk =>
    renderWhole(`chatcmpl-${talk.id}`, talk.ask, talk.script, usageFor(talk)?.(talk.script.tokens)),
  events(talk) {
    const { ask, plan, script } = talk
    const usage = usageFor(talk)
    const choices = inTurns(ask.choices ?? 1, script)
    const events = renderEvents({
      id: `chatcmpl-${talk.id}`,
      ask,
      choices,
      usage,
      usageAt: plan.usageAt ?? 'end',
    })
    return plan.noDone ? events : [...events, { text: DONE, tokens: 0 }]
  },
  failure: {
    data: {
      error: { message: 'The engine is overloaded', type: 'server_error', param: null, code: null },
    },
  },
  errorBody,
}

/** Several answers arrive side by side. */
function inTurns(count: number, script: Script): Piece[] {
  const choices = renderChoices(script)
  if (count === 1) return choices
  return choices.flatMap(({ text, tokens }) =>
    Array.from({ length: count }, (_, index) => ({
      text: text.replace('{"index":0', `{"index":${index}`),
      tokens,
    })),
  )
}

function usageFor({ ask, plan, script, cache }: Talk): ((completion: number) => string) | undefined {
  if (plan.usage === false) return undefined
  if (plan.usage !== undefined) return () => JSON.stringify(plan.usage)
  return completion =>
    usageOf(ask.promptTokens, completion, Math.min(script.reasoning.length, completion), cache)
}
