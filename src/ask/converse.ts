import type { Talk } from '../contract/dialect.ts'
import type { Provider, UpstreamCall } from '../contract/provider.ts'
import { Refusal, refuse } from '../errors.ts'
import { NoSocket } from '../http/no-socket.ts'
import type { ProviderSocket, SocketAnswer } from '../types.ts'
import type { Egress } from '../upstream/egress.ts'
import { toFailure, toHiddenFailure } from '../upstream/failures.ts'
import { Unreachable } from '../upstream/unreachable.ts'

export interface Opening {
  readonly egress: Egress
  readonly provider: Provider
  readonly talk: Talk
  readonly signal: AbortSignal
}

/** So long the first word of a provider is waited for (milliseconds); not all say one before they are spoken to. */
const PATIENCE = 2000

/**
 * Opens a conversation. Some providers let everybody in, and say only then that they do not know the model: one that
 * begins with an error, or closes without a word, has failed, and another target may be tried.
 */
export async function converse(
  { url, headers }: Pick<UpstreamCall, 'url' | 'headers'>,
  { egress, provider, talk, signal }: Opening,
): Promise<SocketAnswer> {
  const socket = await egress.dial(url, { headers, signal }).catch(error => throwFault(provider, error))
  const first = await firstWord(socket, signal)
  const turn = typeof first === 'string' ? talk.fromProvider(first) : undefined
  if (turn?.kind === 'error') {
    socket.close(1000, '')
    throw toHiddenFailure(provider.name, turn)
  }
  return { kind: 'socket', socket }
}

function throwFault({ name }: Provider, error: unknown): never {
  if (error instanceof Refusal) throw error
  if (!(error instanceof NoSocket)) throw new Unreachable(undefined, { cause: error })
  throw toFailure(name, { status: error.status, headers: new Headers() }, undefined)
}

/** Undefined where it has not said anything yet. */
async function firstWord({ first, close }: ProviderSocket, signal: AbortSignal) {
  let stop = () => {}
  const late = new Promise<'late'>((resolve, reject) => {
    const timer = setTimeout(resolve, PATIENCE, 'late')
    const giveUp = () => {
      close(1001, '')
      reject(signal.reason)
    }
    stop = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
    }
    signal.addEventListener('abort', giveUp)
  })
  try {
    const word = await Promise.race([first, late])
    return word ?? refuse('upstream_cut', 'The provider closed the conversation before it began')
  } finally {
    stop()
  }
}
