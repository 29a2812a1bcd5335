import type { Tone } from '../../../views/badge.tsx'
import { shortHash } from '../../../views/short-hash.ts'
import type { ProviderStatus } from '../model.ts'

/** Names may hold anything; ids may not. */
export const cardId = (name: string): string => `provider-${shortHash(name)}`

/** The state of a list in a word, and how good that is. */
export interface State {
  readonly word: string
  readonly tone: Tone
}

/** @param hasList whether the provider can be asked for a list at all */
export function stateOf({ state, error }: ProviderStatus, hasList: boolean): State {
  if (state === 'fresh') return { word: 'fresh', tone: 'accent' }
  if (state === 'stale') return { word: 'stale', tone: 'amber' }
  if (state === 'configured') return { word: 'configured', tone: error === undefined ? 'plain' : 'amber' }
  if (error !== undefined) return { word: 'failed', tone: 'bad' }
  return { word: hasList ? 'being fetched' : 'no list', tone: 'outline' }
}

/** What is used meanwhile. */
export function consequenceOf({ state, error }: ProviderStatus): string {
  if (error === undefined) return ''
  if (state === 'stale') return 'The list before stays in use.'
  if (state === 'configured') return 'The models that are configured stand in.'
  return 'Any name is tried there until there is one.'
}

const statuses: Readonly<Record<number, string>> = {
  401: 'the provider refused the gateway’s credentials',
  403: 'the provider does not allow these credentials to read its list',
  404: 'there is no list at this address: check the base URL',
  429: 'the provider is limiting the rate of the gateway',
}

const codes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens at this address',
  ConnectionRefused: 'nobody listens at this address',
  ENOTFOUND: 'there is no such host',
  ECONNRESET: 'the provider closed the connection',
  ETIMEDOUT: 'the address does not answer',
}

/** Why a list could not be had, in words; what it was called stands behind them. */
export function reasonOf(error: string): string {
  const status = Number(/^status (\d{3})$/.exec(error)?.[1])
  const words = codes[error] ?? statuses[status] ?? (status >= 500 ? 'the provider failed' : undefined)
  return words === undefined ? error : `${words} (${error})`
}
