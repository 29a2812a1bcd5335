import { type Api, defineApi } from '../../src/contract/api.ts'
import type { Host } from '../../src/contract/plugin.ts'
import { originSeen } from '../../src/door/address.ts'
import { Refusal, refuse } from '../../src/errors.ts'
import type { Dashboard, Guest, Marks } from '../dashboard/model.ts'
import { type Claims, idOf, nameOf, operatesBy } from './claims.ts'
import { type ClientDeps, createClient } from './client.ts'
import { MAX_AWAY, type Visits } from './visits.ts'

export interface SignInDeps extends ClientDeps, Pick<Host, 'site'> {
  readonly dashboard: Dashboard
  readonly visits: Visits
  readonly marks: Marks
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
  const { settings, dashboard, log, site, visits, marks } = deps
  const client = createClient(deps)
  const keep = (request: Request, sealed: string, maxAge: number) =>
    dashboard.cookie(request, COOKIE, sealed, maxAge)

  /** Whoever is not let in is told why where they can try again. */
  function turnAway(request: Request, error: unknown, next?: string): Response {
    if (!(error instanceof Refusal)) throw error
    const { message: mistake, status } = error
    return dashboard.turnAway(request, { mistake, status, next, cookies: [keep(request, '', 0)] })
  }

  async function begin(request: Request): Promise<Response> {
    const said = new URL(request.url).searchParams.get('next') ?? ''
    const next = said.length > MAX_NEXT ? '' : said
    const redirectUri = settings.redirectUri ?? originSeen(request) + site.base + END
    try {
      const { url, checks } = await client.begin(redirectUri)
      return goTo(url, keep(request, await visits.seal({ ...checks, redirectUri, next }), MAX_AWAY))
    } catch (error) {
      return turnAway(request, error, next)
    }
  }

  async function end(request: Request): Promise<Response> {
    const visit = await visits.open(dashboard.readCookie(request, COOKIE))
    if (visit === undefined) return turnAway(request, new Refusal('invalid_request', STALE))
    try {
      const operator = operatorIn(await client.end(visit, new URL(request.url).search))
      const guest = { ...operator, next: visit.next, cookies: [keep(request, '', 0)] }
      return await dashboard.admit(request, guest)
    } catch (error) {
      return turnAway(request, error, visit.next)
    }
  }

  function operatorIn(claims: Claims): Pick<Guest, 'name' | 'mark'> {
    const { issuer } = settings
    const who = { name: nameOf(claims, issuer), id: idOf(claims, issuer) }
    const operates = operatesBy(claims, settings)
    if (operates === undefined) {
      log.warn('Somebody who is no operator was not let in', who)
      refuse('forbidden', `${who.name} is no operator of this gateway: ask whoever runs it`)
    }
    log.info('An operator signed in', { ...who, operates })
    return { name: who.name, mark: marks[operates] }
  }

  return [
    defineApi({ ...shared, path: BEGIN, summary: 'To the identity provider', run: x => begin(x.request) }),
    defineApi({ ...shared, path: END, summary: 'Back from the identity provider', run: x => end(x.request) }),
  ]
}

const STALE = 'This sign-in is over, or was begun in another browser: begin again'

const goTo = (location: string, cookie: string): Response =>
  new Response(null, {
    status: 303,
    headers: { location, 'set-cookie': cookie, 'cache-control': 'no-store' },
  })
