import { LRUCache } from 'lru-cache'
import { plainHash } from '../../src/base/runtime.ts'
import type { Host } from '../../src/contract/plugin.ts'
import { refuse } from '../../src/errors.ts'
import type { Admin, Awaitable, Caller } from '../../src/types.ts'
import type { Authority } from './authority.ts'
import { type Claims, claimAt, idOf, listAt, nameOf, operatesBy } from './claims.ts'
import type { IssuerSettings } from './settings.ts'
import { parseTemplate } from './template.ts'
import { issuerIn, verify } from './verify.ts'

/** Whom a token makes its bearer. */
interface Bearer {
  readonly caller: () => Caller
  readonly admin: Admin | undefined
  /** Milliseconds since 1970. */
  readonly until: number
}

export interface Bearers {
  /** At once, where the token was seen before. Refuses a token that is not accepted. */
  of(token: string): Awaitable<Bearer>
  /** Nothing that was verified so far counts any more. */
  forget(): void
}

export interface Issuer {
  readonly settings: IssuerSettings
  readonly authority: Authority
}

/** So many tokens in use are remembered, by their hashes. */
const MAX_KEPT = 10_000
/** So many characters they may have together: what is remembered of a token takes several times its length. */
const MAX_KEPT_LENGTH = 10_000_000

export function createBearers(issuers: readonly Issuer[], host: Pick<Host, 'now' | 'log'>): Bearers {
  const byName = new Map(issuers.map(issuer => [issuer.settings.issuer, issuer]))
  const createMemory = () => new LRUCache<string, Bearer>({ max: MAX_KEPT, maxSize: MAX_KEPT_LENGTH })
  let kept = createMemory()

  async function judge(token: string, hash: string): Promise<Bearer> {
    // What is verified while others forget goes where nobody looks any more.
    const memory = kept
    const name = issuerIn(token)
    const issuer = byName.get(name ?? '') ?? refuse('invalid_api_key', unknownIssuer(name))
    const { settings, authority } = issuer
    const claims = await verify(token, { ...settings, keyOf: authority.keyOf }, host)
    const bearer = toBearer(claims, settings)
    memory.set(hash, bearer, { size: token.length })
    return bearer
  }

  return {
    of(token) {
      const hash = plainHash(token).toHex()
      const bearer = kept.get(hash)
      return bearer !== undefined && bearer.until > host.now() ? bearer : judge(token, hash)
    },
    forget() {
      kept = createMemory()
    },
  }
}

const unknownIssuer = (name: string | undefined): string =>
  name === undefined
    ? 'The token is not accepted: it does not say who issued it ("iss")'
    : `The token is not accepted: the gateway knows no issuer "${name.slice(0, 200)}"`

function toBearer(claims: Claims & { readonly exp: number }, settings: IssuerSettings): Bearer {
  const name = nameOf(claims, settings.issuer)
  const operates = operatesBy(claims, settings)
  let caller: Caller | undefined
  return {
    caller: () => (caller ??= toCaller(claims, name, settings)),
    admin: operates && { via: 'token', name, mayWrite: operates === 'write' },
    until: claims.exp * 1000 + settings.clockTolerance,
  }
}

function toCaller(claims: Claims, name: string, settings: IssuerSettings): Caller {
  const models = modelsOf(claims, settings.allowedModelsClaim)
  return {
    kind: 'token',
    id: idOf(claims, settings.issuer),
    name,
    path: pathOf(claims, settings.userPath),
    subPaths: false,
    labels: labelsOf(claims, settings.labels),
    ...(models !== undefined && { models }),
  }
}

function pathOf(claims: Claims, template: string) {
  try {
    return parseTemplate(template).fill(claims)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return refuse('forbidden', `The token gives its bearer no user path: ${error.message}`)
  }
}

const MAX_MODELS = 1000

function modelsOf(claims: Claims, name: string | undefined): ReadonlySet<string> | undefined {
  if (name === undefined) return undefined
  const models = listAt(claims, name)
  if (models === undefined || models.length > MAX_MODELS)
    return refuse(
      'forbidden',
      `The token does not say which models its bearer may use: "${name}" has to be a list of at most ${MAX_MODELS} names`,
    )
  return new Set(models)
}

const MAX_LABEL = 200

/** A label is for reports: a claim that is missing, or is no text, leaves it out. */
function labelsOf(claims: Claims, names: Readonly<Record<string, string>>): Caller['labels'] {
  const found = Object.entries(names).flatMap(([label, name]) => {
    const value = claimAt(claims, name)
    return typeof value === 'string' || typeof value === 'number'
      ? [[label, String(value).slice(0, MAX_LABEL)] as const]
      : []
  })
  return Object.fromEntries(found)
}
