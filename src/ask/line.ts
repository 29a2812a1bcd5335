import type { Hear, Waiting } from '../contract/plugin.ts'
import { Refusal, toRefusal } from '../errors.ts'
import type { Exchange } from '../exchange.ts'
import { blame } from '../hooks.ts'

/**
 * Waits until there is room for a try. Who hangs up, or is there when the gateway stops, leaves the line. No deadline of
 * the provider runs meanwhile: it has not been asked.
 */
export async function waitInLine(x: Exchange, { room, leave }: Waiting, plugin: string): Promise<Hear> {
  const { signal } = x.abort
  const began = performance.now()
  const deadline = x.attemptDeadline
  const giveUp = () => leave(toRefusal(signal.reason))
  x.isQueued = true
  x.attemptDeadline = undefined
  if (signal.aborted) giveUp()
  else signal.addEventListener('abort', giveUp)
  let found: Hear | Refusal
  try {
    found = await room
  } catch (error) {
    // It has waited for every target that is left.
    x.cut ??= toRefusal(error)
    return blame(error, { plugin, hook: 'attempt' })
  } finally {
    signal.removeEventListener('abort', giveUp)
    const waited = performance.now() - began
    x.isQueued = false
    x.queuedMs += waited
    if (deadline !== undefined) x.attemptDeadline = deadline + waited
  }
  if (found instanceof Refusal) throw found
  return found
}
