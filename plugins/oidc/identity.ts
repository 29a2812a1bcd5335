import { plainHash } from '../../src/base/runtime.ts'
import type { Hooks, Host, Parts } from '../../src/contract/plugin.ts'
import { isLoopbackName } from '../../src/door/address.ts'
import { refuse } from '../../src/errors.ts'
import { after } from '../../src/hooks.ts'
import type { Auth } from '../auth/model.ts'
import type { Concerns } from '../concerns/model.ts'
import type { Dashboard, Marks } from '../dashboard/model.ts'
import { type Authority, createAuthority, type Facts } from './authority.ts'
import { type Bearers, createBearers } from './callers.ts'
import { createIdentityWatch } from './concerns.ts'
import type { SignOn } from './model.ts'
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
  const auth = host.use<Auth>('auth')
  const before = host.inherited as Heritage | undefined
  const visits = before?.visits ?? createVisits(auth.keyFor('visits of oidc'), host.now)
  const authorities = openAuthorities(host, before?.facts(), () => bearers.forget())
  const issuers = callerIssuers(host.config).map(settings => ({
    settings,
    authority: authorities.get(settings.issuer)!,
  }))
  const bearers = createBearers(issuers, host)
  const hasSignIn = host.config.clientId !== undefined
  auth.join({
    isTheirs: credential => issuers.length > 0 && isToken(credential),
    knowOperators:
      hasSignIn || issuers.some(({ settings }) => settings.admin.length + settings.readers.length > 0),
  })
  host.use<Concerns>('concerns').add(createIdentityWatch(authorities))
  const all = [...authorities.values()]
  const refresh = async () => void (await Promise.all(all.map(authority => authority.refresh())))

  return {
    exports: {
      issuers: issuers.map(({ settings }) => settings.issuer),
      scopes: host.config.callerScopes?.split(/\s+/) ?? [],
    } satisfies SignOn,
    heritage: {
      visits,
      facts: () => new Map(all.map(authority => [authority.place, authority.facts()])),
    } satisfies Heritage,
    get origins() {
      return [...new Set(all.flatMap(authority => authority.origins()))]
    },
    ...(hasSignIn && { api: offerSignIn(host, authorities, visits) }),
    ...(issuers.length > 0 && createHooks(auth, bearers)),
    ticks: [{ every: LOOK, run: refresh }],
    start() {
      for (const issuer of authorities.keys())
        if (isUnprotected(issuer)) host.log.warn(UNPROTECTED, { issuer })
      // In the background: a gateway starts without its identity providers.
      void refresh()
    },
  }
}

/** One for each issuer, whatever it is needed for. */
function openAuthorities(
  { config, fetch, now, log }: Host<OidcSettings>,
  before: ReadonlyMap<string, Facts> | undefined,
  onChange: () => void,
): ReadonlyMap<string, Authority> {
  const { issuer, jwksUrl, issuers } = config
  const all = [...(issuer === undefined ? [] : [{ issuer, jwksUrl }]), ...issuers]
  return new Map(
    all.map(({ issuer, jwksUrl }) => [
      issuer,
      createAuthority({ issuer, jwksUrl, before, fetch, now, log, onChange }),
    ]),
  )
}

/** Who brings a token: a caller, and perhaps an operator. */
function createHooks(auth: Auth, bearers: Bearers): Pick<Hooks, 'authenticate' | 'administrate'> {
  const tokenIn = (request: Request): string | undefined => {
    const credential = auth.credential(request)
    return credential !== undefined && isToken(credential) ? credential : undefined
  }
  return {
    authenticate({ request }) {
      const token = tokenIn(request)
      return token === undefined ? undefined : after(bearers.of(token), bearer => bearer.caller())
    },
    administrate({ request }) {
      const token = tokenIn(request)
      if (token === undefined) return undefined
      return after(bearers.of(token), ({ admin }) => admin ?? refuse('forbidden', NO_OPERATOR))
    },
  }
}

/** A button on the page of the sign-in, and what is behind it. */
function offerSignIn(
  host: Host<OidcSettings>,
  authorities: ReadonlyMap<string, Authority>,
  visits: Visits,
): NonNullable<Parts['api']> {
  const { issuer = '', clientId = '' } = host.config
  const dashboard = host.use<Dashboard>('dashboard')
  const marks = marksOf(host.config)
  dashboard.offer({ label: 'Continue with single sign-on', path: BEGIN, marks })
  const settings = { ...host.config, issuer, clientId }
  return createSignIn({ ...host, settings, authority: authorities.get(issuer)!, dashboard, visits, marks })
}

/** No list of readers has the mark of operators who may write, whatever stands in it. */
function marksOf({ issuer, clientId, admin, readers }: OidcSettings): Marks {
  const markOf = (who: object) => plainHash(JSON.stringify([issuer, clientId, who])).toHex()
  return { write: markOf(admin), read: markOf({ readers }) }
}

const UNPROTECTED =
  'An identity provider is asked over plain http: who sits in between can make up keys, and so anybody'

function isUnprotected(issuer: string): boolean {
  const { protocol, host } = new URL(issuer)
  return protocol === 'http:' && !isLoopbackName(host)
}

const NO_OPERATOR = 'The token is good, but nothing in it makes its bearer an operator'
