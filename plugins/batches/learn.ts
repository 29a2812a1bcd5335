import type { JsonObject } from '../../src/types.ts'
import type { FileDesk, Thing } from '../files/model.ts'
import { billOf } from './bill.ts'
import type { BillMessages } from './message-bills.ts'
import type { BatchBill } from './model.ts'

interface LearnOptions {
  readonly desk: Pick<FileDesk, 'book' | 'aimAt'>
  readonly tell: (bill: BatchBill) => void
  readonly billMessages: BillMessages
}

/** Writes down what a provider tells of a batch; what the batch has written is its owner's, too. */
export type Learn = (thing: Thing, told: JsonObject) => Promise<void>

export function createLearn({ desk, tell, billMessages }: LearnOptions): Learn {
  const { book } = desk

  return async function learn(thing, told) {
    const bill = billOf(thing, told, desk.aimAt)
    // Before it is written down that the batch is over: told twice is harmless, never is not.
    if (bill !== undefined) tell(bill)
    await book.update(thing, told)
    // Nobody waits for it: results may be long.
    void billMessages({ ...thing, object: told })
    for (const [field, purpose] of outputs) {
      const id = told[field]
      if (typeof id !== 'string' || thing.language !== 'openai') continue
      const object = {
        id,
        object: 'file',
        purpose,
        filename: `${thing.id}_${purpose}.jsonl`,
        created_at: told.created_at,
      }
      await book.add({ ...thing, kind: 'file', id, object })
    }
  }
}

/** Fields that name files a batch has written, and what for. */
const outputs = [
  ['output_file_id', 'batch_output'],
  ['error_file_id', 'batch_error'],
] as const
