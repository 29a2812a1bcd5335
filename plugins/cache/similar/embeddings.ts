import * as v from 'valibot'
import { reasonOf } from '../../../src/base/describe.ts'
import type { Host } from '../../../src/contract/plugin.ts'
import { ORIGIN } from '../../../src/door/address.ts'
import type { Routed } from '../../../src/exchange.ts'
import type { Auth } from '../../auth/model.ts'
import { toVector, type Vector } from './neighbours.ts'

export interface EmbedOptions extends Pick<Host, 'call' | 'site' | 'log'> {
  /** A name of this gateway. */
  readonly model: string
  readonly auth: Pick<Auth, 'vouch'>
  readonly paths: {
    /** The header in which callers name their user path. */
    readonly header: string
    /** A path as it stands there. */
    toWire(path: string): string
  }
}

/** What a text means, as a vector; undefined where that cannot be had, or not in time. Never throws. */
export type Embed = (text: string, x: Routed) => Promise<Vector | undefined>

/** So long a question waits (milliseconds): it is asked as usual then. */
const DEADLINE = 300
/** Set on every call that is made here, so that its cost can be told from what its caller asked for. */
const LABELS = { via: 'cache' }

const answer = v.object({
  data: v.looseTuple([v.object({ embedding: v.pipe(v.array(v.number()), v.maxLength(8192)) })]),
})

/**
 * Asks for it by the way that every call takes, as the caller whose question it is: with his access, limits and
 * guardrails, and with a usage record of its own. The gateway knows him by the very request, which nobody else can send.
 */
export function createEmbed({ model, call, site, log, auth, paths }: EmbedOptions): Embed {
  function toRequest(text: string, { caller, userPath }: Routed, signal: AbortSignal): Request {
    const request = new Request(`${ORIGIN}${site.base}/v1/embeddings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [paths.header]: paths.toWire(userPath) },
      body: JSON.stringify({ model, input: text }),
      signal,
    })
    auth.vouch(request, () => ({ ...caller, labels: { ...caller.labels, ...LABELS } }))
    return request
  }

  async function ask(request: Request): Promise<Vector | undefined> {
    const response = await call(request)
    const body = await response.json()
    if (response.status !== 200) throw new Error(`status ${response.status}`)
    return toVector(v.parse(answer, body).data[0].embedding)
  }

  return async (text, x) => {
    const signal = AbortSignal.any([x.request.signal, AbortSignal.timeout(DEADLINE)])
    try {
      return await Promise.race([ask(toRequest(text, x, signal)), expiryOf(signal)])
    } catch (error) {
      log.debug('What a question means could not be had', { id: x.id, model, reason: reasonOf(error) })
      return undefined
    }
  }
}

/** A gateway that reads on for clients that hung up does not give up when the deadline comes; whoever waits here does. */
const expiryOf = (signal: AbortSignal): Promise<undefined> =>
  new Promise(resolve => {
    if (signal.aborted) resolve(undefined)
    signal.addEventListener('abort', () => resolve(undefined))
  })
