import { isObject, listOf } from '../../src/lens.ts'
import type { JsonObject } from '../../src/types.ts'

/** Fields in which some providers let a call name further models, which answer in the place of its own. */
const fields = ['models', 'fallbacks'] as const

/** Models that a body names beside its own. */
export function namedBeside(body: JsonObject): readonly string[] {
  const all = fields.flatMap(field => listOf(body[field]))
  return all.map(each => (isObject(each) ? each.model : each)).filter(name => typeof name === 'string')
}
