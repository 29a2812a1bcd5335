import type { JsonObject } from '../types.ts'
import { inText } from './aside.ts'
import { type Body, changesOf, rewritten, splice } from './body.ts'
import { topLevel } from './json.ts'

/**
 * The body with other fields, in the client's own bytes where they stay. One that is gone cannot be cut out of them, nor
 * one that stands twice: some readers take the first and some the last, which is the one that was read here.
 */
export function amended(body: Body, json: JsonObject): Body {
  if (json === body.json) return body
  const { members, ...rest } = body
  const isGone = Object.keys(body.json).some(field => json[field] === undefined)
  if (isGone || body.form !== undefined || isDouble(body)) return { ...rewritten(body, json), isOurs: true }
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

const isDouble = ({ text, json, aside, members = topLevel(text) }: Body): boolean =>
  members.length > Object.keys(inText(json, aside)).length
