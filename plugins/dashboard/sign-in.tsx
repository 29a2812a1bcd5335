import { type Api, defineApi } from '../../src/api.ts'
import { refuse } from '../../src/errors.ts'
import type { Log } from '../../src/log.ts'
import { pageHeaders } from '../../src/pages.ts'
import type { Auth } from '../auth/model.ts'
import { noCookies, readSessionIds, sessionCookie } from './cookie.ts'
import { readFields } from './fields.ts'
import { isLocalPath, isOwnForm } from './origin.ts'
import type { Sessions } from './session.ts'
import { createThrottle } from './throttle.ts'
import { SignIn } from './views.tsx'

interface SignInDeps {
  readonly auth: Auth
  readonly sessions: Sessions
  readonly now: () => number
  readonly log: Log
  readonly base: string
  readonly assets: Readonly<Record<string, string>>
  /** Milliseconds that the cookie lives. */
  readonly maxAge: number
}

const MINUTE = 60_000
const MAX_TRIES = 10
const shared = { access: 'anyone', hidden: true, tag: 'Dashboard' } as const

/** `/sign-in`, `/sign-out`, and the ways from the root to the first page. */
export function createSignInApi(deps: SignInDeps): Api[] {
  const { base } = deps
  const home = `${base}/dashboard/models`
  const goHome = (path: `/${string}`) =>
    defineApi({
      ...shared,
      method: 'GET',
      path,
      summary: 'To the dashboard',
      answer: { status: 303, about: 'A redirect' },
      run: () => goTo(home),
    })
  const nextOf = (next: string | null | undefined): string =>
    next != null && isLocalPath(next) ? next : home
  const draw = (next: string, mistake?: string, status = 200): Response => {
    const isClosed = !deps.auth.hasMasterKey()
    const page = (
      <SignIn
        base={base}
        assets={deps.assets}
        next={next}
        isClosed={isClosed}
        {...(mistake !== undefined && { mistake })}
      />
    )
    return new Response(`<!doctype html>${page}`, { status, headers: pageHeaders })
  }
  return [
    goHome('/'),
    goHome('/dashboard'),
    defineApi({
      ...shared,
      method: 'GET',
      path: '/sign-in',
      summary: 'The sign-in page',
      answer: { about: 'The page' },
      run: ({ request }) => draw(nextOf(new URL(request.url).searchParams.get('next'))),
    }),
    defineApi({
      ...shared,
      method: 'POST',
      path: '/sign-in',
      summary: 'Sign in with the master key',
      answer: { status: 303, about: 'A redirect, and a session in a cookie' },
      run: createSignIn(deps, draw, nextOf),
    }),
    defineApi({
      ...shared,
      method: 'POST',
      path: '/sign-out',
      summary: 'End the session',
      answer: { status: 303, about: 'A redirect' },
      async run({ request }) {
        if (!isOwnForm(request)) refuse('forbidden', 'The form was sent from another site')
        const { csrf } = await readFields(request)
        const ids = readSessionIds(request).filter(id => deps.sessions.find(id)?.csrf === csrf)
        for (const id of ids) deps.sessions.close(id)
        return goTo(`${base}/sign-in`, ids.length > 0 ? noCookies() : [])
      },
    }),
  ]
}

type Draw = (next: string, mistake?: string, status?: number) => Response

function createSignIn(
  { auth, sessions, now, log, maxAge }: SignInDeps,
  draw: Draw,
  nextOf: (next: string | undefined) => string,
) {
  const throttle = createThrottle(MAX_TRIES, MINUTE, now)
  return async ({ request }: { readonly request: Request }): Promise<Response> => {
    // Otherwise another site could sign its visitors in here, with a key that it knows.
    if (!isOwnForm(request)) refuse('forbidden', 'The form was sent from another site')
    const { next, key = '' } = await readFields(request)
    const wait = throttle.wait()
    if (wait > 0)
      return later(draw(nextOf(next), `Too many wrong keys: wait ${wait} seconds and try again`, 429), wait)
    if (!auth.isMasterKey(key.trim())) {
      throttle.count()
      log.warn('A sign-in with a wrong key was refused')
      return draw(nextOf(next), key.trim() === '' ? 'Type the master key' : 'This is not the master key', 401)
    }
    for (const id of readSessionIds(request)) sessions.close(id)
    return goTo(nextOf(next), [sessionCookie(request, sessions.open(), maxAge)])
  }
}

function goTo(location: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({ location, 'cache-control': 'no-store' })
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return new Response(null, { status: 303, headers })
}

function later(response: Response, seconds: number): Response {
  response.headers.set('retry-after', String(seconds))
  return response
}
