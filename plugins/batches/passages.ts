import type { Passage } from '../../src/contract/passage.ts'
import type { Host } from '../../src/contract/plugin.ts'
import type { createActs } from './acts.ts'

type Acts = ReturnType<typeof createActs>
type Row = Pick<Passage, 'methods' | 'path' | 'about' | 'run'> & Partial<Passage>

/** `/v1/batches`, in OpenAI's language, and `/v1/messages/batches`, in Anthropic's. */
export function createPassages({ dialect }: Pick<Host, 'dialect'>, acts: Acts): readonly Passage[] {
  const openai = { name: 'batches', tag: 'Batches' } as const
  const anthropic = {
    name: 'message-batches',
    idHeader: 'request-id',
    tag: 'Batches',
    refusal: (refusal, request, id) => dialect('anthropic-messages')?.refusal?.(refusal, request, id),
  } as const satisfies Partial<Passage>
  return [
    ...batches(acts).map(row => ({ ...openai, ...row })),
    ...messageBatches(acts).map(row => ({ ...anthropic, ...row })),
  ]
}

function batches({ createFromFile, list, ask }: Acts): readonly Row[] {
  const [path, one] = ['/v1/batches', '/v1/batches/:id'] as const
  return [
    { methods: ['POST'], path, about: 'Starts a batch from a file', takes: 'json', run: createFromFile },
    {
      methods: ['GET'],
      path,
      about: 'The batches of the caller, and of those below it',
      run: list('openai'),
    },
    { methods: ['GET'], path: one, about: 'How a batch is doing', run: ask('openai') },
    { methods: ['POST'], path: `${one}/cancel`, about: 'Stops a batch', run: ask('openai', '/cancel') },
  ]
}

function messageBatches({ createInline, list, ask, remove, results }: Acts): readonly Row[] {
  const [path, one] = ['/v1/messages/batches', '/v1/messages/batches/:id'] as const
  return [
    { methods: ['POST'], path, about: 'Starts a batch of messages', takes: 'json', run: createInline },
    {
      methods: ['GET'],
      path,
      about: 'The batches of messages of the caller, and of those below it',
      run: list('anthropic'),
    },
    { methods: ['GET'], path: one, about: 'How a batch of messages is doing', run: ask('anthropic') },
    { methods: ['DELETE'], path: one, about: 'Deletes a batch of messages', run: remove },
    {
      methods: ['POST'],
      path: `${one}/cancel`,
      about: 'Stops a batch of messages',
      run: ask('anthropic', '/cancel'),
    },
    {
      methods: ['GET'],
      path: `${one}/results`,
      about: 'The results of a batch of messages, a line each',
      run: results,
    },
  ]
}
