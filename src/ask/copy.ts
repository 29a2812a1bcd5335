import { isDialect } from '../contract/dialect.ts'
import { Refusal, toRefusal } from '../errors.ts'
import { cutShort, Exchange, type Hearing, LOCAL, type Settled } from '../exchange.ts'
import type { Answer, Caller, Target, UserPath } from '../types.ts'
import { CAME_THROUGH } from '../upstream/loop.ts'

/** Where a copy of a call goes, and on whose account. */
export interface Copying {
  readonly target: Target
  /** Who stands in its record: not the caller, who has not asked for it. */
  readonly caller: Caller
  readonly userPath: UserPath
  /** It is given up after so long (milliseconds). */
  readonly deadline: number
  /** Sees the answer, as a tap does: it goes to nobody else. */
  readonly hear?: Hearing | undefined
}

export interface CopyOptions {
  readonly ask: (x: Exchange) => Promise<Answer>
  /** Without taps and heads: there is nobody to whom an answer could be told. */
  readonly respond: (x: Exchange) => Response
  /** Refuses while the gateway is stopping. */
  readonly enter: (x: Exchange) => void
}

/** A call that has ended is made once more, at another target. */
export type Copy = (of: Settled, copying: Copying) => Promise<void>

/**
 * What was sent for the call is sent again: checked, shaped and masked already, so nobody is asked a second time. What is
 * left of the copy is what `attempt` and `settle` hear of it.
 *
 * @throws Refusal while the gateway is stopping; all that goes wrong later is in its record.
 */
export const createCopy = ({ ask, respond, enter }: CopyOptions): Copy =>
  async function copy(of, { target, caller, userPath, deadline, hear }) {
    const x = new Exchange(toRequest(of), of.endpoint, LOCAL)
    x.copyOf = of.id
    x.hear = hear
    x.caller = caller
    x.userPath = userPath
    x.body = of.body
    x.asked = of.asked ?? ''
    x.stream = of.stream ?? false
    x.route = { asked: x.asked, names: [], targets: [target], dropped: [] }
    enter(x)
    const late = setTimeout(() => cutShort(x, new Refusal('upstream_timeout', LATE)), deadline)
    try {
      x.answer = await ask(x)
    } catch (error) {
      x.refusal = toRefusal(error)
    }
    try {
      await readAll(respond(x))
    } finally {
      clearTimeout(late)
    }
  }

const LATE = 'The copy of a call took longer than copies may take'

/** The client's wishes to the provider go along, and through whom it came. What proves who calls does not, nor what makes two calls one. */
function toRequest({ request: { url, method, headers }, endpoint }: Settled): Request {
  const wishes = isDialect(endpoint) ? endpoint.forwardedHeaders : []
  const kept = [...wishes, CAME_THROUGH].flatMap(name => {
    const value = name === 'idempotency-key' ? null : headers.get(name)
    return value === null ? [] : [[name, value] as [string, string]]
  })
  return new Request(url, { method, headers: kept })
}

/** Nobody listens, and yet what it cost stands at the end. */
async function readAll({ body }: Response): Promise<void> {
  const reader = body?.getReader()
  while (reader !== undefined && !(await reader.read()).done);
}
