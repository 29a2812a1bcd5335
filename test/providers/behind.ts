import { MASTER, type Parsed, startGateway } from '../kit.ts'
import { type Received, type Reply, startStub } from './stub.ts'

/** The whole gateway before one vendor that answers what a test says: clients in front, the vendor's wire behind. */
export interface Behind {
  /** What the vendor answers to every POST. */
  answer(reply: Reply | object | ((request: Received) => object)): void
  /** A call of a client; texts are read as they are, JSON is parsed. */
  ask(path: string, body: object): Promise<Parsed>
  /** The answer as it comes; a form is sent as one. */
  raw(path: string, body: object): Promise<Response>
  /** The text of a stream. */
  stream(path: string, body: object): Promise<string>
  /** What the vendor was last sent. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
  sent(): any
  /** The same as a text. */
  sentText(): string
  /** The headers that it was sent with. */
  headers(): Headers
  calls(): number
  close(): Promise<void>
}

/** `environment` makes the provider, given the address that it is to be asked at. */
export async function startBehind(environment: (url: string) => Record<string, string>): Promise<Behind> {
  let reply: (request: Received) => object = () => ({})
  const notFound: Reply = { status: 404, body: '{"error":{"message":"no"}}' }
  const toReply = (given: object): Reply =>
    'body' in given ? (given as Reply) : { body: JSON.stringify(given) }
  const stub = startStub(request => (request.method === 'POST' ? toReply(reply(request)) : notFound))
  const gateway = await startGateway({ env: { RETRIES: '0', ...environment(stub.url) } })
  const init = (body: object): RequestInit => ({
    method: 'POST',
    headers: {
      authorization: `Bearer ${MASTER}`,
      ...(!(body instanceof FormData) && { 'content-type': 'application/json' }),
    },
    body: body instanceof FormData ? body : JSON.stringify(body),
  })
  const posts = () => stub.received.filter(({ method }) => method === 'POST')
  return {
    answer(given) {
      reply = typeof given === 'function' ? (given as typeof reply) : () => given
    },
    ask: (path, body) => gateway.json(path, init(body)),
    raw: (path, body) => gateway.fetch(path, init(body)),
    stream: async (path, body) => (await gateway.fetch(path, init({ ...body, stream: true }))).text(),
    sent: () => JSON.parse(posts().at(-1)!.body),
    sentText: () => posts().at(-1)!.body,
    headers: () => posts().at(-1)!.headers,
    calls: () => posts().length,
    async close() {
      await gateway.close()
      stub.stop()
    },
  }
}

/** Events as the vendors send them that name none. */
export const events = (...list: object[]): Reply => ({
  contentType: 'text/event-stream',
  body: list.map(event => `data: ${JSON.stringify(event)}\n\n`).join(''),
})

/** What the events of a stream say. */
export const eventsOf = (text: string) =>
  [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => JSON.parse(data!))
