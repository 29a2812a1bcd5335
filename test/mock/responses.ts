import { errorBody } from './errors.ts'
import { countHeard, type Json, numberOf } from './heard.ts'
import { responseEvents } from './responses-events.ts'
import { hearResponses } from './responses-heard.ts'
import { itemsOf, responseOf } from './responses-items.ts'
import type { Language } from './talk.ts'

/** OpenAI's Responses API. */
export const responses: Language = {
  name: 'openai-responses',
  isAsked: ({ path }) => path.endsWith('/responses'),
  toAsk: (body: Json) => ({
    model: String(body.model),
    stream: body.stream === true,
    includeUsage: true,
    promptTokens: countHeard(hearResponses(body)),
    maxTokens: numberOf(body.max_output_tokens),
    heard: () => hearResponses(body),
    body,
  }),
  whole: talk =>
    JSON.stringify(
      responseOf(
        talk,
        itemsOf(talk).map(({ whole }) => whole),
      ),
    ),
  events: responseEvents,
  failure: {
    event: 'error',
    data: {
      type: 'error',
      code: 'server_error',
      message: 'The engine is overloaded',
      param: null,
      sequence_number: 3,
    },
  },
  errorBody,
}
