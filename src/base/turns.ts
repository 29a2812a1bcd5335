/** Work that must not overlap, one after the other in the order in which it was asked for. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/** A queue of its own; what fails holds nobody up. */
export function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return work => {
    const turn = last.then(work, work)
    last = turn.catch(() => {})
    return turn
  }
}
