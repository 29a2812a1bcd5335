/** A call of a tool that waits for its result. */
export interface OpenCall {
  readonly id: string
  readonly name: string
}

/** Which result answers which call, in languages that know calls without ids. */
export interface OpenCalls {
  /** A call; one without an id gets one of ours. */
  called(name: string, id: string | undefined): OpenCall
  /** What a result answers: the call of its id, else the first of its name; undefined where neither waits. */
  answered(name: string | undefined, id: string | undefined): OpenCall | undefined
  /** The one that waits longest, whatever its name. */
  next(): OpenCall | undefined
}

export function createOpenCalls(): OpenCalls {
  const waiting: OpenCall[] = []
  let count = 0
  return {
    called(name, id) {
      count++
      const call = { id: id ?? `call_${count}`, name }
      waiting.push(call)
      return call
    },
    answered(name, id) {
      const byId = waiting.findIndex(call => call.id === id)
      const at = byId >= 0 ? byId : waiting.findIndex(call => call.name === name)
      return at < 0 ? undefined : waiting.splice(at, 1)[0]
    },
    next: () => waiting.shift(),
  }
}
