import { type Code, Refusal } from './errors.ts'
import type { JsonObject } from './types.ts'

/**
 * What a provider's status means to our caller. `pass`: the caller's own mistake, so the provider's words go through.
 * Everything else is between the gateway and the provider: its words may hold account data and stay here.
 */
const statuses: Readonly<
  Record<number, { readonly code: Code; readonly pass?: true; readonly says: string }>
> = {
  400: { code: 'invalid_request', pass: true, says: 'rejected the request' },
  401: { code: 'upstream_rejected', says: "rejected the gateway's credentials" },
  402: { code: 'upstream_rejected', says: 'asks the operator of the gateway to pay' },
  403: { code: 'upstream_rejected', says: 'does not allow the gateway this call' },
  404: { code: 'model_not_found', pass: true, says: 'does not know this model' },
  408: { code: 'upstream_timeout', says: 'gave up on the request' },
  409: { code: 'conflict', pass: true, says: 'reports a conflict' },
  413: { code: 'request_too_large', pass: true, says: 'finds the request too large' },
  415: { code: 'invalid_request', pass: true, says: 'rejected the request' },
  422: { code: 'invalid_request', pass: true, says: 'rejected the request' },
  429: { code: 'rate_limit_exceeded', says: 'is limiting the rate of the gateway' },
  504: { code: 'upstream_timeout', says: 'timed out' },
}

/** A provider's failed answer as a refusal of ours. */
export function toFailure(provider: string, response: Response, json: JsonObject | undefined): Refusal {
  const { status } = response
  const known = statuses[status]
  const redirected = status >= 300 && status < 400
  const says = redirected
    ? `answered with a redirect (${status}), which is not followed`
    : `${known?.says ?? 'failed'} (status ${status})`
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new Refusal(
    known?.code ?? (redirected ? 'upstream_invalid' : 'upstream_error'),
    `Provider "${provider}" ${says}`,
    {
      ...(known?.pass && { status }),
      ...(known?.pass && json?.error !== undefined && { body: json }),
      ...(retryAfter >= 0 && retryAfter <= 3600 && { retryAfter }),
    },
  )
}

/** A caller's mistake is a mistake everywhere, and so is a bug of ours; a provider's trouble is not. */
export const isNextWorthwhile = ({ code, status }: Refusal): boolean =>
  code !== 'internal_error' && (status === 429 || status >= 500 || code === 'model_not_found')
