import * as v from 'valibot'
import { type Api, defineApi } from '../../../src/contract/api.ts'
import { originSeen } from '../../../src/door/address.ts'
import type { SignOn } from '../../oidc/model.ts'

/** Where clients look for it (RFC 9728). The address of what is protected stands behind it. */
const WELL_KNOWN = '/.well-known/oauth-protected-resource'
const ADDRESSES = ['', '/mcp', '/mcp/:server'] as const

const metadata = v.object({
  resource: v.string(),
  resource_name: v.string(),
  authorization_servers: v.array(v.string()),
  bearer_methods_supported: v.array(v.string()),
  scopes_supported: v.optional(v.array(v.string())),
})

interface Options extends SignOn {
  /** Prefix of every address, without a slash at its end. */
  readonly base: string
}

/**
 * How agents sign their people in by themselves: who comes without a token is told where to read which identity provider
 * has them. Nothing where callers come with keys only.
 */
export function createSignOn({ issuers, scopes, base }: Options) {
  const isOffered = issuers.length > 0
  const quoted = (name: string, value: string) => `${name}="${value}"`

  /** What stands in `WWW-Authenticate` behind the scheme. */
  function challenge(request: Request): string {
    const path = new URL(request.url).pathname.slice(base.length)
    const address = originSeen(request) + base + WELL_KNOWN + path
    const scope = scopes.length === 0 ? [] : [quoted('scope', scopes.join(' '))]
    return [quoted('resource_metadata', address), ...scope].join(', ')
  }

  const describe = (request: Request): v.InferOutput<typeof metadata> => ({
    resource: originSeen(request) + new URL(request.url).pathname.replace(WELL_KNOWN, ''),
    resource_name: 'Modelway',
    authorization_servers: [...issuers],
    bearer_methods_supported: ['header'],
    ...(scopes.length > 0 && { scopes_supported: [...scopes] }),
  })

  const api: readonly Api[] = ADDRESSES.map(address =>
    defineApi({
      method: 'GET',
      path: `${WELL_KNOWN}${address}`,
      access: 'anyone',
      tag: 'Tools',
      summary: 'Where callers of tools sign in',
      description: 'Metadata of a protected resource (RFC 9728), for clients that sign in by themselves.',
      answer: { about: 'The identity providers whose tokens are taken', schema: metadata },
      // Whether there is a server of this name is nobody's to know who has not signed in.
      run: ({ request }) => describe(request),
    }),
  )
  return isOffered ? { api, challenge } : { api: [], challenge: undefined }
}
