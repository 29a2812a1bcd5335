import * as v from 'valibot'
import { keyedHash } from '../../src/base/runtime.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import { chosenKey, says, whole } from '../../src/contract/settings.ts'
import { ConfigError } from '../../src/errors.ts'
import type { Received } from '../../src/exchange.ts'
import { createUnknownModels } from '../../src/scope/unknown-models.ts'
import type { Caller } from '../../src/types.ts'
import type { Concerns } from '../concerns/model.ts'
import type { History } from '../history/model.ts'
import { createKeysApi } from './api.ts'
import { createGuessWatch, createKeyWatch, createMasterKeyWatch, SHORT, WEAK } from './concerns.ts'
import { credential } from './credential.ts'
import { createHashes, findPepper, readPepper } from './hashes.ts'
import { createIdentify, MASTER, OPEN } from './identify.ts'
import { fromRecord } from './input.ts'
import { KIND, openKeys } from './keys.ts'
import { createMakingApi } from './making/api.ts'
import { createMadeWatch } from './making/concern.ts'
import { createMaking } from './making/making.ts'
import { createMakingPage } from './making/page.tsx'
import { derive, mastersIn } from './master-key.ts'
import type { Auth, Others } from './model.ts'
import { createOwnKeyPage } from './own-key.tsx'
import { createKeysPage } from './page.tsx'
import { createResume } from './resume.ts'
import { apiKeys, secrets } from './schema.ts'
import { createKeyUses } from './uses.ts'
import { OF_SECRETS } from './views-of.ts'
import { createWrongKeys, type WrongKeys } from './wrong-keys.ts'

const MINUTE = 60_000

