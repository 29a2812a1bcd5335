import type { Turn } from '../../../src/contract/dialect.ts'
import {
  countOf,
  failureOf,
  isObject,
  objectOf,
  parseObject,
  textOf,
  usageOf,
} from '../../../src/contract/loose-json.ts'
import type { JsonObject, Usage } from '../../../src/types.ts'

/** Worth a closer look: most messages are pieces of sound. */
const TURN =
  /"(?:response\.(?:created|done)|(?:transcription_)?session\.(?:created|updated)|conversation\.item\.input_audio_transcription\.completed|error)"/

/** However its letters are written. */
const MAY_ASK = /response\.create|\\u/
const ASK = 'response.create'

/** A client asks for an answer; others begin when a voice is heard. */
export const asksForAnswer = (message: string): boolean =>
  MAY_ASK.test(message) && parseObject(message).type === ASK

/** What an event of the provider's tells: https://platform.openai.com/docs/api-reference/realtime-server-events */
export function readTurn(message: string): Turn | undefined {
  if (!TURN.test(message)) return undefined
  const event = parseObject(message)
  return turns[textOf(event.type)]?.(event)
}

const transcriber = ({ session }: JsonObject): Turn => ({
  kind: 'helper',
  model: transcriberOf(objectOf(session)),
})

const turns: Readonly<Record<string, (event: JsonObject) => Turn>> = {
  'response.created': () => ({ kind: 'begin' }),
  'response.done': ({ response }) => ({ kind: 'end', usage: readUsage(objectOf(response).usage) }),
  'session.created': transcriber,
  'session.updated': transcriber,
  // The first version had sessions of their own for it.
  'transcription_session.created': transcriber,
  'transcription_session.updated': transcriber,
  'conversation.item.input_audio_transcription.completed': ({ usage }) => ({
    kind: 'helped',
    usage: readUsage(usage),
  }),
  error: ({ error }) => ({ kind: 'error', ...readFailure(objectOf(error)) }),
}

/** Where a session names the model that transcribes: now, and in the first version. */
function transcriberOf({ audio, input_audio_transcription: former }: JsonObject): string | undefined {
  const { transcription } = objectOf(objectOf(audio).input)
  const { model } = objectOf(transcription ?? former)
  return typeof model === 'string' ? model : undefined
}

/** What its words for failures would be as a status, where they are not its own fault. */
const statuses: Readonly<Record<string, number>> = {
  invalid_api_key: 401,
  insufficient_quota: 402,
  model_not_found: 404,
  rate_limit_exceeded: 429,
  invalid_request_error: 400,
}

function readFailure(error: JsonObject): { readonly status: number; readonly message: string } {
  const status = [error.code, error.type]
    .map(word => statuses[textOf(word)])
    .find(known => known !== undefined)
  const failure = failureOf(error)
  return status === undefined ? failure : { ...failure, status }
}

/** The parts are disjoint here: what was cached is told by kind, too, and counts as cached only. Seconds are no tokens. */
function readUsage(usage: unknown): Usage | undefined {
  if (!isObject(usage) || usage.type === 'duration') return undefined
  const input = objectOf(usage.input_token_details)
  const cached = objectOf(input.cached_tokens_details)
  const output = objectOf(usage.output_token_details)
  const cacheRead = countOf(input.cached_tokens)
  const without = (kind: string) => Math.max(0, countOf(input[kind]) - countOf(cached[kind]))
  const audioInput = without('audio_tokens')
  const imageInput = without('image_tokens')
  const audioOutput = countOf(output.audio_tokens)
  const reasoning = countOf(output.reasoning_tokens)
  return usageOf({
    input: Math.max(0, countOf(usage.input_tokens) - cacheRead - audioInput - imageInput),
    cacheRead,
    output: Math.max(0, countOf(usage.output_tokens) - audioOutput - reasoning),
    reasoning,
    ...(audioInput > 0 && { audioInput }),
    ...(imageInput > 0 && { imageInput }),
    ...(audioOutput > 0 && { audioOutput }),
  })
}
