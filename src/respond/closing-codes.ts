import type { Refusal } from '../errors.ts'

/** Why a WebSocket is closed (RFC 6455 7.4): a code and a word for people, of 123 bytes at most. */
export type ClosingCode = readonly [code: number, reason: string]

export const GOING: ClosingCode = [1001, '']
export const STOPPED: ClosingCode = [1001, 'The gateway is stopping']
export const TOO_SLOW: ClosingCode = [1008, 'Too much waits to be read: read faster']
export const TOO_LONG: ClosingCode = [1009, 'A message is too long']
export const BROKEN: ClosingCode = [1011, 'The conversation broke off']

/** Registered at IANA: unauthorized, forbidden, try again later, policy violation. */
const byStatus: Readonly<Record<number, number>> = { 401: 3000, 403: 3003, 404: 3003, 429: 1013 }
const NOT_ALLOWED = 1008

/** What a conversation ends with that may not go on; the event before it says the same at length. */
export function closingFor({ status, heals, word, code }: Refusal): ClosingCode {
  if (status >= 500) return BROKEN
  const isWaitingVain = status === 429 && !heals
  return [(isWaitingVain ? undefined : byStatus[status]) ?? NOT_ALLOWED, word ?? code]
}

/** An end that was meant: also the one of who leaves, or gives no reason. */
export const isGood = (code: number): boolean => code === 1000 || code === 1001 || code === 1005

/** What the other side is told: the same code, where it is one that may be sent. */
export function closingOf(code: number, reason: string): ClosingCode {
  if (code === 1005) return [1000, '']
  const isSendable = (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1006) || isOwn(code)
  return isSendable ? [code, reason] : BROKEN
}

/** Those of libraries and programs. */
const isOwn = (code: number): boolean => code >= 3000 && code <= 4999
