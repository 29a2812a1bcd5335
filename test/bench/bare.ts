/**
 * The least that a gateway in front of a provider must do on this runtime, and so the limit of what ours can reach:
 * read the body, set the model, ask upstream for as long as the client waits, hand the answer back.
 */
const { PORT, UPSTREAM } = process.env

Bun.serve({
  hostname: '127.0.0.1',
  port: Number(PORT),
  idleTimeout: 0,
  async fetch(request) {
    if (request.method !== 'POST') return new Response('Not found', { status: 404 })
    const body = (await request.json()) as Record<string, unknown>
    body.model = 'mock-model'
    const answer = await fetch(`${UPSTREAM}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer provider-key' },
      body: JSON.stringify(body),
      signal: request.signal,
      redirect: 'manual',
      timeout: false,
    } as RequestInit)
    const { status } = answer
    const headers = { 'content-type': answer.headers.get('content-type') ?? 'application/json' }
    return new Response(body.stream === true ? answer.body : await answer.bytes(), { status, headers })
  },
})
