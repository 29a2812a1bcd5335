import * as v from 'valibot'

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const text = v.string()
const milliseconds = v.pipe(v.number(), v.minValue(0), v.maxValue(3_600_000))
const object = v.record(v.string(), v.unknown())
const toolCall = v.strictObject({
  name: text,
  arguments: v.union([text, object]),
  id: v.exactOptional(text),
})

/**
 * How the mock provider answers one request. A client writes it into the top-level body field `mock_plan`, which a
 * gateway lets through like every field it does not know. Times are milliseconds.
 */
const planSchema = v.strictObject({
  // What is said: the first of chunks, body, bodyBase64, bomb, echo, events, an error status, else a chat answer.
  /** Sent as they are, each as its own piece. */
  chunks: v.exactOptional(v.array(text)),
  body: v.exactOptional(text),
  bodyBase64: v.exactOptional(text),
  /** A JSON object with so many spaces in it, compressed. */
  bomb: v.exactOptional(count),
  /** Answers with what was received: `{ object: 'mock.echo', method, path, headers, body }`. */
  echo: v.exactOptional(v.boolean()),
  /** Payloads of server-sent events in place of the default ones; objects are written as JSON. */
  events: v.exactOptional(v.array(v.union([text, object]))),

  // The chat answer.
  /** How many deltas, and so completion tokens, it has. */
  tokens: v.exactOptional(count),
  /** Cut into words, in place of the default ones. */
  text: v.exactOptional(text),
  /** Thinks first: `reasoning_content`, cut into words. */
  reasoning: v.exactOptional(text),
  toolCall: v.exactOptional(v.union([toolCall, v.array(toolCall)])),
  /** The text is what was understood, as JSON: see `Heard`. */
  hear: v.exactOptional(v.boolean()),
  /** What proves the thought, where the language has a place for it. */
  proof: v.exactOptional(text),
  /** Prompt tokens beside the counted ones: read from a cache, and written to it. */
  cacheRead: v.exactOptional(count),
  cacheWritten: v.exactOptional(count),
  finishReason: v.exactOptional(v.nullable(text)),
  /** An object or null is reported as it stands; false reports none. */
  usage: v.exactOptional(v.union([object, v.null(), v.literal(false)])),
  /** Where a stream reports it: after the answer if asked to, as OpenAI does; or unasked, in the finish or in every chunk. */
  usageAt: v.exactOptional(v.picklist(['end', 'finish', 'every'])),
  /** An error as a stream event after so many deltas; ends the stream. */
  errorEvent: v.exactOptional(
    v.strictObject({
      after: v.exactOptional(count),
      event: v.exactOptional(text),
      data: v.exactOptional(v.unknown()),
    }),
  ),
  /** The stream ends without `data: [DONE]`. */
  noDone: v.exactOptional(v.boolean()),
  /** Ends the lines of server-sent events. */
  newline: v.exactOptional(v.picklist(['\n', '\r\n', '\r'])),

  // The head.
  status: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(999))),
  /** Added to the default ones or replacing them; a content-length is believed, however long the body is. */
  headers: v.exactOptional(v.record(v.string(), v.union([text, v.array(text)]))),
  contentType: v.exactOptional(text),
  encoding: v.exactOptional(v.picklist(['gzip', 'deflate', 'br', 'zstd'])),
  /** The whole head as it is sent, blank line included. */
  rawHead: v.exactOptional(text),

  // Time and framing.
  delayMs: v.exactOptional(milliseconds),
  /** Between pieces. */
  gapMs: v.exactOptional(milliseconds),
  /** After the first piece. */
  silenceMs: v.exactOptional(milliseconds),
  /** Cuts the body anew: into pieces of this size, or at these offsets. */
  splitAt: v.exactOptional(v.union([v.pipe(v.number(), v.integer(), v.minValue(1)), v.array(count)])),
  /** Sends the body so many times; 0 until the client leaves. */
  repeat: v.exactOptional(count),

  // Faults of the connection.
  /** Takes the request and never answers. */
  hang: v.exactOptional(v.boolean()),
  /** Resets the connection before the first byte of the answer. */
  reset: v.exactOptional(v.boolean()),
  /** Breaks the connection after so many bytes of the body … */
  cutAfterBytes: v.exactOptional(count),
  /** … by a reset, or by a goodbye in the middle of the answer. */
  cutBy: v.exactOptional(v.picklist(['reset', 'fin'])),
  /** Ends the body properly, but too early. */
  endAfterBytes: v.exactOptional(count),
  /** Answers well, then resets the next request on the same connection. */
  stale: v.exactOptional(v.boolean()),
})

export type Plan = v.InferOutput<typeof planSchema>
export type ToolCall = v.InferOutput<typeof toolCall>

/** A plan, or what is wrong with it in one sentence. */
export function parsePlan(input: unknown): Plan | string {
  const result = v.safeParse(planSchema, input, { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  const path = ['mock_plan', ...(issue.path?.map(item => String(item.key)) ?? [])].join('.')
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const known = path.split('.').length === 2 ? `, only ${Object.keys(planSchema.entries).join(', ')}` : ''
    return `Cannot follow "${path}": there is no such field${known}`
  }
  return `Cannot follow "${path}": ${issue.message}`
}

/** The plan says itself what the body is, so that it can answer on paths where no chat answer belongs. */
export const hasContent = (plan: Plan): boolean =>
  plan.chunks !== undefined ||
  plan.body !== undefined ||
  plan.bodyBase64 !== undefined ||
  plan.bomb !== undefined ||
  plan.echo === true ||
  plan.events !== undefined ||
  plan.hang === true ||
  plan.reset === true ||
  (plan.status ?? 200) >= 400
