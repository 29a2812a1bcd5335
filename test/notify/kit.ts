import { createHmac } from 'node:crypto'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import { createUntil } from '../until.ts'

export interface Heard {
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
  readonly body: any
}

/** Somebody who is told: a real server. */
export interface Receiver extends AsyncDisposable {
  /** With a part that nobody else may see. */
  readonly url: string
  readonly host: string
  readonly heard: Heard[]
  /** How it answers from now on; default: 204. */
  answer: () => Response | Promise<Response>
}

export const TOKEN = 'T0P-S3cret-Token-of-the-hook'
export const SECRET = `whsec_${Buffer.from('a secret of twenty-four.').toString('base64')}`

export function startReceiver(path = `/services/${TOKEN}`, port = 0): Receiver {
  const heard: Heard[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port,
    async fetch(request) {
      const text = await request.text()
      heard.push({ headers: request.headers, text, body: JSON.parse(text) })
      return receiver.answer()
    },
  })
  const host = `127.0.0.1:${server.port}`
  const receiver: Receiver = {
    url: `http://${host}${path}`,
    host,
    heard,
    answer: () => new Response(null, { status: 204 }),
    [Symbol.asyncDispose]: () => server.stop(true),
  }
  return receiver
}

/** The types of what was heard, and of which concern. */
export const saidTo = ({ heard }: Receiver): string[] => heard.map(({ body }) => `${body.type} ${body.key}`)

/** What any library of Standard Webhooks does. */
export function isSigned({ headers, text }: Heard, secret = SECRET): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const signed = `${headers.get('webhook-id')}.${headers.get('webhook-timestamp')}.${text}`
  const wanted = createHmac('sha256', key).update(signed).digest('base64')
  return headers.get('webhook-signature') === `v1,${wanted}`
}

export interface Notifying extends AsyncDisposable {
  readonly test: TestGateway
  /** What is added to the clock of the gateway (milliseconds). */
  readonly clock: { ahead: number }
  /** A redirect that leads nowhere: `lost:NAME`. */
  lose(name: string): Promise<void>
  mend(name: string): Promise<void>
}

/** A gateway that tells after a second. */
export async function startNotifying(env: Record<string, string>): Promise<Notifying> {
  const clock = { ahead: 0 }
  const test = await startGateway({
    env: { NOTIFY_AFTER: '1s', NOTIFY_SECRET: SECRET, ...env },
    now: () => Date.now() + clock.ahead,
  })
  return {
    test,
    clock,
    async lose(name) {
      const body = { source: name, target_model: 'demo/gone', force: true }
      const { status } = await test.admin('PUT', '/admin/virtual-models', body)
      if (status !== 200 && status !== 201) throw new Error(`status ${status}`)
    },
    async mend(name) {
      const body = { source: name, target_model: 'demo/parrot' }
      await test.admin('PUT', '/admin/virtual-models', body)
    },
    [Symbol.asyncDispose]: () => test.close(),
  }
}

/** Waits until something holds: what must stand for a while takes its time. */
export const eventually = createUntil(10_000)

export const bearer = { authorization: `Bearer ${MASTER}` }
