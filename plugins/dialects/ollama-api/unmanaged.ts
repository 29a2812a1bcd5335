import * as v from 'valibot'
import { type Api, defineApi } from '../../../src/contract/api.ts'
import { refuse } from '../../../src/errors.ts'
import { toError } from './refusal.ts'

const WHY =
  'Models are not pulled, pushed, created, copied or deleted here: who operates this gateway says which there are, and ' +
  'GET /api/tags lists those you may use'

const addresses = [
  ['POST', '/api/pull'],
  ['POST', '/api/push'],
  ['POST', '/api/create'],
  ['POST', '/api/copy'],
  ['DELETE', '/api/delete'],
  ['POST', '/api/blobs/:digest'],
] as const

/** What Ollama's clients can ask for, and a gateway does not do. They are told so in words. */
export const unmanaged: readonly Api[] = addresses.map(([method, path]) =>
  defineApi({
    name: 'ollama-models',
    method,
    path,
    access: 'caller',
    hidden: true,
    tag: 'Models',
    summary: 'Not possible here',
    answer: { about: 'Never', schema: v.object({}) },
    refusal: toError,
    run: () => refuse('unsupported_operation', WHY),
  }),
)
