import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { keyedHash, randomToken } from '../../src/base/runtime.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import { concealed, says } from '../../src/contract/settings.ts'
import type { Database } from '../../src/database/open.ts'
import { ConfigError, refuse } from '../../src/errors.ts'
import type { Received } from '../../src/exchange.ts'
import { createUnknownModels } from '../../src/scope/unknown-models.ts'
import type { Caller } from '../../src/types.ts'
import type { Concerns } from '../concerns/model.ts'
import type { History } from '../history/model.ts'
import { createKeysApi } from './api.ts'
import { createGuessWatch, createKeyWatch, createMasterKeyWatch, SHORT, WEAK } from './concerns.ts'
import { fromRecord } from './input.ts'
import { KIND, openKeys } from './keys.ts'
import type { Auth, Others } from './model.ts'
import { createKeysPage } from './page.tsx'
import { createResume } from './resume.ts'
import { apiKeys, secrets } from './schema.ts'
import { createKeyUses } from './uses.ts'
import { OF_SECRETS } from './views-of.ts'
import { createWrongKeys, type WrongKeys } from './wrong-keys.ts'

const MASTER: Caller = { kind: 'master', id: 'master', name: 'Master key', subPaths: false, labels: {} }
const MINUTE = 60_000
const OPEN: Caller = { kind: 'open', id: 'open', name: 'No key', subPaths: false, labels: {} }

const masterKey = () =>
  concealed(
    v.pipe(
      v.string(),
      v.trim(),
      v.minLength(8, 'expected at least 8 characters'),
      v.regex(/^[\x21-\x7e]+$/, 'expected printable ASCII characters without spaces'),
    ),
  )

