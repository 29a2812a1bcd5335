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

export const ownerOf = ({ caller, userPath }: Who) => ({ keyId: caller.id, userPath })

/** What belongs to one key at one user path is there for nobody else. */
export const isOwn = (
  row: { readonly keyId: string; readonly userPath: string },
  { caller, userPath }: Who,
): boolean => row.keyId === caller.id && row.userPath === userPath
