import { defineApi } from '../../src/contract/api.ts'
import { entrances } from '../../src/contract/page.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import { readAssets } from '../../views/assets.ts'
import type { Auth } from '../auth/model.ts'
import { createAssetsApi } from './assets.ts'
import { cookie, readCookies } from './cookie.ts'
import { createDoorway } from './doorway.ts'
import { createRights, OF_KEYS } from './holders.ts'
import type { Dashboard, Elsewhere, KeyHolder, Way } from './model.ts'
import { dashboardSessions } from './schema.ts'
import { goTo, shared } from './sign-in.tsx'
import { operatorWords } from './views.tsx'

/** The page that an operator begins with. */
const HOME = '/dashboard/overview'

export default definePlugin({
  name: 'dashboard',
  about: 'Lets operators into the dashboard and keeps them signed in.',
  needs: ['auth'],
  tables: { dashboardSessions },
  setup(host) {
    const auth = host.use<Auth>('auth')
    const ways: Way[] = []
    const elsewhere: Elsewhere[] = []
    const rightsOf = createRights(auth, ways)
    const doorway = createDoorway(auth, host, {
      ...{ ways, elsewhere },
      entrance: entrances.operators,
      home: HOME,
      cookie: 'modelway',
      table: dashboardSessions,
      bond: auth.masterMark,
      knows: createKeyCheck(auth),
      isOpen: holder => rightsOf(holder) !== undefined,
      hasKey: () => auth.hasMasterKey() || auth.hasOperators(),
      words: operatorWords,
    })
    const exports: Dashboard = {
      offer: way => void ways.push(way),
      admit: doorway.admit,
      turnAway: doorway.turnAway,
      readCookie: (request, name) => readCookies(request, name)[0],
      cookie,
      createDoorway: (host, options) => createDoorway(auth, host, options),
      pointTo: other => void elsewhere.push(other),
    }
    return {
      exports,
      heritage: doorway.heritage,
      hear: doorway.hear,
      async administrate({ request }) {
        const session = await doorway.find(request)
        if (session === undefined) return undefined
        const rights = rightsOf(session.holder)
        return rights && { via: 'session', csrf: session.csrf, ...rights }
      },
      api: [
        defineApi({
          ...shared,
          method: 'GET',
          path: '/',
          summary: 'To the dashboard',
          run: () => goTo(host.site.base + HOME),
        }),
        ...doorway.api,
        ...createAssetsApi(readAssets()),
      ],
      ticks: [doorway.tick],
      // All ways are there now. Without this, settings that come back would bring back whom they ended.
      start: () => doorway.keepWays(ways.flatMap(({ marks }) => [marks.write, marks.read])),
    }
  },
})

/** The master key, and keys that operate. */
const createKeyCheck =
  (auth: Auth) =>
  (key: string): KeyHolder | undefined => {
    if (auth.isMasterKey(key)) return {}
    const mark = auth.markOf(key)
    const operator = auth.operatorOf(mark)
    return operator && { holder: { name: operator.name, mark: OF_KEYS + mark } }
  }
