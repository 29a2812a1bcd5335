import { refuse } from '../../src/errors.ts'
import { after } from '../../src/hooks.ts'
import type { Host, Parts } from '../../src/plugin.ts'
import { plainHash } from '../../src/runtime.ts'
import type { Auth } from '../auth/model.ts'
import type { Dashboard } from '../dashboard/model.ts'
import { type Authority, createAuthority, type Facts } from './authority.ts'
import { createBearers } from './callers.ts'
import { callerIssuers, type OidcSettings } from './settings.ts'
import { BEGIN, createSignIn } from './sign-in.ts'
import { isToken } from './verify.ts'
import { createVisits, type Visits } from './visits.ts'

/** Milliseconds. How often it is asked whether keys are due. */
const LOOK = 10_000

/** An identity provider that is away does not make strangers of those whom the gateway before knew. */
interface Heritage {
  readonly facts: () => ReadonlyMap<string, Facts>
  readonly visits: Visits
}

/** What the plugin does where an identity provider is configured. */
export function createIdentity(host: Host<OidcSettings>): Parts {
  const { config, now, use, site } = host
  const auth = use<Auth>('auth')
  const dashboard = use<Dashboard>('dashboard')
  const before = host.inherited as Heritage | undefined
  const facts = before?.facts()
  const visits = before?.visits ?? createVisits(now)

  const authorities = new Map<string, Authority>()
  function authorityOf({
    issuer,
    jwksUrl,
  }: Pick<OidcSettings, 'jwksUrl'> & { readonly issuer: string }): Authority {
    const known = authorities.get(issuer)
    if (known !== undefined) return known
    const made = createAuthority({
      ...{ issuer, jwksUrl, before: facts?.get(issuer) },
      ...{ fetch: host.fetch, now, log: host.log },
      onChange: () => bearers.forget(),
    })
    authorities.set(issuer, made)
    return made
  }

  const issuers = callerIssuers(config).map(settings => ({ settings, authority: authorityOf(settings) }))
  const bearers = createBearers(issuers, host)
  const { issuer, clientId } = config
  const hasSignIn = issuer !== undefined && clientId !== undefined
  const mark = plainHash(JSON.stringify([issuer, clientId, config.admin])).toHex()
  if (hasSignIn) dashboard.offer({ label: 'Continue with single sign-on', path: BEGIN, mark })
  auth.join({
    isTheirs: credential => issuers.length > 0 && isToken(credential),
    knowOperators: hasSignIn || issuers.some(({ settings }) => settings.admin.length > 0),
  })
  const tokenIn = (request: Request): string | undefined => {
    const credential = auth.credential(request)
    return credential !== undefined && isToken(credential) ? credential : undefined
  }
  const refresh = async () => {
    await Promise.all([...authorities.values()].map(authority => authority.refresh()))
  }

  return {
    heritage: {
      visits,
      facts: () => new Map([...authorities].map(([name, authority]) => [name, authority.facts()])),
    } satisfies Heritage,
    get origins() {
      return [...new Set([...authorities.values()].flatMap(authority => authority.origins()))]
    },
    ...(hasSignIn && {
      api: createSignIn({
        ...{ ...host, site, dashboard, visits, mark },
        settings: { ...config, issuer, clientId },
        authority: authorityOf({ ...config, issuer }),
      }),
    }),
    ...(issuers.length > 0 &&
      ({
        authenticate({ request }) {
          const token = tokenIn(request)
          return token === undefined ? undefined : after(bearers.of(token), bearer => bearer.caller())
        },
        administrate({ request }) {
          const token = tokenIn(request)
          if (token === undefined) return undefined
          return after(bearers.of(token), ({ admin }) => admin ?? refuse('forbidden', NO_OPERATOR))
        },
      } satisfies Parts)),
    ticks: [{ every: LOOK, run: refresh }],
    // In the background: a gateway starts without its identity providers.
    start: () => void refresh(),
  }
}

const NO_OPERATOR = 'The token is good, but nothing in it makes its bearer an operator'
