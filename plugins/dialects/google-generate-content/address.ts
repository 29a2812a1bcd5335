import type { Said } from '../../../src/contract/dialect.ts'
import { refuse } from '../../../src/errors.ts'
import type { JsonObject } from '../../../src/types.ts'
import { KEY_IN_ADDRESS } from '../../families/gemini-errors.ts'

/** Where Google's clients find models, in the version of its API that most of them speak. */
export const PATH = '/v1beta/models/*'
/**
 * Its newest clients speak the first one, some who try out what is new the second; the AI SDK leaves `models` out before a
 * name with a slash.
 */
const OTHERS = ['/v1/models/*', '/v1alpha/models/*', '/v1beta/*'] as const

/** Addresses that end so, and the fields of a body that the ends stand for. */
export const saidBy = (endings: Readonly<Record<string, JsonObject>>): Said => ({
  also: OTHERS,
  endings,
  read(name, fields, query) {
    if (query.has('key')) refuse('invalid_request', KEY_IN_ADDRESS, { param: 'key' })
    if (fields.stream === true && query.get('alt') !== 'sse')
      refuse('invalid_request', NO_ARRAY, { param: 'alt' })
    // So lists spell names.
    return { model: name.replace(/^models\//, ''), ...fields }
  },
})

const NO_ARRAY =
  'Streams are sent as server-sent events only: add "?alt=sse" to the address, as Google\'s own clients do'
