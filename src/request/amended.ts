import type { JsonObject } from '../types.ts'
import { type Body, changesOf, rewritten, splice } from './body.ts'

/** The same, in the client's own bytes but for the fields that are others now: one that is gone cannot be cut out of them. */
export function amended(body: Body, json: JsonObject): Body {
  if (json === body.json) return body
  const { members, ...rest } = body
  const isGone = Object.keys(body.json).some(field => json[field] === undefined)
  if (isGone || body.form !== undefined) return { ...rewritten(body, json), isOurs: true }
  return { ...rest, json, text: splice(body.text, changesOf(body.json, json), members), isOurs: true }
}
