import { reasonOf } from '../../src/base/describe.ts'
import { scriptHash } from '../../src/base/runtime.ts'
import type { Log } from '../../src/log.ts'
import type { Connection, Script, User } from './model.ts'
import { createWire, type Wire } from './wire.ts'

interface Options {
  readonly url: string
  /** Milliseconds that it may be silent while an answer is waited for. */
  readonly timeout: number
  readonly log: Log
  /** How often the connection was lost; counted on, whichever configuration began it. */
  readonly tally: Tally
}

export interface Tally {
  losses: number
}

/** A connection that lasts so long is well (milliseconds). */
const STEADY = 10_000
const SHORTEST = 250
const LONGEST = 30_000

/** Keeps a connection, and makes another one where it was lost. */
export function createConnection({ url, timeout, log, tally }: Options) {
  const users: User[] = []
  /** The one that is there, or is being made. */
  let wire: Wire | undefined
  let isConnected = false
  let isUp = false
  let isClosed = false
  let trouble: string | undefined
  /** On the clock of `performance`, which nobody sets. */
  let upSince = 0
  let pause = 0
  let notBefore = 0

  function lose(reason: string): void {
    const isNews = isUp || trouble === undefined
    if (isUp && !isClosed) {
      tally.losses += 1
      rest()
    }
    wire = undefined
    isConnected = isUp = false
    for (const user of users) user.lost()
    if (isClosed) return
    trouble = withoutScript(reason)
    if (isNews) log.warn('Redis is away', { reason: trouble })
  }

  /** What is lost again and again, soon after it was there, is left alone for longer each time. */
  function rest(): void {
    const at = performance.now()
    pause = at - upSince < STEADY ? Math.min(LONGEST, Math.max(SHORTEST, pause * 2)) : 0
    notBefore = at + pause
  }

  /** Does nothing while there is one. Never fails: who cannot connect tries again later. */
  async function connect(): Promise<void> {
    if (wire !== undefined || isClosed || performance.now() < notBefore) return
    const made = createWire({ url, timeout, onGone: lose })
    wire = made
    try {
      await made.connect()
      isConnected = true
      await Promise.all(users.map(user => user.begin()))
    } catch (error) {
      made.end(reasonOf(error))
    }
    if (wire !== made) return
    isUp = true
    upSince = performance.now()
    if (trouble !== undefined) log.info('Redis is back', { after: trouble })
    trouble = undefined
  }

  /** What Redis refuses ends the connection: nobody can rely on it who is told no. */
  async function send(run: (wire: Wire) => Promise<unknown>): Promise<unknown> {
    if (wire === undefined || !isConnected) throw new Error('Redis is away')
    const own = wire
    try {
      return await run(own)
    } catch (error) {
      own.end(reasonOf(error))
      throw error
    }
  }

  function script(text: string): Script {
    const hash = scriptHash(text)
    return (keys, args) => {
      const rest = [String(keys.length), ...keys, ...args.map(String)]
      return send(async wire => {
        try {
          return await wire.send('EVALSHA', [hash, ...rest])
        } catch (error) {
          if (!reasonOf(error).startsWith('NOSCRIPT')) throw error
          return await wire.send('EVAL', [text, ...rest])
        }
      })
    }
  }

  const connection: Connection = {
    isUp: () => isUp,
    script,
    serve: user => void users.push(user),
  }
  return {
    connection,
    users: users as readonly User[],
    connect,
    /** Why there is none; undefined while there is one, and before anybody tried. */
    trouble: () => trouble,
    close(): void {
      isClosed = true
      wire?.end('the gateway stops')
    },
  }
}

/** Redis says which of its lines failed, too, which helps nobody here. */
const withoutScript = (reason: string): string => reason.replace(/\.? script: .*$/, '').replace(/\.$/, '')
