import * as v from 'valibot'
import { definePlugin } from '../src/contract/plugin.ts'
import { says, text } from '../src/contract/settings.ts'
import { refuse } from '../src/errors.ts'
import { isInside, parseUserPath } from '../src/scope/user-path.ts'
import type { Caller, UserPath } from '../src/types.ts'

export default definePlugin({
  name: 'user-path',
  about: 'Tells on whose behalf a request is made.',
  config: v.object({
    header: says(
      'Where callers say on whose behalf they call, once: a header that comes twice is refused',
      v.optional(v.pipe(text(), v.regex(/^[\w-]+$/, 'expected a header name')), 'x-modelway-user-path'),
    ),
    trust: says(
      'header: what callers say in that header is believed; keys: only the path of their key counts',
      v.optional(v.picklist(['header', 'keys'], 'expected header or keys'), 'header'),
    ),
  }),
  env: { header: ['USER_PATH_HEADER'], trust: ['USER_PATH_TRUST'] },
  setup({ config: { header, trust } }) {
    /** A key's own path wins over what its holder says; where there is none, or it allows paths below, he is heard. */
    function resolve(
      { path, subPaths }: Caller,
      said: string | null,
      name: string = header,
    ): UserPath | undefined {
      if (path !== undefined && !subPaths) return path
      if (path === undefined && trust === 'keys') return undefined
      const named = read(said, name)
      if (path === undefined || named === undefined) return path ?? named
      if (isInside(named, new Set([path]))) return named
      const message = `User path "${named}" is not below "${path}", to which this key is bound`
      return refuse('forbidden', message, { param: name })
    }
    return {
      exports: { resolve, header, toWire },
      heeds: {
        [header]:
          'On whose behalf the call is made: `/team/alpha`. A key that is bound to a path is heard only where it may call for paths below',
      },
      scope({ request, caller }) {
        const said = request.headers.get(header)
        return said === null ? resolve(caller, request.headers.get(GOMODEL), GOMODEL) : resolve(caller, said)
      },
    }
  },
})

/** Users of GoModel send this one. */
const GOMODEL = 'x-gomodel-user-path'

function read(value: string | null, header: string): UserPath | undefined {
  // The platform gives the values of a header that comes twice as one. Neither the first nor the last would be right.
  if (value?.includes(', ')) {
    const message = `Header "${header}" came more than once, or holds ", ", which looks the same: send one path`
    return refuse('invalid_request', message, { param: header })
  }
  try {
    return parseUserPath(fromWire(value ?? ''))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return refuse('invalid_request', `Header "${header}": ${error.message}`, { param: header })
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** A path as it stands in a header: each byte of it a character of its own, as the platform sends them. */
const toWire = (path: string): string => String.fromCharCode(...new TextEncoder().encode(path))

/** The platform reads each byte of a header as a character of its own; nearly everybody who sends others than ASCII means UTF-8. */
function fromWire(value: string): string {
  if (!/[\x80-\xff]/.test(value) || /[^\0-\xff]/.test(value)) return value
  try {
    return utf8.decode(Uint8Array.from(value, char => char.charCodeAt(0)))
  } catch {
    return value
  }
}
