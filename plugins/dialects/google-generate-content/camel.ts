import { isObject } from '../../../src/contract/loose-json.ts'
import { wrong } from '../../../src/request/border.ts'
import type { JsonObject } from '../../../src/types.ts'

/** Members whose own members have names that somebody chose. */
const FREE = new Set([
  'args',
  'response',
  'labels',
  'properties',
  '$defs',
  'default',
  'example',
  'enum',
  'const',
])
/** JSON Schemas are in nobody's spelling. */
const SCHEMAS = new Set(['parametersJsonSchema', 'responseJsonSchema', '_responseJsonSchema'])
const SNAKE = /^_?[a-z]+(?:_[a-z0-9]+)+$/

/**
 * The body with all names as Google's documentation has them: its servers take `generation_config` for `generationConfig`,
 * and many examples write it so. The same object where they are so already.
 */
export const camelled = (body: JsonObject): JsonObject => visit(body, '') as JsonObject

function visit(value: unknown, at: string): unknown {
  if (Array.isArray(value)) {
    const made = value.map((each, i) => visit(each, `${at}[${i}]`))
    return made.some((each, i) => each !== value[i]) ? made : value
  }
  return isObject(value) ? inObject(value, at) : value
}

function inObject(object: JsonObject, at: string): JsonObject {
  let isSame = true
  const made = new Map<string, unknown>()
  for (const [field, value] of Object.entries(object)) {
    const name = SNAKE.test(field) ? toCamel(field) : field
    const place = at === '' ? field : `${at}.${field}`
    if (made.has(name)) wrong(place, `says again what "${name}" says: send one of them`)
    const inner = FREE.has(name)
      ? visitFree(name, value, place)
      : SCHEMAS.has(name)
        ? value
        : visit(value, place)
    isSame &&= name === field && inner === value
    made.set(name, inner)
  }
  return isSame ? object : Object.fromEntries(made)
}

/** Names of properties are somebody's, what is said of each is not. */
function visitFree(name: string, value: unknown, at: string): unknown {
  if (name !== 'properties' || !isObject(value)) return value
  const made = Object.entries(value).map(([field, each]) => [field, visit(each, `${at}.${field}`)] as const)
  return made.some(([field, each]) => each !== value[field]) ? Object.fromEntries(made) : value
}

const toCamel = (name: string): string =>
  name.replace(/(?<=[a-z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
