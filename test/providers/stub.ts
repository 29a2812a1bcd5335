import { mediaTypeOfAnswer, toEventStream } from './frames.ts'

/** A request as it reached the provider. */
export interface Received {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: Headers
  readonly body: string
}

export interface Reply {
  readonly status?: number
  readonly contentType?: string
  readonly body: string | Uint8Array<ArrayBuffer>
}

export interface Stub {
  readonly url: string
  readonly received: Received[]
  reply: (request: Received) => Reply
  stop(): void
}

/** A provider on a port of its own that answers what a test says. Token endpoints it answers by itself. */
export function startStub(reply: (request: Received) => Reply): Stub {
  const received: Received[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { pathname, search } = new URL(request.url)
      const entry = {
        method: request.method,
        path: pathname + search,
        headers: request.headers,
        body: await request.text(),
      }
      received.push(entry)
      if (pathname === '/token') return Response.json({ access_token: 'ya29.token', expires_in: 3600 })
      const { status = 200, contentType = 'application/json', body } = stub.reply(entry)
      return new Response(body, { status, headers: { 'content-type': contentType } })
    },
  })
  const stub: Stub = {
    url: `http://127.0.0.1:${server.port}`,
    received,
    reply,
    stop: () => void server.stop(true),
  }
  return stub
}

/** A recorded stream as the provider sent it. */
export const replayStream = (provider: string, lines: readonly string[]): Reply => ({
  contentType: mediaTypeOfAnswer(provider),
  body: toEventStream(provider, lines),
})
