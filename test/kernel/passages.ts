import type { Hooks } from '../../src/contract/plugin.ts'
import { asForm, asJson, type Sent } from './samples.ts'

/** What clients send to each passage, and which hooks take part. */

type Hook = keyof Hooks
type Send = (method: string, path: string, sent?: Partial<Sent>) => Promise<Record<string, unknown>>

/** A request, with what it is about made before. */
interface Made extends Partial<Sent> {
  /** Default: that of the passage. */
  readonly path?: string
}

export interface Case {
  /** Beside those of every request: who calls, and the end. */
  readonly hooks: readonly Hook[]
  make(send: Send): Promise<Made> | Made
  readonly title?: string
  readonly shape?: 'openai' | 'anthropic' | 'ollama'
  /** Default: 200. */
  readonly status?: number
}

/** Answered from what is kept here. */
const here: readonly Hook[] = ['tap', 'head']
/** Passed on: bytes, or a parsed body that guards see. */
const on: readonly Hook[] = ['route', 'admit', 'attempt', 'tap', 'head']
const guarded: readonly Hook[] = ['route', 'admit', 'guard', 'attempt', 'tap', 'head']
/** The answer is bytes that nobody looks into: taps are asked, and see nothing. */
const raw: readonly Hook[] = ['route', 'admit', 'attempt', 'tap']
/** The answer is empty. */
const bare: readonly Hook[] = ['route', 'admit', 'attempt']

const anthropic = { 'anthropic-version': '2023-06-01' }
const messages = [{ role: 'user', content: 'Hello' }]
const line = {
  custom_id: 'a',
  method: 'POST',
  url: '/v1/chat/completions',
  body: { model: 'openai/one', messages },
}
const batchFile = () => new File([JSON.stringify(line)], 'batch.jsonl', { type: 'application/jsonl' })
const note = () => new File(['Hello'], 'note.txt', { type: 'text/plain' })

const upload = async (send: Send, headers = {}): Promise<string> => {
  const { body } = asForm({ purpose: 'user_data', file: note() })
  return String((await send('POST', '/v1/files', { body, headers })).id)
}
const uploadBatch = async (send: Send): Promise<string> =>
  String((await send('POST', '/v1/files', asForm({ purpose: 'batch', file: batchFile() }))).id)
const startBatch = (input_file_id: string) =>
  asJson({ input_file_id, endpoint: '/v1/chat/completions', completion_window: '24h' })
const batch = async (send: Send): Promise<string> =>
  String((await send('POST', '/v1/batches', startBatch(await uploadBatch(send)))).id)
const inline = asJson({
  requests: [{ custom_id: 'a', params: { model: 'anthropic/one', max_tokens: 9, messages } }],
})
const messageBatch = async (send: Send): Promise<string> =>
  String((await send('POST', '/v1/messages/batches', inline)).id)
/** An answer that its provider keeps, or, where that keeps none, the gateway. */
const answer = async (send: Send, model: string): Promise<string> =>
  String((await send('POST', '/v1/responses', asJson({ model, input: 'Hello' }))).id)
const talk = async (send: Send): Promise<string> =>
  String((await send('POST', '/v1/conversations', asJson({}))).id)
const items = asJson({ items: [{ type: 'message', role: 'user', content: 'Hello' }] })

/** By its id: files, batches and answers, with what follows it in the address. */
const byId =
  (make: (send: Send) => Promise<string>, base: string, tail = '', headers = {}): Case['make'] =>
  async send => ({ path: `${base}/${await make(send)}${tail}`, headers })
const kept = (send: Send) => answer(send, 'anthropic/one')
const elsewhere = (send: Send) => answer(send, 'openai/one')
const foreignFile = (send: Send) => upload(send, anthropic)

const fileCases = (hooks: readonly Hook[], tail = ''): Case[] => [
  { hooks, make: byId(upload, '/v1/files', tail) },
  { hooks, make: byId(foreignFile, '/v1/files', tail, anthropic), title: 'of Anthropic', shape: 'anthropic' },
]
const batchCase = (hooks: readonly Hook[], tail = ''): Case[] => [
  { hooks, make: byId(messageBatch, '/v1/messages/batches', tail), shape: 'anthropic' },
]
const answerCases = (tail = ''): Case[] => [
  { hooks: here, make: byId(kept, '/v1/responses', tail), title: 'kept here' },
  { hooks: on, make: byId(elsewhere, '/v1/responses', tail), title: 'kept by its provider' },
]
const chat = (stream: boolean) => asJson({ model: 'one', messages, stream })
const ask = asJson({ model: 'both', input: 'Hello' })
const there = (path: string, sent: Partial<Sent> = {}) => ({ path: `/p/openai${path}`, ...sent })

