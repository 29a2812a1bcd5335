import { randomToken } from '../base/runtime.ts'
import { refuse } from '../errors.ts'

/** The header that says through whom a call has come (RFC 8586). */
export const CAME_THROUGH = 'cdn-loop'
/** No honest way is longer (characters). */
const LONGEST = 2000

/** Finds calls that come back to where they left: a provider's address may lead to this very gateway. */
export interface Loop {
  /** Refuses what was here twice before. Once may be meant: a provider that is this gateway, by another name of a model. */
  check(request: Request): void
  /** The headers of a call to a provider, with what says that it came through here. */
  mark(headers: Readonly<Record<string, string>>, request: Request): Readonly<Record<string, string>>
}

export function createLoop(): Loop {
  // It names nobody: other gateways must be told from this one, and no more.
  const own = `modelway; id=${randomToken(9)}`
  /** Headers that are the same for many calls stay one object, which is written down once. */
  const marked = new WeakMap<object, Readonly<Record<string, string>>>()

  function markShared(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const earlier = marked.get(headers)
    if (earlier !== undefined) return earlier
    const made = Object.freeze({ ...headers, [CAME_THROUGH]: own })
    marked.set(headers, made)
    return made
  }

  return {
    check({ headers }) {
      const before = headers.get(CAME_THROUGH)
      if (before !== null && (before.length > LONGEST || before.split(own).length > 2))
        refuse('loop_detected', AGAIN)
    },
    mark(headers, request) {
      const before = request.headers.get(CAME_THROUGH)
      if (before === null && Object.isFrozen(headers)) return markShared(headers)
      return { ...headers, [CAME_THROUGH]: before === null ? own : `${before}, ${own}` }
    },
  }
}

const AGAIN =
  'The call goes round in a circle: the base URL of a provider leads back to this gateway, and the model that is asked there leads to that provider again'
