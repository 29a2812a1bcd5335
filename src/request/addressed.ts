import { type Dialect, pathsOf } from '../contract/dialect.ts'
import { refuse } from '../errors.ts'
import type { JsonObject } from '../types.ts'
import { type Body, readBody, rewritten } from './body.ts'

type Addressed = Pick<Dialect, 'path' | 'said'>

interface Parts {
  readonly name: string
  readonly fields: JsonObject
}

/** The model's name in an address, and what stands behind it; undefined where the dialect has no such address. */
export function partsOf(request: Request, dialect: Addressed): Parts | undefined {
  const { pathname } = new URL(request.url)
  const before = pathsOf(dialect)
    .map(path => path.slice(0, -'*'.length))
    .find(each => pathname.includes(each))
  if (before === undefined) return undefined
  const rest = decoded(pathname.slice(pathname.indexOf(before) + before.length))
  const found = Object.entries(dialect.said?.endings ?? {}).find(([ending]) => rest?.endsWith(ending))
  if (rest === undefined || found === undefined) return undefined
  const [ending, fields] = found
  const name = rest.slice(0, -ending.length)
  return name === '' ? undefined : { name, fields }
}

/** Undefined where it is not correctly percent-encoded. */
function decoded(rest: string): string | undefined {
  try {
    return decodeURIComponent(rest)
  } catch {
    return undefined
  }
}

/** A body of which a part stands in the address. */
export async function readAddressed(request: Request, dialect: Addressed, limit: number): Promise<Body> {
  const { pathname, searchParams } = new URL(request.url)
  const parts =
    partsOf(request, dialect) ??
    refuse('not_found', `There is nothing at ${pathname.slice(0, 200)}: /swagger lists every address`)
  const aside = dialect.said!.read(parts.name, parts.fields, searchParams)
  return beside(await readBody(request, limit), aside)
}

/**
 * What both the address and the body say, the address says: a body that could name one model to us and another one to
 * a provider goes on without the name.
 */
function beside(body: Body, aside: JsonObject): Body {
  // Some servers take even `ſtream` for `stream`: the two have the same capital letters.
  const isSaid = (field: string) => Object.hasOwn(aside, field.toUpperCase().toLowerCase())
  const twice = Object.keys(body.json).filter(isSaid)
  const json = { ...aside, ...body.json, ...aside }
  if (twice.length === 0) return { ...body, json, aside }
  const kept = Object.entries(json).filter(([field]) => !twice.includes(field) || Object.hasOwn(aside, field))
  const lost = twice.map(field => `${field.slice(0, 80)}: the address says it, and holds`)
  return rewritten({ ...body, json, aside, lost }, Object.fromEntries(kept) as JsonObject)
}
