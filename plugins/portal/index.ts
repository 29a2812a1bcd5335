import * as v from 'valibot'
import { entrances, type Visitor } from '../../src/contract/page.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import { flag, says } from '../../src/contract/settings.ts'
import { ahead } from '../../views/format.ts'
import type { Auth } from '../auth/model.ts'
import type { Dashboard } from '../dashboard/model.ts'
import { portalSessions } from './schema.ts'
import { words } from './words.tsx'

/** Sessions of one key at once: one that a whole team uses has room, and nobody can sign out all others with it. */
const MAX_OF_KEY = 100
/** A key that ends within this time (milliseconds) is told of on every page. */
const SOON = 7 * 86_400_000

export default definePlugin({
  name: 'portal',
  about: 'Lets callers in to pages of their own, with the key that they call with.',
  config: v.object({
    enabled: says(
      'Callers sign in at /portal with their own keys, and see their models, usage and limits there. false: there are no such pages',
      v.optional(flag(), true),
    ),
  }),
  env: { enabled: ['PORTAL'] },
  needs: ['auth', 'dashboard'],
  tables: { portalSessions },
  setup(host) {
    if (!host.config.enabled) return {}
    const auth = host.use<Auth>('auth')
    const dashboard = host.use<Dashboard>('dashboard')
    const callerOf = (mark: string | undefined) => (mark === undefined ? undefined : auth.holderOf(mark))
    const doorway = dashboard.createDoorway(host, {
      entrance: entrances.callers,
      home: '/portal/models',
      cookie: 'modelway-portal',
      table: portalSessions,
      maxOfMark: MAX_OF_KEY,
      bond: auth.keyFor('sessions of callers').toHex(),
      knows(key) {
        const mark = auth.markOf(key)
        const caller = callerOf(mark)
        return caller && { holder: { name: caller.name, mark } }
      },
      isOpen: holder => callerOf(holder?.mark) !== undefined,
      hasKey: auth.hasKeys,
      words,
      ways: [],
      elsewhere: [{ label: 'You operate this gateway? Sign in at the dashboard', path: '/sign-in' }],
    })
    dashboard.pointTo({ label: 'You have a key to call models? See what is yours', path: '/portal' })

    /** Every page says when the key ends, in time to ask for another one. */
    function endOf(mark: string): Pick<Visitor, 'note'> {
      const left = auth.endOf(mark) - host.now()
      return left < SOON
        ? { note: `Your key ends ${ahead(left)}: ask whoever runs this gateway for another one.` }
        : {}
    }

    return {
      heritage: doorway.heritage,
      hear: doorway.hear,
      async recognize(x) {
        const open = auth.openCaller(x)
        if (open !== undefined) return { via: 'loopback', caller: open }
        const session = await doorway.find(x.request)
        const mark = session?.holder?.mark
        const caller = callerOf(mark)
        if (session === undefined || mark === undefined || caller === undefined) return undefined
        return { via: 'session', csrf: session.csrf, caller, ...endOf(mark) }
      },
      api: doorway.api,
      ticks: [doorway.tick],
    }
  },
})
