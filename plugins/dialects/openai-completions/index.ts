import type { Dialect } from '../../../src/contract/dialect.ts'
import { failureOf, isObject, listOf, objectOf, parseObject } from '../../../src/contract/loose-json.ts'
import { definePlugin } from '../../../src/contract/plugin.ts'
import { smallApi } from '../../../src/contract/small-api.ts'
import type { JsonObject } from '../../../src/types.ts'
import { fromChatUsage } from '../../../src/vendors/openai-usage.ts'
import { preset } from './preset.ts'
import { fromResult, toCall, writer } from './translation.ts'

/** OpenAI's legacy completions: https://platform.openai.com/docs/api-reference/completions */
const openaiCompletions: Dialect = {
  ...smallApi,
  name: 'openai-completions',
  path: '/v1/completions',
  operation: 'text_completion',
  about: 'The continuation of a text, in the way that came before chat',
  example: {
    body: { model: 'demo/parrot', prompt: 'Hello' },
    fields: { prompt: 'The text that is gone on with', max_tokens: 'The most that may be written' },
    answer: {
      id: 'cmpl-1',
      object: 'text_completion',
      created: 1_764_547_200,
      model: 'parrot',
      choices: [{ index: 0, text: 'Hello', finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    },
  },
  preset,
  isStream: body => body.stream === true,
  isRepeatable: () => true,
  askUsage(body) {
    const options = objectOf(body.stream_options)
    return options.include_usage === true
      ? undefined
      : { field: 'stream_options', value: { ...options, include_usage: true } }
  },
  usage: ({ usage }) => (isObject(usage) ? fromChatUsage(usage) : undefined),
  failure: part => (part.error == null ? undefined : failureOf(part.error)),
  isUsageOnly: event => Array.isArray(event.choices) && event.choices.length === 0 && isObject(event.usage),
  endOf(data) {
    if (data === '[DONE]') return 'stream'
    if (!MAY_END.test(data)) return undefined
    const json = parseObject(data)
    if (json.error != null) return 'stream'
    return finishOf(json) === undefined ? undefined : 'answer'
  },
  finish: finishOf,
  isPreamble: event => listOf(event.choices).every(choice => objectOf(choice).text === '') && !isLast(event),
  translation: { kind: 'language', toCall, fromResult, writer },
}

/** Worth a closer look. Some servers say `""` in every event: that is no end. */
const MAY_END = /"finish_reason"\s*:\s*"[^"]|"error"/

function finishOf({ choices }: JsonObject): string | undefined {
  const reason = listOf(choices)
    .map(choice => objectOf(choice).finish_reason)
    .find(reason => typeof reason === 'string' && reason !== '')
  return reason as string | undefined
}

const isLast = (event: JsonObject): boolean => finishOf(event) !== undefined || event.choices === undefined

export default definePlugin({
  name: 'openai-completions',
  about: "Speaks OpenAI's legacy completions.",
  setup: () => ({ dialects: [openaiCompletions] }),
})
