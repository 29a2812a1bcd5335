import { definePlugin } from '../../src/plugin.ts'
import { loadAssets, readAssets } from '../../views/assets.ts'
import type { Auth } from '../auth/model.ts'
import { createAssetsApi } from './assets.ts'
import { cookie, readCookies, readSessionIds } from './cookie.ts'
import type { Dashboard, Way } from './model.ts'
import { createSessions, type Session, type Sessions } from './session.ts'
import { createSignIn } from './sign-in.tsx'
import { createThrottle, type Throttle } from './throttle.ts'

const MINUTE = 60_000
const HOUR = 3_600_000
/** Wrong keys in a minute. */
const MAX_TRIES = 10
const MAX_AGE = 12 * HOUR

interface Heritage {
  readonly sessions: Sessions
  readonly throttle: Throttle
  readonly masterMark: string
}

export default definePlugin({
  name: 'dashboard',
  about: 'Lets operators into the dashboard and keeps them signed in.',
  needs: ['auth'],
  setup({ now, use, site, log, inherited }) {
    const { masterMark } = use<Auth>('auth')
    const before = inherited as Heritage | undefined
    // A reload keeps operators signed in, unless it brought another master key.
    const sessions =
      before?.masterMark === masterMark
        ? before.sessions
        : createSessions({ now, maxAge: MAX_AGE, maxIdle: 2 * HOUR, max: 1000 })
    const throttle = before?.throttle ?? createThrottle(MAX_TRIES, MINUTE, now)
    const ways: Way[] = []
    const isValid = ({ holder }: Session): boolean =>
      holder === undefined || ways.some(({ mark }) => mark === holder.mark)
    const find = (request: Request) => {
      for (const id of readSessionIds(request)) {
        const session = sessions.find(id)
        if (session !== undefined && isValid(session)) return session
      }
      return undefined
    }
    const signIn = createSignIn({
      auth: use<Auth>('auth'),
      ...{ sessions, find, throttle, log, ways },
      maxAge: MAX_AGE,
      base: site.base,
      assets: loadAssets(site.base).assets,
    })
    const exports: Dashboard = {
      offer: way => void ways.push(way),
      admit: signIn.admit,
      turnAway: signIn.turnAway,
      readCookie: (request, name) => readCookies(request, name)[0],
      cookie,
    }
    return {
      exports,
      heritage: { sessions, throttle, masterMark } satisfies Heritage,
      administrate({ request }) {
        const session = find(request)
        if (session === undefined) return undefined
        const { csrf, holder } = session
        return { via: 'session', csrf, ...(holder !== undefined && { name: holder.name }) }
      },
      api: [...signIn.api, ...createAssetsApi(readAssets())],
    }
  },
})
