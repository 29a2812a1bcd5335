import type { JsonObject } from '../types.ts'
import { type Body, changesOf, rewritten, splice } from './body.ts'

/** The body with other fields, in the client's own bytes where they stay; one that is gone cannot be cut out of them. */
export function amended(body: Body, json: JsonObject): Body {
  if (json === body.json) return body
  const { members, ...rest } = body
  const isGone = Object.keys(body.json).some(field => json[field] === undefined)
  if (isGone || body.form !== undefined) return { ...rewritten(body, json), isOurs: true }
  const changes = changesOf(body.json, json)
  const added = changes.filter(({ field }) => !(field in body.json)).map(({ field, value }) => [field, value])
  return {
    ...rest,
    text: splice(body.text, changes, members),
    // In the order of the text, where they stand in front.
    json: { ...Object.fromEntries(added), ...body.json, ...json },
    isOurs: true,
  }
}
