import type { Awaitable } from '../types.ts'

/** What goes over it; a plain object, for it passes from process to process. */
export type Message =
  | { readonly kind: 'request'; readonly turn: number; readonly request: unknown }
  | { readonly kind: 'answer'; readonly turn: number; readonly answer: unknown }

/** One end of the connection between the supervisor and a worker: either may ask the other. */
export interface Wire<Asked> {
  /** What the other end answers; undefined where it has gone, or failed. */
  ask(request: Asked): Promise<unknown>
  /** To be called with everything that arrives. */
  hear(message: Message): void
  /** The other end has gone: whoever waits for an answer waits no longer. */
  cut(): void
}

export interface WireOptions<Heard> {
  /** May throw where the other end has gone. */
  readonly send: (message: Message) => void
  readonly answer: (request: Heard) => Awaitable<unknown>
  readonly failed: (error: unknown) => void
}

export function createWire<Asked, Heard>({ send, answer, failed }: WireOptions<Heard>): Wire<Asked> {
  const waiting = new Map<number, (answer: unknown) => void>()
  let turn = 0
  let isCut = false

  /** Whoever is gone is no fault: its end is noticed elsewhere. */
  function trySend(message: Message): boolean {
    try {
      send(message)
      return true
    } catch {
      return false
    }
  }

  async function reply(turn: number, request: Heard): Promise<void> {
    const answered = await Promise.try(answer, request).catch(error => {
      failed(error)
      return undefined
    })
    trySend({ kind: 'answer', turn, answer: answered })
  }

  return {
    ask(request) {
      const mine = ++turn
      return new Promise(resolve => {
        if (isCut || !trySend({ kind: 'request', turn: mine, request })) return resolve(undefined)
        waiting.set(mine, resolve)
      })
    },
    hear(message) {
      if (message.kind === 'request') return void reply(message.turn, message.request as Heard)
      waiting.get(message.turn)?.(message.answer)
      waiting.delete(message.turn)
    },
    cut() {
      isCut = true
      for (const resolve of waiting.values()) resolve(undefined)
      waiting.clear()
    },
  }
}
