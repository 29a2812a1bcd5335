import * as v from 'valibot'
import { refuse } from '../src/errors.ts'
import { definePlugin } from '../src/plugin.ts'
import { text } from '../src/settings.ts'
import type { UserPath } from '../src/types.ts'
import { isInside, parseUserPath } from '../src/user-path.ts'

export default definePlugin({
  name: 'user-path',
  about: 'Tells on whose behalf a request is made.',
  config: v.object({
    header: v.optional(v.pipe(text(), v.regex(/^[\w-]+$/, 'expected a header name')), 'x-modelway-user-path'),
    trust: v.optional(v.picklist(['header', 'keys'], 'expected header or keys'), 'header'),
  }),
  env: { header: ['USER_PATH_HEADER'], trust: ['USER_PATH_TRUST'] },
  setup: ({ config }) => ({
    scope({ request, caller }) {
      const { path, subPaths } = caller
      if (path !== undefined && !subPaths) return path
      if (path === undefined && config.trust === 'keys') return undefined
      const named = read(
        request.headers.get(config.header) ?? request.headers.get('x-gomodel-user-path'),
        config.header,
      )
      if (path === undefined || named === undefined) return path ?? named
      if (isInside(named, new Set([path]))) return named
      return refuse('forbidden', `User path "${named}" is not below "${path}", to which this key is bound`, {
        param: config.header,
      })
    },
  }),
})

function read(value: string | null, header: string): UserPath | undefined {
  try {
    return parseUserPath(value ?? '')
  } catch (error) {
    if (error instanceof SyntaxError)
      return refuse('invalid_request', `Header "${header}": ${error.message}`, { param: header })
    throw error
  }
}
