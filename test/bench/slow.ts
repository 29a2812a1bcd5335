/** An OpenAI-like provider whose streams take `SECONDS`, with an event twice a second: for what is open for long. */
const { PORT, SECONDS = '20' } = process.env
const encoder = new TextEncoder()
const chunk = (delta: object, finish_reason: string | null = null) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'slow', choices: [{ index: 0, delta, finish_reason }] })}\n\n`
const word = encoder.encode(chunk({ content: 'word ' }))
const usage = {
  prompt_tokens: 3,
  completion_tokens: Number(SECONDS) * 2,
  total_tokens: 3 + Number(SECONDS) * 2,
}
const end = encoder.encode(
  `${chunk({}, 'stop')}data: ${JSON.stringify({ id: 'c', model: 'slow', choices: [], usage })}\n\ndata: [DONE]\n\n`,
)

async function* stream() {
  for (let left = Number(SECONDS) * 2; left > 0; left--) {
    yield word
    await Bun.sleep(500)
  }
  yield end
}

Bun.serve({
  hostname: '127.0.0.1',
  port: Number(PORT),
  idleTimeout: 0,
  fetch: request =>
    request.method === 'GET'
      ? Response.json({ data: [{ id: 'slow' }] })
      : new Response(stream() as unknown as ReadableStream, {
          headers: { 'content-type': 'text/event-stream' },
        }),
})

export {}
