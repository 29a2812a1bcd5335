import type { Bytes } from '../../src/base/bytes.ts'
import { usageOf } from '../../src/contract/loose-json.ts'
import type { Answer, ByteSource, Recalled, StreamRead } from '../../src/types.ts'
import type { Entry } from './model.ts'

/** Who gets a stored answer uses nothing. */
const NOTHING = usageOf({})

/** A stored answer as it first came, for a call that leads to the same target. */
export function toAnswer(
  { kind, body, contentType, finish, usage, warnings }: Entry,
  told: Pick<Recalled, 'target' | 'waited' | 'similarity'>,
): Answer {
  const recalled: Recalled = { usage, warnings, ...told }
  return kind === 'whole'
    ? { kind, body, contentType, finish, usage: NOTHING, recalled }
    : { kind, reader: inOnePiece(body), hideUsage: false, usage: () => NOTHING, recalled }
}

function inOnePiece(body: Bytes): ByteSource {
  let next: Bytes | undefined = body
  return {
    read(): StreamRead {
      const value = next
      next = undefined
      return value === undefined ? { done: true, value } : { done: false, value }
    },
    async cancel() {
      next = undefined
    },
  }
}
