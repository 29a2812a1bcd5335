import { openRedis } from '../../src/base/runtime.ts'

/** Milliseconds that a connection may take. */
const PATIENCE = 1000
/** In so many turns of our own clock some answer has to come. A gateway that was busy itself gives nobody up for it. */
const TURNS = 5
/** So many times the timeout a single answer may take: a crowd of calls is answered one after the other. */
const CROWD = 10

export interface WireOptions {
  readonly url: string
  /** Milliseconds that it may be silent while an answer is waited for. */
  readonly timeout: number
  /** Called once, with the reason in words. */
  readonly onGone: (reason: string) => void
}

export type Wire = ReturnType<typeof createWire>

/** One connection from its beginning to its end: the runtime's client waits for ever, this one does not. */
export function createWire({ url, timeout, onGone }: WireOptions) {
  /** In which turn each command was sent that is not answered yet. */
  const waiting: number[] = []
  let turn = 0
  /** In which turn the last answer came, or somebody began to wait for one. */
  let heardAt = 0
  let clock: ReturnType<typeof setInterval> | undefined
  let isConnected = false
  let isGone = false
  const redis = openRedis({
    url,
    patience: PATIENCE,
    onGone: () => end(isConnected ? 'it closed the connection' : NO_WAY),
  })

  function end(reason: string): void {
    if (isGone) return
    isGone = true
    clearInterval(clock)
    redis.close()
    onGone(reason)
  }

  function tick(): void {
    turn += 1
    if (waiting.length === 0) {
      clearInterval(clock)
      clock = undefined
    } else if (turn - heardAt > TURNS || turn - waiting[0]! > TURNS * CROWD) {
      end(`no answer within ${timeout} ms`)
    }
  }

  return {
    end,
    async connect(): Promise<void> {
      await redis.connect()
      isConnected = true
    },
    async send(command: string, args: readonly string[]): Promise<unknown> {
      if (waiting.length === 0) heardAt = turn
      waiting.push(turn)
      clock ??= setInterval(tick, timeout / TURNS)
      try {
        return await redis.send(command, args)
      } finally {
        waiting.shift()
        heardAt = turn
      }
    },
  }
}

const NO_WAY = 'there is no connection; check its address, password and certificate'
