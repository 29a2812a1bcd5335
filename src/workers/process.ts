import { createLines } from './lines.ts'
import type { Spawn } from './seat.ts'
import type { Message } from './wire.ts'

/** The first argument of a process that is to be a worker. */
const WORKER = 'worker'

/** Milliseconds. */
const LAST_WORDS = 500

/**
 * A further process of this program. It has the environment of this one, and is told everything else over a pipe:
 * command lines can be read by anybody on the machine. In a group of its own, so that a terminal's Ctrl-C reaches the
 * supervisor alone.
 */
export const createSpawn =
  (write: (lines: string) => void): Spawn =>
  (number, hear) => {
    const child = Bun.spawn([process.execPath, ...process.execArgv, Bun.main, WORKER, String(number)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
      ipc: message => hear(message as Message),
    })
    const written = copy(child.stdout, write)
    return {
      send: message => void child.send(message),
      kill: () => child.kill('SIGKILL'),
      async ended() {
        await child.exited
        // Its last words; a process of its own may hold the pipe open for longer.
        await Promise.race([written, Bun.sleep(LAST_WORDS)])
        return { code: child.exitCode, signal: child.signalCode === null ? null : String(child.signalCode) }
      },
    }
  }

async function copy(from: ReadableStream<Uint8Array>, write: (lines: string) => void): Promise<void> {
  const lines = createLines(write)
  try {
    for await (const piece of from) lines.add(piece)
  } finally {
    lines.end()
  }
}

/** The supervisor, as its worker sees it. */
export interface Above {
  send(message: Message): void
  onMessage(hear: (message: Message) => void): void
  /** It has gone. */
  onEnd(hear: () => void): void
}

/** Undefined where this process is no worker. */
export function findAbove(args: readonly string[]): Above | undefined {
  if (args[0] !== WORKER || process.send === undefined) return undefined
  // Nobody reads any more what is written when the supervisor is gone.
  process.stdout.on('error', () => {})
  return {
    send: message => void process.send?.(message),
    onMessage: hear => void process.on('message', hear),
    onEnd: hear => void process.on('disconnect', hear),
  }
}
