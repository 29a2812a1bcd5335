import { sayYes } from '../browser/kit.ts'
import { MASTER, type TestGateway } from '../kit.ts'

export const KEY = 'sk-the-right-key-of-the-provider'

export interface Upstream {
  /** Its base URL. */
  readonly url: string
  /** Which keys it was asked with. */
  readonly keys: string[]
  /** What it says to a call of a model; undefined: yes, at once. */
  answer: (() => Promise<Response>) | undefined
  stop(): void
}

/** A provider that knows one key, and lists these models. */
export function startUpstream(...ids: readonly string[]): Upstream {
  const keys: string[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const key = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
      keys.push(key)
      if (key !== KEY) return Response.json({ error: { message: 'Who are you?' } }, { status: 401 })
      if (request.method === 'GET') return Response.json({ data: ids.map(id => ({ id })) })
      return (await upstream.answer?.()) ?? sayYes(((await request.json()) as { model: string }).model)
    },
  })
  const upstream: Upstream = {
    url: `http://127.0.0.1:${server.port}/v1`,
    keys,
    answer: undefined,
    stop: () => void server.stop(true),
  }
  return upstream
}

export const ask = (gateway: TestGateway, model: string) =>
  gateway.chat({ model, messages: [{ role: 'user', content: 'Hello' }] })

/** A form of the dashboard, as a browser without scripts sends it. */
export const send = (gateway: TestGateway, action: string, fields: Readonly<Record<string, string>>) =>
  gateway.fetch(`/dashboard/providers/edit/${action}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${MASTER}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(fields).toString(),
  })
