import { Refusal } from '../../src/errors.ts'
import type { Aim, Passage, PassageCall } from '../../src/passage.ts'
import { definePlugin } from '../../src/plugin.ts'
import type { Answer, JsonObject } from '../../src/types.ts'
import type { FileDesk, Language, Made, NamedModel, Thing } from '../files/model.ts'
import { billOf } from './bill.ts'
import { creating } from './create.ts'
import { createRefresh, places } from './fresh.ts'
import { createMessageBills } from './message-bills.ts'
import type { BatchBill, Batches } from './model.ts'
import { forClient, shown } from './shapes.ts'

export default definePlugin({
  name: 'batches',
  about: 'Runs batches at providers, and keeps them apart by owner, at /v1/batches and /v1/messages/batches.',
  needs: ['files'],
  setup(host) {
    const { log, dialect, use } = host
    const desk = use<FileDesk>('files')
    const { book, objectIn } = desk
    const listeners: ((bill: BatchBill) => void)[] = []
    const tell = (bill: BatchBill) => {
      for (const listen of listeners) listen(bill)
    }
    const billMessages = createMessageBills({ host, desk, tell })

    /** A batch as its provider tells it; what it has written is its owner's too. */
    async function learn(thing: Thing, told: JsonObject): Promise<void> {
      const bill = billOf(thing, told, desk.aimAt)
      // Before it is written down that the batch is over: told twice is harmless, never is not.
      if (bill !== undefined) tell(bill)
      await book.update(thing, told)
      // Nobody waits for it: results may be long.
      void billMessages({ ...thing, object: told })
      for (const [field, purpose] of outputs) {
        const id = told[field]
        if (typeof id !== 'string' || thing.language !== 'openai') continue
        const object = {
          id,
          object: 'file',
          purpose,
          filename: `${thing.id}_${purpose}.jsonl`,
          created_at: told.created_at,
        }
        await book.add({ ...thing, kind: 'file', id, object })
      }
    }

    async function begin(call: PassageCall, language: Language, models: readonly NamedModel[], aim: Aim) {
      const answer = await call.forward(aim)
      const object = objectIn(answer)
      if (typeof object?.id !== 'string') {
        log.warn('A provider took a batch without telling its id', { provider: aim.provider })
        return answer
      }
      const { provider } = aim
      const thing: Thing = {
        kind: 'batch',
        language,
        provider,
        id: object.id,
        owner: call.x.userPath,
        models,
        object,
        made: madeBy(call),
      }
      await book.add(thing)
      await learn({ ...thing, object: {} }, object)
      return forClient(answer, thing, objectIn)
    }

    const { createFromFile, createInline } = creating(desk, begin)

    const forwardFor = ({ forward }: PassageCall, thing: Thing, tail = '') =>
      forward({
        ...desk.aimAt(thing),
        path: `${places[thing.language].path}/${encodeURIComponent(thing.id)}${tail}`,
      })

    const ask =
      (language: Language, tail = '') =>
      async (call: PassageCall): Promise<Answer> => {
        const thing = await desk.find(call, { kind: 'batch', language })
        const answer = await forwardFor(call, thing, tail)
        const object = objectIn(answer)
        if (object?.id === thing.id) await learn(thing, object)
        return forClient(answer, thing, objectIn)
      }

    /** Whether all models of a batch are open to the caller, as they were when it began. */
    async function isOpen({ x }: PassageCall, { provider, models }: Thing): Promise<boolean> {
      const gate = desk.gate(x, provider)
      try {
        for (const { asked, where } of models ?? []) await gate.take(asked, where)
        return true
      } catch (error) {
        if (error instanceof Refusal) return false
        throw error
      }
    }

    async function remove(call: PassageCall): Promise<Answer> {
      const thing = await desk.find(call, { kind: 'batch', language: 'anthropic' })
      // Its results go with it, and only what is over can be deleted. Who may not, causes no call.
      if (await isOpen(call, thing)) await billMessages(thing, true)
      try {
        const answer = await forwardFor(call, thing)
        await book.remove(thing)
        return answer
      } catch (error) {
        if (error instanceof Refusal && error.status === 404) await book.remove(thing)
        throw error
      }
    }

    async function results(call: PassageCall): Promise<Answer> {
      const thing = await desk.find(call, { kind: 'batch', language: 'anthropic' })
      const answer = await forwardFor(call, thing, '/results')
      // Only what is over has results, whether or not somebody has asked before how it is doing.
      void billMessages(thing, true)
      return answer
    }

    const lists = (language: Language) => {
      const refresh = createRefresh(host, language, learn)
      return async (call: PassageCall) =>
        desk.list(call, { kind: 'batch', language }, async things =>
          (await refresh(things)).map(thing => ({ ...thing, object: shown(thing) })),
        )
    }

    const openai = { name: 'batches', tag: 'Batches' } as const
    const anthropic = {
      name: 'message-batches',
      idHeader: 'request-id',
      tag: 'Batches',
      refusal: (refusal, request, id) => dialect('anthropic-messages')?.refusal?.(refusal, request, id),
    } as const satisfies Partial<Passage>
    const [batches, messages] = ['/v1/batches', '/v1/messages/batches'] as const
    const passages: readonly Passage[] = [
      {
        ...openai,
        methods: ['POST'],
        path: batches,
        about: 'Starts a batch from a file',
        takes: 'json',
        run: createFromFile,
      },
      {
        ...openai,
        methods: ['GET'],
        path: batches,
        about: 'The batches of the caller, and of those below it',
        run: lists('openai'),
      },
      {
        ...openai,
        methods: ['GET'],
        path: `${batches}/:id`,
        about: 'How a batch is doing',
        run: ask('openai'),
      },
      {
        ...openai,
        methods: ['POST'],
        path: `${batches}/:id/cancel`,
        about: 'Stops a batch',
        run: ask('openai', '/cancel'),
      },
      {
        ...anthropic,
        methods: ['POST'],
        path: messages,
        about: 'Starts a batch of messages',
        takes: 'json',
        run: createInline,
      },
      {
        ...anthropic,
        methods: ['GET'],
        path: messages,
        about: 'The batches of messages of the caller, and of those below it',
        run: lists('anthropic'),
      },
      {
        ...anthropic,
        methods: ['GET'],
        path: `${messages}/:id`,
        about: 'How a batch of messages is doing',
        run: ask('anthropic'),
      },
      {
        ...anthropic,
        methods: ['DELETE'],
        path: `${messages}/:id`,
        about: 'Deletes a batch of messages',
        run: remove,
      },
      {
        ...anthropic,
        methods: ['POST'],
        path: `${messages}/:id/cancel`,
        about: 'Stops a batch of messages',
        run: ask('anthropic', '/cancel'),
      },
      {
        ...anthropic,
        methods: ['GET'],
        path: `${messages}/:id/results`,
        about: 'The results of a batch of messages, a line each',
        run: results,
      },
    ]
    return { passages, exports: { onBill: listen => void listeners.push(listen) } satisfies Batches }
  },
})

const madeBy = ({ x: { id, caller } }: PassageCall): Made => ({
  call: id,
  keyId: caller.id,
  ...(Object.keys(caller.labels).length > 0 && { labels: caller.labels }),
})

/** Fields that name files a batch has written, and what for. */
const outputs = [
  ['output_file_id', 'batch_output'],
  ['error_file_id', 'batch_error'],
] as const
