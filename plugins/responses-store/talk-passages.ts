import type { Example } from '../../src/contract/example.ts'
import { isObject } from '../../src/contract/loose-json.ts'
import type { Passage, PassageCall } from '../../src/contract/passage.ts'
import { refuse } from '../../src/errors.ts'
import { readBody } from '../../src/request/body.ts'
import type { Answer, JsonObject } from '../../src/types.ts'
import { json, metadataAt, noAfter, page, readPage } from './answers.ts'
import type { Conversation, Item } from './model.ts'
import { noConversation } from './state.ts'
import type { Talks } from './talks.ts'

/** Items that are added in one go. */
const MOST = 20

export interface TalkPassagesOptions {
  readonly talks: Talks
  /** Characters of what is added in one go. */
  readonly sizeLimit: number
}

/** Conversations: https://platform.openai.com/docs/api-reference/conversations */
export function createTalkPassages({ talks, sizeLimit }: TalkPassagesOptions): Passage[] {
  const find = async ({ params, x }: PassageCall): Promise<Conversation> => {
    const id = params.id ?? ''
    return (await talks.find(id, x)) ?? noConversation(id)
  }

  const itemOf = async ({ id }: Conversation, { params }: PassageCall): Promise<Item> => {
    const item = params.item ?? ''
    return (
      (await talks.item(id, item)) ?? refuse('not_found', `Item with id '${item.slice(0, 100)}' not found.`)
    )
  }

  function readItems(given: unknown): readonly Item[] {
    if (!Array.isArray(given) || given.length > MOST)
      return refuse('invalid_request', `"items" has to be an array of at most ${MOST} items`, {
        param: 'items',
      })
    const items = given.map((item: unknown, i) =>
      isObject(item) && (typeof item.type === 'string' || typeof item.role === 'string')
        ? item
        : refuse('invalid_request', `"items[${i}]" is no item: send an object with a "type"`, {
            param: `items[${i}]`,
          }),
    )
    if (JSON.stringify(items).length > sizeLimit)
      refuse('request_too_large', `Items of more than ${sizeLimit} characters are not kept`, {
        param: 'items',
      })
    return items
  }

  const route = (
    name: string,
    path: `/${string}`,
    about: string,
    example: Example,
    runs: Partial<Record<Passage['methods'][number], (call: PassageCall) => Promise<Answer>>>,
  ): Passage => ({
    name,
    path,
    about,
    example,
    tag: 'Responses',
    gives: ['application/json'],
    refusals: [400, 404],
    methods: Object.keys(runs) as Passage['methods'][number][],
    ...('POST' in runs && { takes: 'json' as const }),
    run: call => runs[askedBy(call.request)]!(call),
  })

  return [
    route('conversations', '/v1/conversations', 'A new conversation, kept by the gateway', examples.one, {
      async POST({ request, x, bodyLimit }) {
        const { items, ...body } = await bodyOf(request, bodyLimit)
        const rows = items == null ? [] : readItems(items)
        const made = await talks.create(x, metadataAt(body))
        if (rows.length > 0) await talks.add(made.id, rows)
        return json(shown(made))
      },
    }),
    route(
      'conversation',
      '/v1/conversations/:id',
      'A conversation; POST replaces its metadata',
      examples.changed,
      {
        GET: async call => json(shown(await find(call))),
        async POST(call) {
          const made = await find(call)
          const metadata = metadataAt((await readBody(call.request, call.bodyLimit)).json)
          await talks.update(made.id, metadata)
          return json(shown({ ...made, metadata }))
        },
        async DELETE(call) {
          const { id } = await find(call)
          await talks.remove(id)
          return json({ id, object: 'conversation.deleted', deleted: true })
        },
      },
    ),
    route(
      'conversation-items',
      '/v1/conversations/:id/items',
      'What was said; POST adds to it',
      examples.items,
      {
        async GET(call) {
          const { id } = await find(call)
          const asked = readPage(call.request)
          const found = (await talks.list(id, asked)) ?? noAfter(asked.after ?? '')
          return page(found.items, found.hasMore)
        },
        async POST(call) {
          const { id } = await find(call)
          const items = readItems((await readBody(call.request, call.bodyLimit)).json.items)
          return page(await talks.add(id, items), false)
        },
      },
    ),
    route(
      'conversation-item',
      '/v1/conversations/:id/items/:item',
      'One item; DELETE removes it',
      examples.item,
      {
        GET: async call => json(await itemOf(await find(call), call)),
        async DELETE(call) {
          const made = await find(call)
          await itemOf(made, call)
          await talks.removeItem(made.id, call.params.item ?? '')
          return json(shown(made))
        },
      },
    ),
  ]
}

const metadata = { topic: 'demo' }
const said = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }
const item = { id: 'msg_1', status: 'completed', ...said }
const one = { id: 'conv_1', object: 'conversation', created_at: 1_764_547_200, metadata }
const about = {
  metadata: 'Up to 16 words about it, by names',
  items: 'Messages, calls of functions and their outputs',
}

/** For the API document. */
const examples = {
  one: { body: { metadata, items: [said] }, fields: about, answer: one },
  changed: { body: { metadata }, fields: { metadata: about.metadata }, answer: one },
  items: {
    body: { items: [said] },
    fields: { items: about.items },
    answer: { object: 'list', data: [item], first_id: 'msg_1', last_id: 'msg_1', has_more: false },
  },
  item: { answer: item },
} satisfies Record<string, Example>

/** HEAD asks what GET does, and wants less. */
const askedBy = ({ method }: Request): Passage['methods'][number] =>
  method === 'HEAD' ? 'GET' : (method as Passage['methods'][number])

const shown = ({ id, at, metadata }: Conversation): JsonObject => ({
  id,
  object: 'conversation',
  created_at: Math.floor(at / 1000),
  metadata,
})

/** A conversation may be created with nothing at all. */
async function bodyOf(request: Request, limit: number): Promise<JsonObject> {
  if (request.body === null || request.headers.get('content-length') === '0') return {}
  return (await readBody(request, limit)).json
}
