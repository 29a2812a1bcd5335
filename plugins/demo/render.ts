import { type Reply, wordsOf } from './answer.ts'

export interface Rendering {
  readonly model: string
  readonly reply: Reply
  /** Seconds since 1970. */
  readonly created: number
  readonly stream: boolean
  /** The stream ends with a chunk that holds the usage. */
  readonly showsUsage: boolean
  /** The pause between two words, in milliseconds. */
  readonly pace: number
  readonly signal: AbortSignal
}

/** A reply as OpenAI's API would send it: one JSON object, or a stream of chunks. */
export function render(rendering: Rendering): Response {
  const { model, reply, created, stream, pace, signal } = rendering
  const head = { id: `chatcmpl-demo-${crypto.randomUUID()}`, created, model }
  if (!stream) return Response.json(toCompletion(head, reply))
  const events = [
    ...toChunks(rendering).map(chunk =>
      JSON.stringify({ ...head, object: 'chat.completion.chunk', ...chunk }),
    ),
    '[DONE]',
  ]
  return new Response(toStream(events, pace, signal), { headers: { 'content-type': 'text/event-stream' } })
}

function toCompletion(head: object, reply: Reply): object {
  const message = {
    role: 'assistant',
    content: reply.tool ? null : reply.text,
    ...(reply.tool && { tool_calls: [toCall(reply.tool)] }),
  }
  const choices = [{ index: 0, message, logprobs: null, finish_reason: reply.finish }]
  return { ...head, object: 'chat.completion', choices, usage: toUsage(reply) }
}

/** The role, the words or the pieces of a tool call, the reason why it ends, and the usage where it was asked for. */
function toChunks({ reply, showsUsage }: Rendering): object[] {
  const usage = showsUsage ? { usage: null } : {}
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    ...usage,
  })
  const last = showsUsage ? [{ choices: [], usage: toUsage(reply) }] : []
  return [...toDeltas(reply).map(delta => chunk(delta)), chunk({}, reply.finish), ...last]
}

function toDeltas({ tool, text }: Reply): object[] {
  if (!tool) return [{ role: 'assistant', content: '' }, ...wordsOf(text).map(content => ({ content }))]
  const start = { index: 0, ...toCall({ ...tool, arguments: '' }) }
  const pieces = piecesOf(tool.arguments).map(piece => ({ index: 0, function: { arguments: piece } }))
  return [
    { role: 'assistant', content: null, tool_calls: [start] },
    ...pieces.map(piece => ({ tool_calls: [piece] })),
  ]
}

/** Breaks JSON where a model might; clients must put it together again. */
const piecesOf = (json: string): string[] => (json.length > 4000 ? [json] : json.split(/(?<=[,:])/))

const toCall = ({ id, name, arguments: text }: NonNullable<Reply['tool']>) => ({
  id,
  type: 'function',
  function: { name, arguments: text },
})

const toUsage = ({ promptTokens, completionTokens }: Reply) => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
})

const encoder = new TextEncoder()

/** One event per turn, so that a reader who stops early stops the work too. */
function toStream(events: readonly string[], pace: number, signal: AbortSignal): ReadableStream<Uint8Array> {
  let next = 0
  let isCancelled = false
  return new ReadableStream({
    async pull(controller) {
      if (pace > 0 && next > 0) await pause(pace, signal)
      if (isCancelled) return
      signal.throwIfAborted()
      if (next < events.length) controller.enqueue(encoder.encode(`data: ${events[next++]}\n\n`))
      if (next === events.length) controller.close()
    },
    cancel() {
      isCancelled = true
    },
  })
}

/** Ends early when the signal says so. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
