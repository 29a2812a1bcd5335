import * as v from 'valibot'
import { createChannel } from '../../src/contract/peers.ts'
import { loadAssets } from '../../views/assets.ts'
import type { Auth } from '../auth/model.ts'
import { readSessionIds } from './cookie.ts'
import { createKnownBrowsers } from './known.ts'
import type { Doorway, DoorwayHost, DoorwayOptions } from './model.ts'
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

/** A door with what belongs to it. What one knows of sessions and wrong keys, no other one does. */
export function createDoorway(auth: Auth, host: DoorwayHost, options: DoorwayOptions): Doorway {
  const { db, now, log, site, inherited, peers } = host
  const { cookie, table, bond, isOpen, maxOfMark } = options
  const sessions = createSessions({
    ...{ db, log, now, table, bond, isOpen, maxOfMark },
    maxAge: MAX_AGE,
    maxIdle: 2 * HOUR,
    max: 10_000,
  })
  const throttle = (inherited as Heritage | undefined)?.throttle ?? createThrottle(MAX_TRIES, MINUTE, now)
  const wrongKeys = createChannel(peers, {
    note: v.object({ wrongKeyOf: v.string() }),
    heard: ({ wrongKeyOf }) => throttle.count(wrongKeyOf),
  })
  const signIn = createSignIn({
    ...options,
    ...{ sessions, log },
    countWrongKey: () => auth.wrongKeys.count('sign_in'),
    throttle: {
      wait: throttle.wait,
      count(who) {
        throttle.count(who)
        void wrongKeys.tell({ wrongKeyOf: who })
      },
    },
    known: createKnownBrowsers(`${cookie}-known`, bond),
    maxAge: MAX_AGE,
    base: site.base,
    assets: loadAssets(site.base).assets,
  })
  return {
    ...signIn,
    async find(request) {
      const ids = readSessionIds(request, cookie)
      return ids.length === 0 ? undefined : sessions.find(ids)
    },
    keepWays: sessions.keepWays,
    heritage: { throttle } satisfies Heritage,
    hear: wrongKeys.hear,
    tick: { every: 10 * MINUTE, run: sessions.tidy },
  }
}
