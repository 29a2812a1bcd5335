import type { CallerPageRequest } from '../../../../src/contract/page.ts'
import { mostOf, type OwnCalls } from '../../../../src/scope/own-calls.ts'
import type { Clock } from '../../report/period.ts'
import type { Asked } from '../address.ts'
import { type Preset, readSpan, type Span, spanAddress } from '../span.ts'

/** The times that callers are offered. */
export const TIMES: readonly Preset[] = ['today', '24h', '7d', '30d', 'month']

/** Characters. A longer name of a model is none. */
const LONGEST = 300

/** What the address of a caller's page asks for. */
interface OwnAsked {
  readonly span: Span
  /** The model, as it was called: an empty text for calls that reached none, undefined for all. */
  readonly called: string | undefined
  /** All of this, as it stands in the address. */
  readonly asked: Asked
}

export function readOwn({ url }: CallerPageRequest, clock: Clock): OwnAsked {
  const params = url.searchParams
  const span = readSpan(params, clock)
  const name = (params.get('called') ?? '').trim().slice(0, LONGEST)
  const isNone = name === '' && params.get('without') === 'called'
  return {
    span,
    called: name !== '' || isNone ? name : undefined,
    asked: { ...spanAddress(span, params), called: name, without: isNone ? 'called' : '' },
  }
}

/** The calls of this one key, without copies of them, of which their caller knows nothing. */
export const ofKey = ({ x }: CallerPageRequest) => ({ holder: x.caller.id, mirrored: false }) as const

/** All that `GET /v1/usage` tells this caller of: those of its user path, where its key is bound to one. */
export const ofPath = ({ x }: CallerPageRequest): OwnCalls & { readonly mirrored: false } => ({
  ...mostOf(x.caller),
  mirrored: false,
})
