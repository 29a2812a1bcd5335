import { plainHash } from '../../src/base/runtime.ts'
import type { Dialect } from '../../src/contract/dialect.ts'
import { isObject } from '../../src/contract/loose-json.ts'
import type { Provider } from '../../src/contract/provider.ts'
import type { Routed } from '../../src/exchange.ts'
import { inText } from '../../src/request/aside.ts'
import type { Body } from '../../src/request/body.ts'
import { withoutSpace } from '../../src/request/json.ts'
import type { JsonObject, Target } from '../../src/types.ts'
import type { Sharing } from './model.ts'

type Caller = Pick<Routed, 'caller' | 'userPath'>

/**
 * Who gets the same answers. A key that is bound to no path could name anybody's, so it shares with nobody, wherever it
 * says that it stands.
 */
const scopes: Readonly<Record<Sharing, (x: Caller) => readonly string[]>> = {
  all: () => [],
  key: ({ caller }) => [caller.id],
  user_path: ({ caller, userPath }) =>
    caller.kind === 'key' && caller.path === undefined ? [userPath, caller.id] : [userPath],
}

/** Says that a call is the same as one before, and nothing about its answer. */
const MARK = 'idempotency-key'

/** All that an answer depends on but the target, as one short text; `asked` is the question. */
export function digestOf(
  x: Routed & { readonly body: Body },
  sharing: Sharing,
  asked: string = canonical(x.body),
): string {
  const { name, forwardedHeaders } = x.endpoint as Dialect
  const headers = forwardedHeaders
    .filter(header => header !== MARK)
    .map(header => x.request.headers.get(header))
  const facts = JSON.stringify([name, sharing, scopes[sharing](x), headers])
  return plainHash(`${facts}\n${asked}`).toBase64()
}

/** The same for a target: its name, and where its provider is now; undefined where that has gone. */
export function keyFor(
  { provider, model }: Target,
  providers: ReadonlyMap<string, Provider>,
  digest: string,
): string | undefined {
  const found = providers.get(provider)
  return found && JSON.stringify([provider, found.type, found.baseUrl ?? null, model, digest])
}

/**
 * The same for all bodies that mean the same to everybody: white space and the order of fields do not count. A text that
 * says more than what we read in it (a field twice, a number with more digits than numbers have) may mean something else
 * to a provider, and stands for itself.
 */
const canonical = (body: Said): string =>
  isAll(body)
    ? sorted(withoutModel(body.json))
    : `${body.aside === undefined ? '' : sorted(withoutModel(body.aside))}${body.text}`

/** What a body says, and what of it stands in the address. */
type Said = Pick<Body, 'text' | 'json' | 'aside'>

/** The same for what is left of a body without its question; undefined where we do not read all that the body says. */
export const restOf = (body: Said, rest: JsonObject): string | undefined =>
  isAll(body) ? sorted(withoutModel(rest)) : undefined

function isAll({ text, json, aside }: Said): boolean {
  const plain = JSON.stringify(inText(json, aside))
  return text === plain || withoutSpace(text) === plain
}

/** In whatever case it is spelled, it is replaced by the name of the target. */
const withoutModel = (json: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(json).filter(([field]) => field.toLowerCase() !== 'model'))

function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value) ?? 'null'
  const fields = Object.keys(value).sort()
  return `{${fields.map(field => `${JSON.stringify(field)}:${sorted(value[field])}`).join(',')}}`
}
