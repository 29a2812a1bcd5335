import { isObject } from '../contract/loose-json.ts'

/** Calls of tools and their results as texts, for a model that cannot have them as what they were. */

/** A call, between tags that keep it apart from what is said. */
export const callInWords = (name: string, input: unknown): string =>
  `<tool_call name=${JSON.stringify(name)}>${JSON.stringify(input ?? {})}</tool_call>`

/** What a tool gave back: words as they are, anything else as JSON, without what nobody but its vendor can read. */
export const resultInWords = (name: string, output: unknown): string => {
  const words = typeof output === 'string' ? output : JSON.stringify(output ?? null, legible)
  return `<tool_result name=${JSON.stringify(name)}>\n${words}\n</tool_result>`
}

/** Vendors seal what only they shall read, and a file is no text. */
const SEALED = /^(?:encrypted_\w+|signature|cache_control)$/

function legible(key: string, value: unknown): unknown {
  if (SEALED.test(key) || value === null) return undefined
  return isObject(value) && value.type === 'base64' && typeof value.data === 'string'
    ? { ...value, data: undefined }
    : value
}
