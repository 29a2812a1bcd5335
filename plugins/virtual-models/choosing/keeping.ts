import { objectOf, textOf } from '../../../src/contract/loose-json.ts'
import type { Ordering } from '../../../src/exchange.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { VirtualModel } from '../model.ts'
import type { Pins } from './pins.ts'

/**
 * Who keeps a target, by a name that means the same in every process: a session that its client names, or a caller. Each
 * redirect shares them out anew. Undefined where another target is due each time, or nobody can tell who it is.
 */
export function keeperOf(
  { source, affinity, strategy }: VirtualModel,
  x: Ordering,
  pins: Pick<Pins, 'namedBy'>,
): string | undefined {
  // By price, order or time there is nothing to be shared out.
  if (affinity === 'off' || strategy !== 'round_robin') return undefined
  const name = affinity === 'caller' ? callerOf(x) : pins.namedBy(x)
  return name && JSON.stringify([source, x.userPath, affinity, name])
}

/** Behind one key there may be many people, whom its client tells apart; else whoever holds the key is the caller. */
const callerOf = ({ caller, body }: Ordering): string => endUserIn(body?.json) || caller.id

/** Where clients name their own user: OpenAI's two fields, Anthropic's one. */
const endUserIn = ({ safety_identifier: id, user, metadata }: JsonObject = {}): string =>
  textOf(id) || textOf(user) || withoutSession(textOf(objectOf(metadata).user_id))

/** Claude Code writes its session into the id of its user, in one of two ways. The same person has many. */
const withoutSession = (user: string): string =>
  user.replace(/_session_[\w-]+$|"session_id"\s*:\s*"[^"]*"/, '')
