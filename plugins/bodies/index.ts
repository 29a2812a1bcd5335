import * as v from 'valibot'
import { isDialect } from '../../src/contract/dialect.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import { bytes, csv, flag, retention, says } from '../../src/contract/settings.ts'
import type { Settled } from '../../src/exchange.ts'
import { isInside, parseUserPath } from '../../src/scope/user-path.ts'
import type { Feedback } from '../feedback/model.ts'
import type { Guardrails } from '../guardrails/look.ts'
import type { Metrics } from '../metrics/model.ts'
import type { Mirror } from '../mirror/model.ts'
import type { AnswersShown } from '../usage/model.ts'
import { textOf } from './answer.ts'
import { createBodiesApi } from './api.ts'
import { type Capture, createCapture } from './capture.ts'
import { copyId, type Known, toCopyEntry, toEntry } from './entry.ts'
import { redactText } from './redact.ts'
import { requestBodies } from './schema.ts'
import { openBodyStore, type Tally } from './store.ts'

/** Milliseconds for which a call may be in memory only. */
const FLUSH = 250
const FORGET = 10_000

/** Who is logged: paths with all below them, and ids of keys. */
const callers = v.pipe(
  csv(),
  v.check(
    items => items.every(item => (item.startsWith('/') ? isPath(item) : /^[\w-]+$/.test(item))),
    'expected user paths such as /team/alpha, or ids of keys such as key_…',
  ),
)

function isPath(text: string): boolean {
  try {
    return parseUserPath(text) !== undefined
  } catch {
    return false
  }
}

export default definePlugin({
  name: 'bodies',
  about: 'Keeps what callers wrote and were told, redacted, for those whom the operator names.',
  config: v.object({
    callers: says(
      "Whose requests and answers are kept, redacted: user paths (all below too) and ids of keys, with commas. Unset: nobody's",
      v.optional(callers, []),
    ),
    limit: says('So much of each body is kept', v.optional(bytes(), '64k')),
    retention: says('How long bodies are kept', v.optional(retention(), '7d')),
    room: says('So much of all bodies together is kept', v.optional(bytes(), '1G')),
    redactEmails: says('true: e-mail addresses are redacted too', v.optional(flag(), false)),
  }),
  env: {
    callers: ['REQUEST_LOG_BODIES'],
    limit: ['REQUEST_LOG_BODY_LIMIT'],
    retention: ['REQUEST_LOG_RETENTION'],
    room: ['REQUEST_LOG_ROOM'],
    redactEmails: ['REQUEST_LOG_REDACT_EMAILS'],
  },
  changeable: ['limit'],
  needs: ['guardrails', 'feedback', 'usage', 'metrics', 'mirror'],
  tables: { requestBodies },
  setup({ config, db, now, log, use, inherited }) {
    const { limit, retention, room } = config
    const tally = (inherited as Tally | undefined) ?? { dropped: 0 }
    const store = openBodyStore({ db, log, now, limit, retention, room, tally, emails: config.redactEmails })
    const api = createBodiesApi(store)
    use<Feedback>('feedback').guardComments(text =>
      redactText(text, { exact: [], emails: config.redactEmails }),
    )
    use<AnswersShown>('usage').tellAnswers(async id => {
      await store.flush()
      return { own: textOf(await store.find(id)), copy: textOf(await store.find(copyId(id))) }
    })
    // What was kept before it was switched off still grows old.
    const forget = { every: FORGET, run: store.forget }
    if (config.callers.length === 0) return { api, heritage: tally, ticks: [forget] }

    const paths = new Set(
      config.callers.filter(item => item.startsWith('/')).map(item => parseUserPath(item)!),
    )
    const keys = new Set(config.callers.filter(item => !item.startsWith('/')))
    const isLogged = ({ endpoint, aim, caller, userPath }: Settled): boolean =>
      (isDialect(endpoint) || aim !== undefined) &&
      caller !== undefined &&
      userPath !== undefined &&
      (keys.has(caller.id) || isInside(userPath, paths))
    /** By the exchange: it is forgotten with it. */
    const captures = new WeakMap<object, Capture>()
    /** Copies that went to a mirror, by the exchange, and whose calls they repeat. */
    const copies = new WeakMap<object, Known>()
    const { mayChangeAnswer } = use<Guardrails>('guardrails')
    use<Mirror>('mirror').overhear((copy, of) => {
      // No guardrail has looked at it: what it would take out of an answer must not be kept of this one.
      if (!isLogged(of) || mayChangeAnswer(copy.route, known(of))) return undefined
      const { capture, tap } = createCapture(copy.stream, limit)
      captures.set(copy, capture)
      copies.set(copy, known(of))
      return tap
    })

    use<Metrics>('metrics').add({
      name: 'modelway_bodies_dropped_total',
      help: 'Calls whose bodies should have been kept, and were not',
      type: 'counter',
      read: () => [{ labels: {}, value: tally.dropped }],
    })
    return {
      api,
      heritage: tally,
      tap(x) {
        if (!isLogged(x) || x.answer?.kind === 'raw' || x.answer?.kind === 'socket') return undefined
        const { capture, tap } = createCapture(x.stream, limit)
        captures.set(x, capture)
        return tap
      },
      settle(x) {
        const options = { capture: captures.get(x), now: now() }
        const repeated = copies.get(x)
        if (repeated !== undefined) store.add(toCopyEntry(x, repeated, options))
        else if (x.copyOf === undefined && isLogged(x)) store.add(toEntry(known(x), options))
      },
      ticks: [{ every: FLUSH, run: store.flush }, forget],
      close: store.flush,
    }
  },
})

/** Who is logged is known. */
const known = (x: Settled) => x as Known
