import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { reasonOf } from '../../src/base/describe.ts'
import type { Host } from '../../src/contract/plugin.ts'
import { refuse } from '../../src/errors.ts'
import { type KeySet, type Metadata, readKeys, readMetadata } from './document.ts'

/** An identity provider: its keys, and what it says of itself. */
export interface Authority {
  /** Who it is and where its keys are: what is known is known of both. */
  readonly place: string
  /** The key that a token names. One that is not known yet is looked for once in a while. */
  readonly keyOf: JWTVerifyGetKey
  /** Where operators sign in, and tokens are had. */
  metadata(): Promise<Metadata>
  /** Asks for its keys anew, if that is due. Never fails: of what cannot be had the log tells. */
  refresh(): Promise<void>
  /** Origins that it is asked at. */
  origins(): readonly string[]
  /** What of it cannot be had: all of its keys, or, where some are known, newer ones. */
  missing(): 'keys' | 'news' | undefined
  /** What is known, for the gateway that replaces this one. */
  facts(): Facts
}

export interface Facts {
  readonly keys?: KeySet
  readonly metadata?: Metadata
}

export interface AuthorityOptions extends Pick<Host, 'fetch' | 'now' | 'log'> {
  readonly issuer: string
  /** Where its keys are, for who does not want to rely on what it says of itself. */
  readonly jwksUrl?: string | undefined
  /** What the gateway before knew, by place. */
  readonly before?: ReadonlyMap<string, Facts> | undefined
  /** Its keys are others now: what was verified with the ones before counts no more. */
  readonly onChange: () => void
}

/** Milliseconds between two looks for a key that nobody knows: anybody may make up names of keys. */
const COOLDOWN = 10_000
/** Milliseconds after which keys are asked for anew, because some may have been withdrawn. */
const FRESH = 600_000

export function createAuthority(options: AuthorityOptions): Authority {
  const { issuer, jwksUrl, now, log, onChange } = options
  const place = JSON.stringify([issuer, jwksUrl])
  let { keys, metadata }: Facts = options.before?.get(place) ?? {}
  let find = keys && createLocalJWKSet(keys as JSONWebKeySet)
  let triedAt = Number.NEGATIVE_INFINITY
  let isAway = false
  // A clock that was set back must not make it wait until it is as late again.
  const isDue = (pause: number): boolean => Math.abs(now() - triedAt) >= pause

  async function load(): Promise<void> {
    if (jwksUrl === undefined) metadata = await readMetadata(options, issuer)
    const read = await readKeys(options, jwksUrl ?? metadata!.jwks_uri)
    if (JSON.stringify(read) === JSON.stringify(keys)) return
    find = createLocalJWKSet(read as JSONWebKeySet)
    keys = read
    onChange()
  }

  const attempt = shared(async () => {
    triedAt = now()
    try {
      await load()
      if (isAway) log.info('An identity provider is back', { issuer })
      isAway = false
    } catch (error) {
      if (!isAway)
        log.warn('The keys of an identity provider cannot be had', { issuer, reason: reasonOf(error) })
      isAway = true
    }
  })

  const keyOf: JWTVerifyGetKey = async (...asked) => {
    try {
      if (find !== undefined) return await find(...asked)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
    }
    if (attempt.isUnderWay() || isDue(COOLDOWN)) await attempt.run()
    // That it cannot be asked is not the fault of who calls.
    if (isAway || find === undefined) refuse('identity_unavailable', AWAY, { retryAfter: COOLDOWN / 1000 })
    return find(...asked)
  }

  return {
    place,
    keyOf,
    metadata: async () => (metadata ??= await readMetadata(options, issuer)),
    async refresh() {
      const pause = isAway || keys === undefined ? COOLDOWN : FRESH
      if (isDue(pause)) await attempt.run()
    },
    origins: () =>
      [issuer, jwksUrl, metadata?.jwks_uri, metadata?.token_endpoint].flatMap(url =>
        url === undefined ? [] : [new URL(url).origin],
      ),
    missing: () => (isAway ? (keys === undefined ? 'keys' : 'news') : undefined),
    facts: () => ({ ...(keys && { keys }), ...(metadata && { metadata }) }),
  }
}

/** One at a time: who comes meanwhile waits for the same. */
function shared(run: () => Promise<void>) {
  let running: Promise<void> | undefined
  return {
    isUnderWay: () => running !== undefined,
    run: () =>
      (running ??= run().finally(() => {
        running = undefined
      })),
  }
}

const AWAY = 'The token cannot be verified at the moment: its identity provider cannot be asked for its keys'
