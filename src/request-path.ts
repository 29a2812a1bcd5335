import { createAsk } from './ask/ask.ts'
import { type Copy, createCopy } from './ask/copy.ts'
import type { GatewaySettings } from './config/gateway.ts'
import type { InFlight } from './in-flight.ts'
import type { Log } from './log.ts'
import { createPipeline } from './pipeline.ts'
import type { House } from './registry.ts'
import type { Conversations } from './respond/conversations.ts'
import { createDrain } from './respond/drain.ts'
import { createRespond } from './respond/respond.ts'
import type { Egress } from './upstream/egress.ts'
import { toHiddenFailure } from './upstream/failures.ts'
import { createLoop } from './upstream/loop.ts'

export interface RequestPathOptions {
  readonly settings: GatewaySettings
  readonly house: House
  readonly egress: Egress
  readonly inFlight: InFlight
  readonly conversations: Conversations
  readonly log: Log
}

/** All that becomes of a call behind the door. */
export interface RequestPath {
  readonly pipeline: ReturnType<typeof createPipeline>
  readonly copy: Copy
}

/** How many answers may arrive for nobody, and for how long (milliseconds). */
const DRAIN = { limit: 256, longest: 300_000 }

/** Puts together what asks providers, what answers callers, and the pipeline between them. */
export function createRequestPath(options: RequestPathOptions): RequestPath {
  const { settings, house, egress, inFlight, conversations, log } = options
  const { hooks, ownerOf, providers } = house
  const { enter, leave } = inFlight
  const { retries, revealServed, bodyLimit, uploadLimit } = settings
  const drain = settings.onHangUp === 'drain' ? createDrain(DRAIN) : undefined
  const loop = createLoop()
  const ask = createAsk({
    providers: providers.all,
    ...{ ownerOf, hooks, egress, loop, retries, drain },
    timeout: settings.upstreamTimeout || Number.POSITIVE_INFINITY,
    attemptTimeout: settings.attemptTimeout || Number.POSITIVE_INFINITY,
    strict: settings.strictParameters,
  })
  const responding = { hooks, log, revealServed, drain, toFailure: toHiddenFailure, leave, conversations }
  const respond = createRespond(responding)
  const unheard = createRespond({ ...responding, hooks: { ...hooks, tap: undefined, head: undefined } })
  return {
    pipeline: createPipeline({
      ...{ hooks, ask, respond, bodyLimit, uploadLimit },
      enter(x) {
        loop.check(x.request)
        enter(x)
      },
    }),
    copy: createCopy({ ask, respond: unheard, enter }),
  }
}
