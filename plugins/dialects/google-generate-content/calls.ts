import { wrong } from '../../../src/request/border.ts'

/** Calls of tools and what answers them. */
export interface Calls {
  /** The id of a call: its own, or one of ours where it has none. */
  called(name: string, id: string | undefined): string
  /** The id of the call that a result answers. */
  answered(name: string, id: string | undefined, at: string): string
}

/** In this language calls need no ids: a result then answers the first call of its name that waits for one. */
export function createCalls(): Calls {
  const waiting: { readonly id: string; readonly name: string }[] = []
  let made = 0
  return {
    called(name, id = `call_${++made}`) {
      waiting.push({ id, name })
      return id
    },
    answered(name, id, at) {
      const own = waiting.findIndex(call => call.id === id)
      const place = own >= 0 ? own : waiting.findIndex(call => call.name === name)
      const call = waiting[place] ?? wrong(at, `answers no functionCall before it (${name.slice(0, 80)})`)
      waiting.splice(place, 1)
      return call.id
    },
  }
}
