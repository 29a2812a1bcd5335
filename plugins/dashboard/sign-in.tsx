import { type Api, defineApi } from '../../src/contract/api.ts'
import { pageHeaders } from '../../src/door/pages.ts'
import { Refusal, refuse } from '../../src/errors.ts'
import type { Log } from '../../src/log.ts'
import { count } from '../../views/format.ts'
import type { Auth } from '../auth/model.ts'
import { noCookies, readSessionIds, sessionCookie } from './cookie.ts'
import { readFields } from './fields.ts'
import { type Holder, OF_KEYS } from './holders.ts'
import type { KnownBrowsers } from './known.ts'
import type { Dashboard, TurnedAway, Way } from './model.ts'
import { isLocalPath, isOwnForm } from './origin.ts'
import type { Sessions } from './session.ts'
import type { Throttle } from './throttle.ts'
import { SignIn } from './views.tsx'

interface SignInDeps {
  readonly auth: Auth
  readonly sessions: Sessions
  /** Ways in beside the master key. */
  readonly ways: readonly Way[]
  readonly throttle: Throttle
  readonly known: KnownBrowsers
  readonly log: Log
  readonly base: string
  readonly assets: Readonly<Record<string, string>>
  /** Milliseconds that the cookie lives. */
  readonly maxAge: number
}

type Run = (call: { readonly request: Request }) => Response | Promise<Response>

/** The page that an operator begins with. */
const HOME = '/dashboard/overview'
const shared = {
  access: 'anyone',
  hidden: true,
  tag: 'Dashboard',
  answer: { about: 'A page, or the way to one' },
} as const

/** `/sign-in`, `/sign-out`, the ways from the root to the first page, and what other ways in need of them. */
export const createSignIn = (deps: SignInDeps) => ({
  api: createSignInApi(deps),
  admit: ((request, { name, mark, next, cookies }) =>
    letIn(deps, request, { next, cookies, holder: { name, mark } })) satisfies Dashboard['admit'],
  turnAway: ((_, refused) => turnAway(deps, refused)) satisfies Dashboard['turnAway'],
})

function createSignInApi(deps: SignInDeps): Api[] {
  const goHome: Run = () => goTo(deps.base + HOME)
  const showSignIn: Run = ({ request }) => {
    const next = new URL(request.url).searchParams.get('next') ?? undefined
    return orTurnAway(deps, { next }, async () => {
      const ids = readSessionIds(request)
      const session = ids.length === 0 ? undefined : await deps.sessions.find(ids)
      // Whoever is in, and goes back to here or opens an old bookmark, is let through.
      return session !== undefined ? goTo(nextOf(deps, next)) : draw(deps, next)
    })
  }
  return [
    defineApi({ ...shared, method: 'GET', path: '/', summary: 'To the dashboard', run: goHome }),
    defineApi({ ...shared, method: 'GET', path: '/dashboard', summary: 'To the dashboard', run: goHome }),
    defineApi({ ...shared, method: 'GET', path: '/sign-in', summary: 'Sign in', run: showSignIn }),
    defineApi({
      ...shared,
      method: 'POST',
      path: '/sign-in',
      summary: 'Open a session',
      run: createKeyCheck(deps),
    }),
    defineApi({
      ...shared,
      method: 'POST',
      path: '/sign-out',
      summary: 'End the session',
      run: createSignOut(deps),
    }),
  ]
}

function createKeyCheck(deps: SignInDeps): Run {
  const { auth, throttle, known, log } = deps
  return async ({ request }) => {
    // Otherwise another site could sign its visitors in here, with a key that it knows.
    if (!isOwnForm(request)) refuse('forbidden', 'The form was sent from another site')
    const { next, key = '' } = await readFields(request)
    const who = known.of(request)
    const wait = throttle.wait(who)
    if (wait > 0) {
      const page = draw(deps, next, {
        mistake: `Too many wrong keys: wait ${count(wait, 'second')} and try again`,
        status: 429,
      })
      page.headers.set('retry-after', String(wait))
      return page
    }
    const isMaster = auth.isMasterKey(key.trim())
    const holder = isMaster ? undefined : holderOf(deps, key.trim())
    if (!isMaster && holder === undefined) {
      throttle.count(who)
      auth.wrongKeys.count('sign_in')
      log.warn('A sign-in with a wrong key was refused')
      const mistake =
        key.trim() === '' ? 'Type a key' : 'This is not the master key, nor another one that operates'
      return draw(deps, next, { mistake, status: 401 })
    }
    const answer = await letIn(deps, request, { next, cookies: [], ...(holder && { holder }) })
    if (answer.status === 303) answer.headers.append('set-cookie', known.mark(request, who))
    return answer
  }
}

/** Whose key it is, where it operates. */
function holderOf({ auth }: SignInDeps, key: string): Holder | undefined {
  const mark = auth.markOf(key)
  const operator = auth.operatorOf(mark)
  return operator && { name: operator.name, mark: OF_KEYS + mark }
}

interface Entering {
  readonly next: string | undefined
  readonly cookies: readonly string[]
  readonly holder?: Holder
}

/** A new session; the one before ends. */
function letIn(deps: SignInDeps, request: Request, { next, cookies, holder }: Entering): Promise<Response> {
  const { sessions, maxAge } = deps
  return orTurnAway(deps, { next, cookies }, async () => {
    const id = await sessions.open(readSessionIds(request), holder)
    return goTo(nextOf(deps, next), [...cookies, sessionCookie(request, id, maxAge)])
  })
}

function createSignOut(deps: SignInDeps): Run {
  const { sessions, base } = deps
  return async ({ request }) => {
    if (!isOwnForm(request)) refuse('forbidden', 'The form was sent from another site')
    const { csrf } = await readFields(request)
    return orTurnAway(deps, {}, async () => {
      const isOver = await sessions.close(readSessionIds(request), csrf)
      return goTo(`${base}/sign-in`, isOver ? noCookies() : [])
    })
  }
}

/** What sessions cannot do, while the database is away, is told on the page of the sign-in. */
async function orTurnAway(
  deps: SignInDeps,
  { next, cookies = [] }: Partial<Pick<TurnedAway, 'next' | 'cookies'>>,
  run: () => Promise<Response>,
): Promise<Response> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return turnAway(deps, { mistake: error.message, status: error.status, next, cookies })
  }
}

function turnAway(deps: SignInDeps, { mistake, status, next, cookies }: TurnedAway): Response {
  const page = draw(deps, next, { refusal: mistake, status })
  for (const cookie of cookies) page.headers.append('set-cookie', cookie)
  return page
}

/** Where to go after signing in: to a page below the base path, whatever the address says. */
const nextOf = ({ base }: SignInDeps, next: string | undefined): string =>
  next !== undefined && isLocalPath(next, base) ? next : base + HOME

interface Answer {
  /** What is wrong with the key. */
  readonly mistake?: string
  /** Why another way in led nowhere. */
  readonly refusal?: string
  readonly status?: number
}

function draw(
  deps: SignInDeps,
  next: string | undefined,
  { mistake, refusal, status = 200 }: Answer = {},
): Response {
  const { base, assets, auth, ways } = deps
  const page = (
    <SignIn
      base={base}
      assets={assets}
      next={nextOf(deps, next)}
      hasKey={auth.hasMasterKey() || auth.hasOperators()}
      ways={ways}
      mistake={mistake}
      refusal={refusal}
    />
  )
  return new Response(`<!doctype html>${page}`, { status, headers: pageHeaders })
}

function goTo(location: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({ location, 'cache-control': 'no-store' })
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return new Response(null, { status: 303, headers })
}
