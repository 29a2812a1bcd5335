import type { Passage } from '../../src/contract/passage.ts'
import type { Host } from '../../src/contract/plugin.ts'
import type { createActs } from './acts.ts'

type Acts = ReturnType<typeof createActs>
type Row = Pick<Passage, 'methods' | 'path' | 'about' | 'run'> & Partial<Passage>

/** For the API document. */
const answer = {
  id: 'batch_1',
  object: 'batch',
  endpoint: '/v1/chat/completions',
  input_file_id: 'file-1',
  status: 'in_progress',
  request_counts: { total: 2, completed: 1, failed: 0 },
}
const params = {
  model: 'anthropic/claude-sonnet-4-5',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Hello' }],
}
const messageAnswer = {
  id: 'msgbatch_1',
  type: 'message_batch',
  processing_status: 'in_progress',
  request_counts: { processing: 1, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
}

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
    {
      methods: ['POST'],
      path,
      about: 'Starts a batch from a file',
      takes: 'json',
      example: {
        body: { input_file_id: 'file-1', endpoint: '/v1/chat/completions', completion_window: '24h' },
        fields: {
          input_file_id: 'A file with `purpose: batch`: a request in each line',
          endpoint: 'Where the requests go, the same for all of them',
          completion_window: '`24h`',
        },
        answer,
      },
      run: createFromFile,
    },
    {
      methods: ['GET'],
      path,
      about: 'The batches of the caller, and of those below it',
      run: list('openai'),
    },
    { methods: ['GET'], path: one, about: 'How a batch is doing', example: { answer }, run: ask('openai') },
    {
      methods: ['POST'],
      path: `${one}/cancel`,
      about: 'Stops a batch',
      example: { answer: { ...answer, status: 'cancelling' } },
      run: ask('openai', '/cancel'),
    },
  ]
}

function messageBatches({ createInline, list, ask, remove, results }: Acts): readonly Row[] {
  const [path, one] = ['/v1/messages/batches', '/v1/messages/batches/:id'] as const
  return [
    {
      methods: ['POST'],
      path,
      about: 'Starts a batch of messages',
      takes: 'json',
      example: {
        body: { requests: [{ custom_id: 'first', params }] },
        fields: { requests: 'Messages as `/v1/messages` takes them, each with a name of its own' },
        answer: messageAnswer,
      },
      run: createInline,
    },
    {
      methods: ['GET'],
      path,
      about: 'The batches of messages of the caller, and of those below it',
      run: list('anthropic'),
    },
    {
      methods: ['GET'],
      path: one,
      about: 'How a batch of messages is doing',
      example: { answer: messageAnswer },
      run: ask('anthropic'),
    },
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
