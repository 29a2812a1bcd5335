import { isObject, listOf, objectOf } from '../contract/loose-json.ts'

/** What a provider says about a failure, whatever shape it has for that. */
export interface Words {
  readonly message: string | undefined
  /** Its own code, where that is a word: `context_length_exceeded`. */
  readonly code: string | undefined
  /** The field that it complains about. */
  readonly param: string | undefined
  /** Seconds. */
  readonly retryAfter: number | undefined
}

/**
 * Reads the shapes that are common: `{error: {message, code, param}}`, `{message, code, param}`, `{error: "…"}`,
 * `{detail: "…"}`, FastAPI's `{detail: [{loc, msg}]}`, and Google's list of one with `details` (google.rpc.RetryInfo).
 */
export function wordsOf(body: unknown): Words {
  const outer = objectOf(Array.isArray(body) ? body[0] : body)
  const inner = isObject(outer.error) ? outer.error : outer
  const told = [inner.message, outer.error, outer.detail, missing(outer.detail)]
  return {
    message: told.find((word): word is string => typeof word === 'string' && word !== ''),
    code: typeof inner.code === 'string' && WORD.test(inner.code) ? inner.code : undefined,
    param: typeof inner.param === 'string' && inner.param !== '' ? inner.param.slice(0, 200) : undefined,
    retryAfter: delayIn(listOf(inner.details)),
  }
}

const WORD = /^[a-z][a-z_]{2,79}$/

function missing(detail: unknown): string | undefined {
  const lines = listOf(detail)
    .filter(isObject)
    .map(({ loc, msg }) => `${listOf(loc).join('.')}: ${String(msg)}`)
  return lines.length === 0 ? undefined : lines.slice(0, 10).join('; ')
}

function delayIn(details: readonly unknown[]): number | undefined {
  for (const detail of details.filter(isObject)) {
    const seconds = /^(\d{1,6}(?:\.\d{1,9})?)s$/.exec(String(detail.retryDelay))?.[1]
    if (seconds !== undefined) return Number(seconds)
  }
  return undefined
}
