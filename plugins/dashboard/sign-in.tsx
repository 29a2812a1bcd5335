import { type Api, defineApi } from '../../src/contract/api.ts'
import { pageHeaders } from '../../src/door/pages.ts'
import { Refusal, refuse } from '../../src/errors.ts'
import type { Log } from '../../src/log.ts'
import { count } from '../../views/format.ts'
import { cookie, noCookies, readSessionIds } from './cookie.ts'
import { readFields } from './fields.ts'
import type { Holder } from './holders.ts'
import type { KnownBrowsers } from './known.ts'
import type { Dashboard, DoorwayOptions, TurnedAway } from './model.ts'
import { isLocalPath, isOwnForm } from './origin.ts'
import type { Sessions } from './session.ts'
import type { Throttle } from './throttle.ts'
import { SignIn } from './views.tsx'

interface SignInDeps
  extends Pick<
    DoorwayOptions,
    'entrance' | 'home' | 'cookie' | 'knows' | 'hasKey' | 'words' | 'ways' | 'elsewhere'
  > {
  readonly sessions: Sessions
  readonly throttle: Throttle
  /** A key opened nothing here: whoever watches for guesses is told. */
  readonly countWrongKey: () => void
  readonly known: KnownBrowsers
  readonly log: Log
  readonly base: string
  readonly assets: Readonly<Record<string, string>>
  /** Milliseconds that the cookie lives. */
  readonly maxAge: number
}

type Run = (call: { readonly request: Request }) => Response | Promise<Response>

export const shared = {
  access: 'anyone',
  hidden: true,
  tag: 'Dashboard',
  answer: { about: 'A page, or the way to one' },
} as const

/** The sign-in, the way out, the way to the first page, and what other ways in need of them. */
export const createSignIn = (deps: SignInDeps) => ({
  api: createSignInApi(deps),
  admit: ((request, { name, mark, next, cookies }) =>
    letIn(deps, request, { next, cookies, holder: { name, mark } })) satisfies Dashboard['admit'],
  turnAway: ((_, refused) => turnAway(deps, refused)) satisfies Dashboard['turnAway'],
})

function createSignInApi(deps: SignInDeps): Api[] {
  const { entrance, base, home } = deps
  const showSignIn: Run = ({ request }) => {
    const next = new URL(request.url).searchParams.get('next') ?? undefined
    return orTurnAway(deps, { next }, async () => {
      const ids = readSessionIds(request, deps.cookie)
      const session = ids.length === 0 ? undefined : await deps.sessions.find(ids)
      // Whoever is in, and goes back to here or opens an old bookmark, is let through.
      return session !== undefined ? goTo(nextOf(deps, next)) : draw(deps, next)
    })
  }
  const define = (method: 'GET' | 'POST', path: Api['path'], summary: string, run: Run): Api =>
    defineApi({ ...shared, method, path, summary, run })
  return [
    define('GET', entrance.at, 'To the first page', () => goTo(base + home)),
    define('GET', entrance.signIn, 'Sign in', showSignIn),
    define('POST', entrance.signIn, 'Open a session', createKeyCheck(deps)),
    define('POST', entrance.signOut, 'End the session', createSignOut(deps)),
  ]
}

function createKeyCheck(deps: SignInDeps): Run {
  const { knows, throttle, countWrongKey, known, words, log } = deps
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
    const holder = knows(key.trim())
    if (holder === undefined) {
      throttle.count(who)
      countWrongKey()
      log.warn('A sign-in with a wrong key was refused')
      return draw(deps, next, { mistake: key.trim() === '' ? 'Type a key' : words.wrong, status: 401 })
    }
    const answer = await letIn(deps, request, { next, cookies: [], ...holder })
    if (answer.status === 303) answer.headers.append('set-cookie', known.mark(request, who))
    return answer
  }
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
    const id = await sessions.open(readSessionIds(request, deps.cookie), holder)
    return goTo(nextOf(deps, next), [...cookies, cookie(request, deps.cookie, id, maxAge)])
  })
}

function createSignOut(deps: SignInDeps): Run {
  const { sessions, entrance, base } = deps
  return async ({ request }) => {
    if (!isOwnForm(request)) refuse('forbidden', 'The form was sent from another site')
    const { csrf } = await readFields(request)
    return orTurnAway(deps, {}, async () => {
      const isOver = await sessions.close(readSessionIds(request, deps.cookie), csrf)
      return goTo(base + entrance.signIn, isOver ? noCookies(deps.cookie) : [])
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
const nextOf = ({ base, home }: SignInDeps, next: string | undefined): string =>
  next !== undefined && isLocalPath(next, base) ? next : base + home

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
  const { base, assets, entrance, hasKey, words, ways, elsewhere } = deps
  const page = (
    <SignIn
      {...{ base, assets, words, ways, elsewhere, mistake, refusal }}
      action={base + entrance.signIn}
      next={nextOf(deps, next)}
      hasKey={hasKey()}
    />
  )
  return new Response(`<!doctype html>${page}`, { status, headers: pageHeaders })
}

export function goTo(location: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({ location, 'cache-control': 'no-store' })
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return new Response(null, { status: 303, headers })
}
