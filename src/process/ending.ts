import { describe } from '../base/describe.ts'
import { createLog, type Log } from '../log.ts'
import type { Switch } from '../reload/switch.ts'

/** How this process ends. */

export const STOPPING = 'Stopping: running answers may finish, a second signal ends them'

/** Exit code of a gateway that is told to stop twice. */
const FAULT = 1

/** Connections that clients keep open get so long (milliseconds). */
const LAST_CONNECTIONS = 1000

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** The log writes in batches. */
export const endLog = () => pause(50)

/**
 * So long (milliseconds) behind the first signal a further one says nothing new: at `npx … run gateway` a Ctrl-C comes
 * from the terminal, and at once again from a program in between that passes it on.
 */
const ECHO = 150

/** The signals that mean: finish, and end. */
export function onStop(hear: (signal: string) => void): void {
  let first: number | undefined
  const hearOnce = (signal: string) => {
    const at = performance.now()
    if (first !== undefined && at - first < ECHO) return
    first ??= at
    hear(signal)
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, hearOnce)
}

/** What ends this process when what runs is done, or the drain time is over. Said again it changes nothing. */
export function createStop(gateways: Switch, server: { stop(): Promise<void> }): () => void {
  let isStopping = false
  async function stop(): Promise<void> {
    // The socket stays open meanwhile: who asks is told that this gateway is not ready, and to try again.
    await gateways
      .stop()
      .catch(error => createLog('gateway').error('Failed to stop', { error: describe(error) }))
    await Promise.race([server.stop(), pause(LAST_CONNECTIONS)])
    await endLog()
    process.exit(0)
  }
  return () => {
    if (!isStopping) void stop()
    isStopping = true
  }
}

/** Stops at the first signal, and ends at once at the second. */
export function stopOnSignals(stop: () => void): void {
  let isStopping = false
  onStop(signal => {
    if (isStopping) process.exit(FAULT)
    isStopping = true
    createLog('gateway').info(STOPPING, { signal })
    stop()
  })
}

/** A plugin that fails behind our back must not take the requests of others with it. */
export function outlive(log: Log): void {
  process.on('unhandledRejection', error => log.error('Unhandled rejection', { error: describe(error) }))
  process.on('uncaughtException', error => log.error('Uncaught exception', { error: describe(error) }))
}
