import type { ProviderStatus } from '../../model-lists/model.ts'

/** What the runtime calls it → what people call it. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ConnectionRefused: 'connection refused',
  ECONNRESET: 'the connection was cut',
  ConnectionClosed: 'the connection was cut',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name of the host could not be looked up',
  FailedToOpenSocket: 'no connection to the host',
  EHOSTUNREACH: 'no way to the host',
  ENETUNREACH: 'no way to the host',
  ETIMEDOUT: 'no answer in time',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
}

const usedInstead: Readonly<Record<ProviderStatus['state'], string>> = {
  fresh: '',
  stale: '; the list before is used',
  configured: '; the configured models are used',
  unknown: '; every name is tried',
}

/** Why a provider's list is not what it should be, and what is used in its place. */
export function troubleOf({ state }: Pick<ProviderStatus, 'state'>, error: string): string {
  // These are sentences already.
  if (/^(?:not refreshed|the provider) /.test(error)) return error + usedInstead[state]
  const status = /^status (\d{3})$/.exec(error)?.[1]
  const reason =
    status === undefined
      ? (reasons[error] ?? error)
      : `${statuses[status] ?? 'it answered'} (status ${status})`
  return `its list could not be fetched: ${reason}${usedInstead[state]}`
}

const statuses: Readonly<Record<string, string>> = {
  '401': 'its key was refused',
  '403': 'its key may not do that',
  '404': 'there is no list at this address',
  '429': 'too many requests',
}