export const cases: Readonly<Record<string, readonly Case[]>> = {
  'GET /p/:provider/*': [
    { hooks: on, make: () => there('/models') },
    { hooks: raw, make: () => there('/sounds/1'), title: 'bytes' },
  ],
  'HEAD /p/:provider/*': [{ hooks: bare, make: () => there('/things/1') }],
  'POST /p/:provider/*': [
    { hooks: guarded, make: () => there('/chat/completions', chat(false)) },
    { hooks: guarded, make: () => there('/chat/completions', chat(true)), title: 'streamed' },
    {
      hooks: on,
      make: () => there('/things', { headers: { 'content-type': 'text/plain' }, body: 'Hello' }),
      title: 'bytes',
    },
    {
      hooks: guarded,
      make: () => ({ path: '/p/anthropic/messages', ...asJson({ model: 'one', max_tokens: 9, messages }) }),
      title: 'of Anthropic',
      shape: 'anthropic',
    },
  ],
  'PUT /p/:provider/*': [{ hooks: guarded, make: () => there('/things/1', asJson({ a: 1 })) }],
  'PATCH /p/:provider/*': [{ hooks: guarded, make: () => there('/things/1', asJson({ a: 1 })) }],
  'DELETE /p/:provider/*': [{ hooks: on, make: () => there('/things/1') }],

  'POST /v1/files': [
    { hooks: on, make: () => asForm({ purpose: 'user_data', file: note() }) },
    { hooks: on, make: () => asForm({ purpose: 'batch', file: batchFile() }), title: 'for batches' },
    {
      hooks: on,
      make: () => ({ ...asForm({ file: note() }), headers: anthropic }),
      title: 'of Anthropic',
      shape: 'anthropic',
    },
  ],
  'GET /v1/files': [
    { hooks: here, make: () => ({}) },
    { hooks: here, make: () => ({ headers: anthropic }), title: 'of Anthropic', shape: 'anthropic' },
  ],
  'GET /v1/files/:id': fileCases(on),
  'DELETE /v1/files/:id': fileCases(on),
  'GET /v1/files/:id/content': fileCases(raw, '/content'),

  'POST /v1/batches': [{ hooks: on, make: async send => startBatch(await uploadBatch(send)) }],
  'GET /v1/batches': [{ hooks: here, make: () => ({}) }],
  'GET /v1/batches/:id': [{ hooks: on, make: byId(batch, '/v1/batches') }],
  'POST /v1/batches/:id/cancel': [{ hooks: on, make: byId(batch, '/v1/batches', '/cancel') }],
  'POST /v1/messages/batches': [{ hooks: on, make: () => inline, shape: 'anthropic' }],
  'GET /v1/messages/batches': [{ hooks: here, make: () => ({}), shape: 'anthropic' }],
  'GET /v1/messages/batches/:id': batchCase(on),
  'DELETE /v1/messages/batches/:id': batchCase(on),
  'POST /v1/messages/batches/:id/cancel': batchCase(on, '/cancel'),
  'GET /v1/messages/batches/:id/results': batchCase(raw, '/results'),

  'GET /v1/responses': [{ hooks: [], make: () => ({}), status: 405 }],
  'GET /v1/responses/:id': [
    ...answerCases(),
    { hooks: here, make: byId(kept, '/v1/responses', '?stream=true'), title: 'kept here, streamed' },
  ],
  'DELETE /v1/responses/:id': answerCases(),
  'POST /v1/responses/:id/cancel': answerCases('/cancel').slice(1),
  'GET /v1/responses/:id/input_items': answerCases('/input_items'),
  'POST /v1/responses/input_tokens': [{ hooks: ['order', ...guarded], make: () => ask }],

  'POST /v1/realtime/*': [
    { hooks: [], make: () => ({ path: '/v1/realtime/client_secrets', ...asJson({}) }), status: 404 },
  ],

  'POST /v1/conversations': [{ hooks: here, make: () => asJson({}) }],
  'GET /v1/conversations/:id': [{ hooks: here, make: byId(talk, '/v1/conversations') }],
  'POST /v1/conversations/:id': [
    {
      hooks: here,
      make: async send => ({ path: `/v1/conversations/${await talk(send)}`, ...asJson({ metadata: {} }) }),
    },
  ],
  'DELETE /v1/conversations/:id': [{ hooks: here, make: byId(talk, '/v1/conversations') }],
  'GET /v1/conversations/:id/items': [{ hooks: here, make: byId(talk, '/v1/conversations', '/items') }],
  'POST /v1/conversations/:id/items': [
    { hooks: here, make: async send => ({ path: `/v1/conversations/${await talk(send)}/items`, ...items }) },
  ],
  'GET /v1/conversations/:id/items/:item': [{ hooks: here, make: send => itemIn(send) }],
  'DELETE /v1/conversations/:id/items/:item': [{ hooks: here, make: send => itemIn(send) }],
}

async function itemIn(send: Send): Promise<Made> {
  const path = `/v1/conversations/${await talk(send)}/items`
  const { data } = (await send('POST', path, items)) as { data: readonly { id: string }[] }
  return { path: `${path}/${data[0]!.id}` }
}