export default definePlugin({
  name: 'auth',
  about: 'Knows callers and operators by their keys.',
  config: v.object({
    masterKey: says(
      'Operates the admin API and the dashboard, and may call models. At least 8 characters. Without any key the gateway serves callers on this machine only',
      v.optional(chosenKey()),
    ),
    formerMasterKey: says(
      'The master key before this one: what it has sealed is sealed anew at the start. It lets nobody in, and can be left out then',
      v.optional(chosenKey()),
    ),
    keysPerMaker: says(
      'How many keys that one key has made (makes_keys) may work at a time',
      v.optional(whole(1, 100_000), 100),
    ),
  }),
  env: {
    masterKey: ['MODELWAY_MASTER_KEY', 'GOMODEL_MASTER_KEY'],
    formerMasterKey: ['MODELWAY_MASTER_KEY_FORMER'],
    keysPerMaker: ['KEYS_PER_MAKER'],
  },
  needs: ['history', 'concerns'],
  tables: { apiKeys, secrets },
  async setup({ config, db, now, log, site, use, decide, providers, review, inherited }) {
    const pepper = await readPepper(db)
    const history = use<History>('history')
    const keys = await openKeys({ db, history, pepper, now, onChange: review })
    history.restores(
      KIND,
      async (state, { subject = '', ...by }) => {
        const input = fromRecord(state, { now: now(), present: keys.get(subject).expiresAt })
        return (await keys.replace(subject, input, by)).version
      },
      OF_SECRETS,
    )
    history.follows(KIND, keys.reread)
    history.shows(KIND, id => `/keys?${new URLSearchParams({ q: id })}`)
    const wrongKeys = (inherited as WrongKeys | undefined) ?? createWrongKeys(now)
    const isWeak = !site.isLoopback && (config.masterKey?.length ?? SHORT) < SHORT
    const concerns = use<Concerns>('concerns')
    concerns.add(createKeyWatch(keys.working, now))
    concerns.add(createMadeWatch(keys))
    concerns.add(createMasterKeyWatch(isWeak))
    concerns.add(createGuessWatch(wrongKeys))
    const masterHash = config.masterKey === undefined ? undefined : keyedHash(pepper, config.masterKey)
    // Both sides are hashed with a secret that callers do not know, so the time of the comparison tells them nothing.
    const isMasterKey = (key: string) => masterHash !== undefined && keyedHash(pepper, key) === masterHash
    const hashes = createHashes(pepper)
    const others: Others[] = []
    const letsIn: ((request: Request) => boolean)[] = []
    const hashIn = ({ request }: Pick<Received, 'request'>) => hashes.of(credential(request) ?? '')
    const going = createResume({
      holderOf: x => keys.find(hashIn(x)),
      endOf: x => keys.endOf(hashIn(x)),
      ...{ now, review },
    })
    const isOpen = () => masterHash === undefined && !keys.exist() && others.length === 0
    const uses = createKeyUses(log)
    const vouched = new WeakMap<Request, (x: Received) => Caller>()
    const identify = createIdentify({
      ...{ keys, hashes, masterHash, wrongKeys, vouched, isOpen },
      isTheirs: key => others.some(other => other.isTheirs(key)),
      isLetIn: request => letsIn.some(isLetIn => isLetIn(request)),
      isLoopback: site.isLoopback,
    })
    const exports: Auth = {
      isMasterKey,
      hasMasterKey: () => masterHash !== undefined,
      hasOperators: keys.operate,
      markOf: key => keys.markOf(keyedHash(pepper, key)),
      operatorOf(mark) {
        const hash = hashOf(mark)
        return keys.markOf(hash) === mark ? keys.operatorOf(hash) : undefined
      },
      holderOf: mark => keys.find(hashOf(mark)),
      endOf: mark => keys.endOf(hashOf(mark)),
      hasKeys: keys.exist,
      openCaller: identify.open,
      masterMark: keyedHash(pepper, masterHash ?? ''),
      // No key has a space in it, so none has this hash.
      keyFor: purpose => Uint8Array.fromHex(keyedHash(pepper, `key for ${purpose}`)),
      async masterSecretsFor(purpose, of) {
        const salt = of === undefined ? pepper : await findPepper(of)
        return salt === undefined ? [] : Promise.all(mastersIn(config).map(key => derive(key, salt, purpose)))
      },
      callerOf: keys.callerOf,
      nameOf: keys.nameOf,
      master: MASTER,
      operator: () => (isOpen() ? OPEN : MASTER),
      vouch: (request, identify) => void vouched.set(request, identify),
      working: keys.working,
      tellUses: uses.tell,
      credential,
      join: more => void others.push(more),
      expect: more => void letsIn.push(more),
      wrongKeys,
    }
    const making = createMaking({ keys, now, most: config.keysPerMaker })
    const desk = {
      ...{ keys, uses, now, isOpen },
      unknownModels: createUnknownModels({ decide, providers, master: MASTER }),
    }
    return {
      exports,
      heritage: wrongKeys,
      api: [...createKeysApi(desk), ...createMakingApi({ making, uses, now })],
      pages: [createKeysPage(desk), createOwnKeyPage(desk), createMakingPage({ making, uses, now })],
      start() {
        if (isOpen() && !site.isLoopback) {
          throw new ConfigError(
            'Set MODELWAY_MASTER_KEY (at least 8 characters), or listen on HOST=127.0.0.1: without any key the gateway serves this machine only',
          )
        }
        if (
          masterHash === undefined &&
          !isOpen() &&
          !keys.operate() &&
          !others.some(({ knowOperators }) => knowOperators)
        )
          log.warn('The admin API and the dashboard are closed: set MODELWAY_MASTER_KEY to open them')
        if (isWeak) log.warn(WEAK)
      },
      authenticate: identify.caller,
      resume: going.resume,
      close: going.stop,
      administrate: identify.operator,
      ticks: [{ every: MINUTE, run: () => wrongKeys.tell(log) }],
    }
  },
})

/** A mark begins with the hash of its key; what follows is of those that operate. */
const hashOf = (mark: string): string => mark.split('.')[0]!
