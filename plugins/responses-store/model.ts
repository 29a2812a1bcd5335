import type { Caller, JsonObject, UserPath } from '../../src/types.ts'
import type { conversations, responses } from './schema.ts'

export type Kept = typeof responses.$inferSelect
export type Conversation = typeof conversations.$inferSelect

/** Who asks. */
export interface Who {
  readonly caller: Caller
  readonly userPath: UserPath
}

/** An item of the language, whatever it is. */
export type Item = JsonObject

/** An item with what is known of who can make something of it. */
export interface Said {
  readonly item: Item
  /** A provider; empty where nobody can, null where it is not known. */
  readonly by: string | null
}

/** Whose something is. */
export type Owner = Pick<Kept, 'keyId' | 'userPath'>

export const ownerOf = ({ caller, userPath }: Who): Owner => ({ keyId: caller.id, userPath })

/** What tells an answer, or an item, from those of other owners that have the same id. */
export const keyOf = ({ keyId, userPath }: Owner, id: string): string => JSON.stringify([keyId, userPath, id])

/** What belongs to one key at one user path is there for nobody else. */
export const isOwn = (row: Owner, { keyId, userPath }: Owner): boolean =>
  row.keyId === keyId && row.userPath === userPath
