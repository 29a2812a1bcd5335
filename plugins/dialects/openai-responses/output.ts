import type { JsonObject } from '../../../src/types.ts'
import { itemId, type Prefix } from './ids.ts'

/** Tells the client what happens, where it listens. */
export type Emit = (type: string, fields: JsonObject) => void

/** One item of the output, from the moment it begins. */
export interface Slot {
  readonly id: string
  /** Said with every event about it. */
  readonly at: { readonly item_id: string; readonly output_index: number }
  /** It is complete, or as complete as it will get. */
  done(item: JsonObject): void
}

/** The output as it grows. Items stand in the order in which they began; several may grow at once. */
export function createOutput(id: string, emit: Emit) {
  const items: JsonObject[] = []
  let interrupt = (): void => {}
  return {
    emit,
    /** What has to end where another item begins. */
    onAdd(end: () => void): void {
      interrupt = end
    },
    /** Begins an item; `fields` is what is known of it. */
    add(prefix: Prefix, fields: JsonObject): Slot {
      interrupt()
      const index = items.length
      const own = { id: itemId(prefix, id, index), ...fields }
      const at = { item_id: own.id, output_index: index }
      items.push(own)
      emit('response.output_item.added', { output_index: index, item: own })
      return {
        id: own.id,
        at,
        done(item) {
          items[index] = { id: own.id, ...item }
          emit('response.output_item.done', { output_index: index, item: items[index] })
        },
      }
    },
    /** An item that comes at once. */
    addWhole(prefix: Prefix, begun: JsonObject, item: JsonObject): void {
      this.add(prefix, begun).done(item)
    },
    items: (): readonly JsonObject[] => items,
  }
}

export type Output = ReturnType<typeof createOutput>
