import type { CallEvent } from './tuples.ts'

/** 0 is the call itself, or its copy; what it has begun, a batch or a conversation, has lines of its own. */
export function partOf(kind: CallEvent[26]): number {
  if (kind == null || kind === 'cached' || kind === 'mirror') return 0
  return kind.startsWith('batch') ? 1 : Number(kind.slice('answer:'.length))
}

/** The line of an answer of a conversation, which goes on or is over. */
export const isAnswer = ({ id, requestId }: { readonly id: string; readonly requestId: string }): boolean =>
  id.startsWith(`${requestId}:answer:`)
