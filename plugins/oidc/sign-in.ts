import { type Api, defineApi } from '../../src/api.ts'
import { reasonOf } from '../../src/describe.ts'
import { originSeen } from '../../src/door/address.ts'
import { Refusal, refuse } from '../../src/errors.ts'
import type { Host } from '../../src/plugin.ts'
import type { Dashboard } from '../dashboard/model.ts'
import { idOf, matches, nameOf } from './claims.ts'
import { type ClientDeps, createClient } from './client.ts'
import { MAX_AWAY, type Visits } from './visits.ts'

export interface SignInDeps extends ClientDeps, Pick<Host, 'site'> {
  readonly dashboard: Dashboard
  readonly visits: Visits
  /** Another one whenever other people may come in. */
  readonly mark: string
}

export const BEGIN = '/sign-in/sso'
const END = '/sign-in/sso/callback'
const COOKIE = 'modelway-sso'
/** Longer addresses within the dashboard are not come back to. */
const MAX_NEXT = 1000

const shared = {
  method: 'GET',
  access: 'anyone',
  hidden: true,
  tag: 'Dashboard',
  answer: { about: 'The way to another page' },
} as const

/** The way to the identity provider, and the way back (OpenID Connect Core 1.0, section 3.1, with PKCE). */
export function createSignIn(deps: SignInDeps): Api[] {
  const { settings, dashboard, log, site, visits, mark } = deps
  const { issuer, admin } = settings
  const client = createClient(deps)
  const keep = (request: Request, sealed: string, maxAge: number) =>
    dashboard.cookie(request, COOKIE, sealed, maxAge)

  async function begin(request: Request): Promise<Response> {
    const next = new URL(request.url).searchParams.get('next') ?? ''
    const redirectUri = settings.redirectUri ?? originSeen(request) + site.base + END
    const { url, checks } = await client.begin(redirectUri).catch(error => {
      log.warn('A sign-in could not begin', { issuer, reason: reasonOf(error) })
      return refuse('identity_unavailable', 'The identity provider cannot be reached: try again in a moment')
    })
    const visit = { ...checks, redirectUri, next: next.length > MAX_NEXT ? '' : next }
    return goTo(url, keep(request, await visits.seal(visit), MAX_AWAY))
  }

  async function end(request: Request): Promise<Response> {
    const visit =
      (await visits.open(dashboard.readCookie(request, COOKIE))) ?? refuse('invalid_request', STALE)
    const claims = await client.end(visit, new URL(request.url).search)
    const name = nameOf(claims, issuer)
    if (!matches(claims, admin)) {
      log.warn('Somebody who is no operator was not let in', { name, id: idOf(claims, issuer) })
      return refuse('forbidden', `You are ${name}, who is no operator of this gateway`)
    }
    log.info('An operator signed in', { name, id: idOf(claims, issuer) })
    return dashboard.admit(request, { name, mark, next: visit.next, cookies: [keep(request, '', 0)] })
  }

  /** Whoever is not let in is told why where they can try again. */
  const toPage = (run: (request: Request) => Promise<Response>) => (call: { readonly request: Request }) =>
    run(call.request).catch(error => {
      if (!(error instanceof Refusal)) throw error
      const { message: mistake, status } = error
      const cookies = [keep(call.request, '', 0)]
      return dashboard.turnAway(call.request, { mistake, status, next: undefined, cookies })
    })

  return [
    defineApi({ ...shared, path: BEGIN, summary: 'To the identity provider', run: toPage(begin) }),
    defineApi({ ...shared, path: END, summary: 'Back from the identity provider', run: toPage(end) }),
  ]
}

const STALE = 'This sign-in is over, or was begun in another browser: begin again'

const goTo = (location: string, cookie: string): Response =>
  new Response(null, {
    status: 303,
    headers: { location, 'set-cookie': cookie, 'cache-control': 'no-store' },
  })
