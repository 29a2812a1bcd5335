import { isObject, listOf, objectOf } from '../../src/contract/loose-json.ts'
import type { JsonObject } from '../../src/types.ts'

/** Fields in which some providers let a call name further models, which answer in the place of its own. */
const fields = ['models', 'fallbacks'] as const

/** Models that a body names beside its own. */
export function namedBeside(body: JsonObject): readonly string[] {
  // Some servers take what stands in there as if it stood beside it, and before that.
  const extra = objectOf(body.extra_body)
  const all = fields.flatMap(field => [...listOf(body[field]), ...listOf(extra[field])])
  return [...all, extra.model]
    .map(each => (isObject(each) ? each.model : each))
    .filter(name => typeof name === 'string')
}
