import type { Reading } from './kin.ts'

/** The names of the tools that were called so far, by the id of the call. */
export interface Conversation {
  readonly reading: Reading
  called(id: string, name: string): void
  /** Makes up an id. */
  calledWithoutId(name: string): string
  nameOf(id: string): string | undefined
  /** The id of the last call of this function that had none. */
  idOf(name: string): string | undefined
}

export function createConversation(reading: Reading): Conversation {
  const names = new Map<string, string>()
  const legacy = new Map<string, string>()
  return {
    reading,
    called: (id, name) => void names.set(id, name),
    calledWithoutId(name) {
      const id = `call_legacy_${names.size + 1}`
      names.set(id, name)
      legacy.set(name, id)
      return id
    },
    nameOf: id => names.get(id),
    idOf: name => legacy.get(name),
  }
}
