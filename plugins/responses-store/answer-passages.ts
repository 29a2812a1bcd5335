import type { Dialect } from '../../src/contract/dialect.ts'
import { isObject, listOf } from '../../src/contract/loose-json.ts'
import type { Aim, Passage, PassageCall } from '../../src/contract/passage.ts'
import { refuse } from '../../src/errors.ts'
import type { Answer } from '../../src/types.ts'
import type { ResponsesLanguage } from '../dialects/openai-responses/index.ts'
import { cut, events, json, readPage } from './answers.ts'
import type { Kept } from './model.ts'
import { listedInput } from './numbers.ts'
import type { Shelf } from './shelf.ts'

const TAG = 'Responses'

export interface AnswerPassagesOptions {
  readonly shelf: Shelf
  readonly language: ResponsesLanguage
}

/** Answers by their id: those that are kept here, and, through us, those that their providers keep. */
export function createAnswerPassages({ shelf, language }: AnswerPassagesOptions): Passage[] {
  const { dialect } = language

  async function find({ params, x }: PassageCall): Promise<Kept> {
    const id = params.id ?? ''
    return (await shelf.find(id, x)) ?? noAnswer(id)
  }

  /** What an answer cost is in its record; one that was made in the background has none until somebody fetches it. */
  const readerOf = (row: Kept): Dialect => {
    let isDone = row.isCounted
    return {
      ...dialect,
      usage(part, earlier) {
        const usage = isDone ? undefined : dialect.usage(part, earlier)
        if (usage === undefined) return undefined
        isDone = true
        if (!shelf.claim(row)) return undefined
        // Its items can be referred to from now on.
        shelf.index(row, isObject(part.response) ? part.response : part)
        return usage
      },
    }
  }

  const aimAt = (
    { id, provider, model, via }: Kept,
    request: Request,
    more: { path?: string; lens: Aim['lens'] },
  ): Aim => ({
    provider: provider!,
    model,
    // It was made through these names: who may use them may have what came of it.
    ...(via !== null && via.length > 0 && { via, asked: via[0]!.source }),
    path: `/responses/${encodeURIComponent(id)}${more.path ?? ''}`,
    query: new URL(request.url).search,
    ...(more.lens && { lens: more.lens }),
  })

  const passage = (
    name: string,
    path: `/${string}`,
    facts: Pick<Passage, 'methods' | 'about' | 'run' | 'gives' | 'refusals'>,
  ): Passage => ({ name, path, tag: TAG, gives: ['application/json'], ...facts })

  return [
    passage('responses-socket', '/v1/responses', {
      methods: ['GET'],
      about: 'Answers are streamed over HTTP: a request for a WebSocket is refused at once',
      gives: [],
      refusals: [405, 426],
      run({ request }) {
        if (request.headers.get('upgrade')?.toLowerCase() === 'websocket')
          return refuse(
            'method_not_allowed',
            'There are no WebSockets here: send a POST with "stream": true',
            {
              status: 426,
            },
          )
        return refuse('method_not_allowed', '/v1/responses does not take GET: use POST')
      },
    }),
    passage('response', '/v1/responses/:id', {
      methods: ['GET', 'DELETE'],
      about: 'An answer that was kept, whole or as the events that it came in; DELETE forgets it',
      gives: ['application/json', 'text/event-stream'],
      async run(call) {
        const { request, forward } = call
        const row = await find(call)
        if (request.method === 'DELETE') return remove(row, call)
        if (row.provider !== null) return forward(aimAt(row, request, { lens: readerOf(row) }))
        const body = row.body ?? tooLarge(row.id)
        const query = new URL(request.url).searchParams
        if (query.get('stream') !== 'true') return json(body)
        // Events are made anew from the answer, in other pieces and under other numbers than those that were seen.
        if (query.has('starting_after'))
          refuse(
            'invalid_request',
            'The events of this answer were not kept one by one: ask for all of them, without "starting_after"',
            { param: 'starting_after' },
          )
        return events(language.replay(body))
      },
    }),
    passage('response-cancel', '/v1/responses/:id/cancel', {
      methods: ['POST'],
      about: 'Stops an answer that is made in the background',
      async run(call) {
        const row = await find(call)
        if (row.provider === null)
          return refuse('invalid_request', 'Only an answer that is made in the background can be cancelled')
        return call.forward(aimAt(row, call.request, { path: '/cancel', lens: readerOf(row) }))
      },
    }),
    passage('response-input-items', '/v1/responses/:id/input_items', {
      methods: ['GET'],
      about: 'What was said before an answer, item by item',
      async run(call) {
        const row = await find(call)
        if (row.provider !== null)
          return call.forward(aimAt(row, call.request, { path: '/input_items', lens: undefined }))
        const asked = readPage(call.request)
        if (row.input === null) tooLarge(row.id)
        const before = (await shelf.chainOf(row)) ?? [row]
        return cut(
          before.flatMap(each => [
            ...listedInput(each, language),
            ...(each === row ? [] : listOf(each.body?.output).filter(isObject)),
          ]),
          asked,
        )
      },
    }),
  ]

  async function remove(row: Kept, { request, forward }: PassageCall): Promise<Answer> {
    const { id, provider } = row
    const answer =
      provider === null
        ? json({ id, object: 'response', deleted: true })
        : await forward(aimAt(row, request, { lens: undefined }))
    await shelf.remove(row)
    return answer
  }
}

const noAnswer = (id: string): never =>
  refuse('not_found', `Response with id '${id.slice(0, 100)}' not found.`, { param: 'id' })

const tooLarge = (id: string): never =>
  refuse(
    'not_found',
    `Response '${id}' was too large to be kept: ask the operator to raise RESPONSES_SIZE_LIMIT`,
    {
      param: 'id',
    },
  )
