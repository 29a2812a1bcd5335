/**
 * The least that answers in two languages: always the same 64 words, whole or in eight writes of eight. Below
 * `/only-chat` it knows one of them only.
 */
const words = Array.from({ length: 64 }, (_, i) => `word${i} `)
const usage = { input_tokens: 30, output_tokens: 64 }
const head = { id: 'msg_bench', type: 'message', role: 'assistant', model: 'bench' }
const text = words.join('')
const encoder = new TextEncoder()

/** A whole answer, and the writes of a stream: what opens it goes with the first, what ends it with the last. */
interface Language {
  readonly whole: string
  readonly pieces: readonly Uint8Array[]
}

function toPieces(delta: (word: string) => string, first: string, last: string): Uint8Array[] {
  const writes = Array.from({ length: 8 }, (_, part) =>
    words
      .slice(part * 8, part * 8 + 8)
      .map(delta)
      .join(''),
  )
  return writes.map((write, at) => encoder.encode((at === 0 ? first : '') + write + (at === 7 ? last : '')))
}

const event = (type: string, json: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...json })}\n\n`
const open = {
  ...head,
  content: [],
  stop_reason: null,
  stop_sequence: null,
  usage: { ...usage, output_tokens: 1 },
}
const messages: Language = {
  whole: JSON.stringify({
    ...head,
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage,
  }),
  pieces: toPieces(
    word => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: word } }),
    event('message_start', { message: open }) +
      event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    event('content_block_stop', { index: 0 }) +
      event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage }) +
      event('message_stop', {}),
  ),
}

const counted = { prompt_tokens: 30, completion_tokens: 64, total_tokens: 94 }
const chunk = (json: object) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'bench', ...json })}\n\n`
const choice = (delta: object, finish_reason: string | null = null) =>
  chunk({ choices: [{ index: 0, delta, finish_reason }] })
const chat: Language = {
  whole: JSON.stringify({
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'bench',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage: counted,
  }),
  pieces: toPieces(
    content => choice({ content }),
    choice({ role: 'assistant', content: '' }),
    `${choice({}, 'stop')}${chunk({ choices: [], usage: counted })}data: [DONE]\n\n`,
  ),
}

async function* stream(pieces: readonly Uint8Array[]) {
  for (const piece of pieces) {
    yield piece
    await new Promise(setImmediate)
  }
}

Bun.serve({
  hostname: '127.0.0.1',
  port: Number(process.env.PORT),
  idleTimeout: 0,
  async fetch(request) {
    if (request.method === 'GET')
      return Response.json({ data: [{ id: 'bench', type: 'model' }], has_more: false })
    if (request.url.endsWith('/only-chat/messages')) return new Response(null, { status: 404 })
    const { whole, pieces } = request.url.endsWith('/messages') ? messages : chat
    return (await request.text()).includes('"stream":true')
      ? new Response(stream(pieces) as unknown as ReadableStream, {
          headers: { 'content-type': 'text/event-stream' },
        })
      : new Response(whole, { headers: { 'content-type': 'application/json' } })
  },
})

export {}
