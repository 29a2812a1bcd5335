/** Stands between gateways and their database: counts round trips, and is slow or faulty when it is told to be. */
export interface Between extends AsyncDisposable {
  readonly url: string
  /** What was sent, since `sent` was emptied the last time. */
  readonly sent: string[]
  /** Milliseconds that every round trip takes longer. */
  delay: number
  /** Answers in place of the server, where it answers at all. */
  fault: ((body: string) => Response | undefined | Promise<Response | undefined>) | undefined
}

export function standBetween(target: string): Between {
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const { pathname } = new URL(request.url)
      const body = await request.text()
      between.sent.push(body)
      if (between.delay > 0) await Bun.sleep(between.delay)
      const fault = await between.fault?.(body)
      if (fault !== undefined) return fault
      const { method, headers } = request
      headers.delete('host')
      const sent = { method, headers, ...(body !== '' && { body }) }
      const answer = await fetch(target + pathname, sent).catch(() => undefined)
      if (answer === undefined) return new Response('Nobody is there', { status: 502 })
      const type = answer.headers.get('content-type') ?? 'text/plain'
      return new Response(await answer.arrayBuffer(), {
        status: answer.status,
        headers: { 'content-type': type },
      })
    },
  })
  const between: Between = {
    url: `http://127.0.0.1:${server.port}`,
    sent: [],
    delay: 0,
    fault: undefined,
    [Symbol.asyncDispose]: () => server.stop(true),
  }
  return between
}
