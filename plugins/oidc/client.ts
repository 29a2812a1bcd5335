import type { Configuration } from 'openid-client'
import { reasonOf } from '../../src/base/describe.ts'
import type { Host } from '../../src/contract/plugin.ts'
import { Refusal, refuse } from '../../src/errors.ts'
import { ask } from './ask.ts'
import type { Authority } from './authority.ts'
import type { Claims } from './claims.ts'
import type { OidcSettings } from './settings.ts'
import { verify } from './verify.ts'
import type { Visit } from './visits.ts'

export interface ClientDeps extends Pick<Host, 'fetch' | 'now' | 'log'> {
  readonly settings: OidcSettings & { readonly issuer: string; readonly clientId: string }
  readonly authority: Authority
}

type Checks = Pick<Visit, 'state' | 'nonce' | 'verifier'>

export interface Client {
  /** Where the browser goes, and what has to fit when it comes back. */
  begin(redirectUri: string): Promise<{ readonly url: string; readonly checks: Checks }>
  /** Who came back; refuses whoever did not come from there, or not from this very visit. */
  end(visit: Visit, search: string): Promise<Claims>
}

/** Seconds. */
const PATIENCE = 10

/** The code flow with PKCE, by a certified library. It is loaded when the first operator signs in. */
export function createClient(deps: ClientDeps): Client {
  const { settings, authority, log } = deps
  const { issuer, clientId, clientSecret, scopes } = settings
  const load = () => import('openid-client')

  async function configure(): Promise<Configuration> {
    const library = await load()
    const metadata = await authority.metadata()
    const methods = metadata.token_endpoint_auth_methods_supported
    const isPosted = Array.isArray(methods) && methods.includes('client_secret_post')
    const proof = isPosted ? library.ClientSecretPost : library.ClientSecretBasic
    const configuration = new library.Configuration(
      metadata as ConstructorParameters<typeof Configuration>[0],
      clientId,
      clientSecret,
      clientSecret === undefined ? library.None() : proof(clientSecret),
    )
    configuration[library.customFetch] = (url, init) => ask(deps, url, init as RequestInit)
    configuration.timeout = PATIENCE
    if (issuer.startsWith('http:')) library.allowInsecureRequests(configuration)
    return configuration
  }

  return {
    async begin(redirectUri) {
      const library = await load()
      const checks = {
        state: library.randomState(),
        nonce: library.randomNonce(),
        verifier: library.randomPKCECodeVerifier(),
      }
      const asked = {
        redirect_uri: redirectUri,
        scope: scopes,
        state: checks.state,
        nonce: checks.nonce,
        code_challenge: await library.calculatePKCECodeChallenge(checks.verifier),
        code_challenge_method: 'S256',
      }
      try {
        return { url: library.buildAuthorizationUrl(await configure(), asked).href, checks }
      } catch (error) {
        log.warn('A sign-in could not begin', { issuer, reason: reasonOf(error) })
        return refuse('identity_unavailable', AWAY)
      }
    },
    async end({ redirectUri, state, nonce, verifier }, search) {
      const library = await load()
      try {
        const answer = await library.authorizationCodeGrant(
          await configure(),
          new URL(redirectUri + search),
          { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true },
        )
        // The library reads the claims; that they are signed is asked of them as of every other token.
        const judging = { ...settings, audience: clientId, keyOf: authority.keyOf }
        return await verify(answer.id_token!, judging, deps)
      } catch (error) {
        if (error instanceof Refusal) throw error
        if (error instanceof library.AuthorizationResponseError)
          return refuse('forbidden', saidNo(error.error))
        // A wrong secret, say: its code is what helps, and stands in the answer only.
        const reason = error instanceof library.ResponseBodyError ? error.error : reasonOf(error)
        log.warn('A sign-in failed', { issuer, reason })
        return refuse('forbidden', 'The sign-in could not be completed: try again')
      }
    },
  }
}

const AWAY = 'The identity provider cannot be reached: try again in a moment'

/** The code is one of a few that the standard has; what is not is not repeated. */
const saidNo = (code: string): string =>
  code === 'access_denied'
    ? 'The identity provider says no: access is denied'
    : `The identity provider says no${/^[a-z_]{1,40}$/.test(code) ? ` (${code})` : ''}: try again`
