import { textOf } from '../../../src/contract/loose-json.ts'
import type { JsonObject } from '../../../src/types.ts'

export interface ToolCall {
  readonly id: string
  readonly name: string
}

/** The calls of a conversation that wait for their results. */
export interface Calls {
  /** A call; one without an id gets one. */
  called(id: unknown, name: string): ToolCall
  /** The call that a result belongs to; undefined where none waits for one. */
  answered(result: JsonObject): ToolCall | undefined
}

/** Older clients know no ids: a result belongs to the first call of its tool that waits, or of any where it names none. */
export function createCalls(): Calls {
  const open: ToolCall[] = []
  let count = 0
  return {
    called(id, name) {
      count++
      const call = { id: textOf(id) || `call_${count}`, name }
      open.push(call)
      return call
    },
    answered({ tool_call_id: id, name: old, tool_name: name = old }) {
      const byId = open.findIndex(call => call.id === id)
      const byName = open.findIndex(call => call.name === name)
      const at = [byId, byName].find(found => found >= 0) ?? 0
      return open.splice(at, 1)[0]
    },
  }
}
