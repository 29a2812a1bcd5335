import type { JsonObject } from '../../../src/types.ts'

/** One block of a stream, from its start to its stop. */
export interface Block {
  /** How it begins; asked for as late as possible, because some blocks learn only then what they are. */
  readonly start: () => JsonObject
  /** What is said at its end. Undefined: nothing was ever said, so there is no block at all. */
  readonly close?: () => readonly JsonObject[] | undefined
  /** It ends where another one begins, if it does not say so before: clients then see the other one at once. */
  readonly isSoft?: boolean
  /** Deltas that have not gone out. */
  readonly deltas: JsonObject[]
  /** Nothing follows. */
  isDone: boolean
  /** Set while it may still turn out to be nothing, or something else. */
  isHeldBack?: boolean
}

export type Queue = ReturnType<typeof createQueue>

/**
 * Blocks as this language wants them: one after the other, each with the next index, although parts of several may
 * arrive in turns. The first that is not done goes out as it grows; those behind it wait.
 */
export function createQueue(write: (type: string, fields: JsonObject) => string) {
  const queue: Block[] = []
  const between: JsonObject[] = []
  let index = 0
  let isOpen = false

  const send = (deltas: readonly JsonObject[]): string =>
    deltas.map(delta => write('content_block_delta', { index, delta })).join('')

  function begin(block: Block): string {
    if (isOpen) return ''
    isOpen = true
    return write('content_block_start', { index, content_block: block.start() })
  }

  function end(block: Block): string {
    const last = block.close === undefined ? [] : block.close()
    if (last === undefined) return ''
    const text = begin(block) + send([...block.deltas, ...last]) + write('content_block_stop', { index })
    isOpen = false
    index++
    return text
  }

  /** What can go out now. */
  function flush(): string {
    let text = ''
    for (let block = queue[0]; block !== undefined; block = queue[0]) {
      if (!block.isDone) return block.isHeldBack ? text : text + begin(block) + send(block.deltas.splice(0))
      queue.shift()
      text += end(block)
    }
    return text
  }

  return {
    add(block: Block): void {
      const last = queue.at(-1)
      if (last?.isSoft) last.isDone = true
      for (const start of between.splice(0)) queue.push({ start: () => start, deltas: [], isDone: true })
      queue.push(block)
    },
    /** A block that is complete; nothing where there is none. */
    addWhole(block: JsonObject | undefined): void {
      if (block !== undefined) this.add({ start: () => block, deltas: [], isDone: true })
    },
    /** The same, but never the last: agents take the last block for the answer. */
    addBetween(block: JsonObject | undefined): void {
      if (block !== undefined) between.push(block)
    },
    say(block: Block, delta: JsonObject): void {
      block.deltas.push(delta)
      block.isHeldBack = false
    },
    flush,
    /** Nothing grows any more. */
    close(): string {
      for (const block of queue) block.isDone = true
      return flush()
    },
  }
}
