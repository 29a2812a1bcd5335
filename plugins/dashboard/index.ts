import * as v from 'valibot'
import { createChannel } from '../../src/contract/peers.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import { loadAssets, readAssets } from '../../views/assets.ts'
import type { Auth } from '../auth/model.ts'
import { createAssetsApi } from './assets.ts'
import { cookie, readCookies, readSessionIds } from './cookie.ts'
import { createRights } from './holders.ts'
import { createKnownBrowsers } from './known.ts'
import type { Dashboard, Way } from './model.ts'
import { dashboardSessions } from './schema.ts'
import { createSessions } from './session.ts'
import { createSignIn } from './sign-in.tsx'
import { createThrottle, type Throttle } from './throttle.ts'

const MINUTE = 60_000
const HOUR = 3_600_000
/** Wrong keys of each in a minute. */
const MAX_TRIES = 10
const MAX_AGE = 12 * HOUR

interface Heritage {
  readonly throttle: Throttle
}

export default definePlugin({
  name: 'dashboard',
  about: 'Lets operators into the dashboard and keeps them signed in.',
  needs: ['auth'],
  tables: { dashboardSessions },
  setup({ db, now, use, site, log, inherited, peers }) {
    const auth = use<Auth>('auth')
    const ways: Way[] = []
    const rightsOf = createRights(auth, ways)
    const sessions = createSessions({
      ...{ db, log, now },
      bond: auth.masterMark,
      isOpen: holder => rightsOf(holder) !== undefined,
      maxAge: MAX_AGE,
      maxIdle: 2 * HOUR,
      max: 10_000,
    })
    const before = inherited as Heritage | undefined
    const throttle = before?.throttle ?? createThrottle(MAX_TRIES, MINUTE, now)
    const wrongKeys = createChannel(peers, {
      note: v.object({ wrongKeyOf: v.string() }),
      heard: ({ wrongKeyOf }) => throttle.count(wrongKeyOf),
    })
    const signIn = createSignIn({
      ...{ auth, sessions, log, ways },
      throttle: {
        wait: throttle.wait,
        count(who) {
          throttle.count(who)
          void wrongKeys.tell({ wrongKeyOf: who })
        },
      },
      known: createKnownBrowsers(auth.masterMark),
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
      heritage: { throttle } satisfies Heritage,
      hear: wrongKeys.hear,
      async administrate({ request }) {
        const ids = readSessionIds(request)
        const session = ids.length === 0 ? undefined : await sessions.find(ids)
        if (session === undefined) return undefined
        const rights = rightsOf(session.holder)
        return rights && { via: 'session', csrf: session.csrf, ...rights }
      },
      api: [...signIn.api, ...createAssetsApi(readAssets())],
      ticks: [{ every: 10 * MINUTE, run: sessions.tidy }],
      // All ways are there now. Without this, settings that come back would bring back whom they ended.
      start: () => sessions.keepWays(ways.flatMap(({ marks }) => [marks.write, marks.read])),
    }
  },
})
