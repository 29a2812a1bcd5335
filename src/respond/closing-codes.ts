/** Why a WebSocket is closed (RFC 6455 7.4): a code and a word for people, of 123 bytes at most. */
export type ClosingCode = readonly [code: number, reason: string]

export const GOING: ClosingCode = [1001, '']
export const STOPPED: ClosingCode = [1001, 'The gateway is stopping']
export const TOO_SLOW: ClosingCode = [1008, 'Too much waits to be read: read faster']
export const TOO_LONG: ClosingCode = [1009, 'A message is too long']
export const BROKEN: ClosingCode = [1011, 'The conversation broke off']

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