export default definePlugin({
  name: 'auth',
  about: 'Knows callers and operators by their keys.',
  config: v.object({
    masterKey: says(
      'Operates the admin API and the dashboard, and may call models. At least 8 characters. Without any key the gateway serves callers on this machine only',
      v.optional(masterKey()),
    ),
    formerMasterKey: says(
      'The master key before this one: what it has sealed is sealed anew at the start. It lets nobody in, and can be left out then',
      v.optional(masterKey()),
    ),
  }),
  env: {
    masterKey: ['MODELWAY_MASTER_KEY', 'GOMODEL_MASTER_KEY'],
    formerMasterKey: ['MODELWAY_MASTER_KEY_FORMER'],
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
    concerns.add(createMasterKeyWatch(isWeak))
    concerns.add(createGuessWatch(wrongKeys))
    const masterHash = config.masterKey === undefined ? undefined : keyedHash(pepper, config.masterKey)
    // Both sides are hashed with a secret that callers do not know, so the time of the comparison tells them nothing.
    const isMasterKey = (key: string) => masterHash !== undefined && keyedHash(pepper, key) === masterHash
    const hashes = createHashes(pepper)
    const others: Others[] = []
    const letsIn: ((request: Request) => boolean)[] = []
    const isTheirs = (key: string) => others.some(other => other.isTheirs(key))
    const hashIn = ({ request }: Pick<Received, 'request'>) => hashes.of(credential(request) ?? '')
    const going = createResume({
      holderOf: x => keys.find(hashIn(x)),
      endOf: x => keys.endOf(hashIn(x)),
      ...{ now, review },
    })
    const isOpen = () => masterHash === undefined && !keys.exist() && others.length === 0
    const uses = createKeyUses(log)
    const vouched = new WeakMap<Request, (x: Received) => Caller>()
    const exports: Auth = {
      isMasterKey,
      hasMasterKey: () => masterHash !== undefined,
      hasOperators: keys.operate,
      markOf: key => keyedHash(pepper, key),
      operatorOf: keys.operatorOf,
      masterMark: keyedHash(pepper, masterHash ?? ''),
      // No key has a space in it, so none has this hash.
      keyFor: purpose => Uint8Array.fromHex(keyedHash(pepper, `key for ${purpose}`)),
      masterSecretsFor: purpose => Promise.all(mastersIn(config).map(key => derive(key, pepper, purpose))),
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
    const desk = {
      ...{ keys, uses, now, isOpen },
      unknownModels: createUnknownModels({ decide, providers, master: MASTER }),
    }
    return {
      exports,
      heritage: wrongKeys,
      api: createKeysApi(desk),
      pages: [createKeysPage(desk)],
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
      authenticate(x) {
        const { request, connection } = x
        const key = credential(request)
        if (isOpen())
          return connection.loopback && site.isLoopback
            ? (vouched.get(request)?.(x) ?? OPEN)
            : refuse('invalid_api_key', ONLY_LOCAL)
        if (key === undefined) return vouched.get(request)?.(x)
        const hash = hashes.of(key)
        const caller = hash === masterHash ? MASTER : keys.find(hash)
        if (caller === undefined) {
          if (isTheirs(key)) return undefined
          wrongKeys.count('call')
          refuse('invalid_api_key', 'Incorrect API key provided: it is unknown, expired or revoked')
        }
        hashes.keep(key, hash)
        return caller
      },
      resume: going.resume,
      close: going.stop,
      administrate({ request, connection }) {
        if (isOpen())
          return connection.loopback && site.isLoopback ? { via: 'loopback', mayWrite: true } : undefined
        const key = credential(request)
        if (key === undefined) return undefined
        const hash = keyedHash(pepper, key)
        if (hash === masterHash) return { via: 'master', mayWrite: true }
        const operator = keys.operatorOf(hash)
        if (operator !== undefined) return { via: 'key', ...operator }
        const isKnown =
          keys.find(hash) !== undefined || isTheirs(key) || letsIn.some(isLetIn => isLetIn(request))
        if (!isKnown) wrongKeys.count('admin')
        return undefined
      },
      ticks: [{ every: MINUTE, run: () => wrongKeys.tell(log) }],
    }
  },
})

interface Masters {
  readonly masterKey?: string | undefined
  readonly formerMasterKey?: string | undefined
}

/** The master key, and behind it the one before, where there are such. */
function mastersIn({ masterKey, formerMasterKey }: Masters): readonly string[] {
  if (masterKey === undefined) return []
  return formerMasterKey === undefined ? [masterKey] : [masterKey, formerMasterKey]
}

/** HKDF (RFC 5869). The salt is this installation's own, so that equal keys elsewhere have other secrets. */
async function derive(key: string, salt: string, purpose: string): Promise<Uint8Array<ArrayBuffer>> {
  const [material, salted, info] = [key, salt, purpose].map(text => new TextEncoder().encode(text))
  const imported = await crypto.subtle.importKey('raw', material!, 'HKDF', false, ['deriveBits'])
  const how = { name: 'HKDF', hash: 'SHA-256', salt: salted!, info: info! }
  return new Uint8Array(await crypto.subtle.deriveBits(how, imported, 256))
}

/** So many keys in use have their hash at hand. */
const MAX_KEPT = 1000

/**
 * Keyed hashes, which are the dearest part of a look-up, kept for keys that proved valid. What a hash opens is asked
 * anew each time, so nothing here outlives a revocation.
 */
function createHashes(pepper: string) {
  const kept = new Map<string, string>()
  return {
    of: (key: string): string => kept.get(key) ?? keyedHash(pepper, key),
    keep(key: string, hash: string): void {
      if (kept.has(key)) return
      if (kept.size >= MAX_KEPT) kept.clear()
      kept.set(key, hash)
    },
  }
}

const ONLY_LOCAL =
  'Without any key the gateway serves direct callers on this machine only: set MODELWAY_MASTER_KEY and send it as API key'

/** The key that the caller sends; two different ones are a mistake, or an attempt to be judged by one and billed by the other. */
function credential(request: Request): string | undefined {
  const bearer = /^bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  const apiKey = request.headers.get('x-api-key')?.trim() || undefined
  if (bearer !== undefined && apiKey !== undefined && bearer !== apiKey) {
    refuse('invalid_api_key', 'The headers "authorization" and "x-api-key" hold different keys: send one')
  }
  // Google's clients send this one, and no other.
  return bearer ?? apiKey ?? (request.headers.get('x-goog-api-key')?.trim() || keyInProtocols(request))
}

/** Browsers let pages set no headers of WebSockets; there OpenAI's clients send the key as a subprotocol. */
const keyInProtocols = ({ headers }: Request): string | undefined =>
  /(?:^|[\s,])openai-insecure-api-key\.([^\s,]+)/.exec(headers.get('sec-websocket-protocol') ?? '')?.[1]

/** What keys are hashed with. Made once; without it a stolen copy of the table could not even be compared with a guess. */
async function readPepper(db: Database): Promise<string> {
  await db
    .insert(secrets)
    .values({ name: 'key-pepper', value: randomToken(32) })
    .onConflictDoNothing()
  const [row] = await db.select().from(secrets).where(eq(secrets.name, 'key-pepper'))
  return row!.value
}
