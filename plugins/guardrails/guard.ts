import { isDialect } from '../../src/contract/dialect.ts'
import { Refusal } from '../../src/errors.ts'
import type { Answered, Routed } from '../../src/exchange.ts'
import { inText } from '../../src/request/aside.ts'
import { membersIn, membersOf } from '../../src/request/members.ts'
import { isAboutCall, isAboutTarget, type Scopes } from '../../src/scope/scope.ts'
import type { Awaitable, JsonObject, Route } from '../../src/types.ts'
import type { createAsking } from './asking.ts'
import { inspect } from './inspect.ts'
import type { Guardrail, Inspected, On } from './model.ts'
import type { Reacting } from './reacting.ts'
import { createWatch } from './watch.ts'

export interface GuardOptions {
  readonly rules: () => Scopes<Guardrail>
  readonly isProvider: (name: string) => boolean
  readonly reacting: Reacting
  readonly askAll: ReturnType<typeof createAsking>
}

type Asking = Pick<Routed, 'id' | 'userPath'> & { readonly route: Route | undefined }

/** What guardrails do in a call. */
export function createGuard({ rules, isProvider, reacting, askAll }: GuardOptions) {
  /** Those that hold for this call, in the order of the tree. */
  const holding = ({ userPath, route }: Pick<Asking, 'userPath' | 'route'>, on: On): readonly Guardrail[] =>
    rules()
      .at(userPath)
      .filter(guardrail => (guardrail.on === 'both' || guardrail.on === on) && isAbout(guardrail, route))

  /** Where nobody knows which model it is about, it may be any. */
  const isAbout = (guardrail: Guardrail, route: Route | undefined): boolean =>
    route === undefined ||
    isAboutCall(guardrail, route) ||
    route.targets.some(target => target.model === '' || isAboutTarget(guardrail, target, isProvider))

  /** Who blocks or masks cannot let through what nobody reads, unless its operator says so. */
  function checkUnread(x: Asking, on: On): undefined {
    const closing = holding(x, on).find(
      ({ action, unreadable }) => action !== 'report' && unreadable === 'refuse',
    )
    if (closing === undefined) return undefined
    reacting.note(closing, x, { action: 'block', on })
    const what = on === 'input' ? 'body' : 'answer'
    throw new Refusal(
      'guardrail_blocked',
      `Guardrail "${closing.name}" cannot look into this ${what}, and lets nothing through that it cannot read`,
    )
  }

  /** What is said on a WebSocket is not looked at, either way. */
  function checkTalk(x: Asking): void {
    checkUnread(x, 'input')
    checkUnread(x, 'output')
  }

  function inspectInput(
    value: JsonObject,
    guardrails: readonly Guardrail[],
    x: Inspected,
  ): Awaitable<JsonObject> {
    const seen = inspect(value, { guardrails, ...reacting.to(x, 'input') })
    const asking = guardrails.filter(({ find }) => find.checker !== undefined)
    return asking.length === 0 ? seen : askAll(seen, asking, x)
  }

  return {
    holding,
    admit(x: Routed): undefined {
      if (x.body === undefined && x.aim?.body !== undefined) checkUnread(x, 'input')
      if (isDialect(x.endpoint) && x.endpoint.talk !== undefined) checkTalk(x)
    },
    /** A guardrail may have come since the conversation began. */
    resume: checkTalk,
    guard(body: JsonObject, x: Routed): Awaitable<JsonObject> {
      const guardrails = holding(x, 'input')
      return guardrails.length === 0 ? body : inspectInput(asRead(body, x), guardrails, x)
    },
    /** Looks at what no model is asked: nobody knows for which one it is, so it may be any. */
    inspect(value: JsonObject, x: Inspected, on: On): Awaitable<JsonObject> {
      const guardrails = holding({ userPath: x.userPath, route: undefined }, on)
      if (guardrails.length === 0) return value
      if (on === 'input') return inspectInput(value, guardrails, x)
      return inspect(value, { guardrails, ...reacting.to(x, on) })
    },
    tap(x: Answered): ((data: string) => string) | undefined {
      if (isOwn(x)) return undefined
      const guardrails = holding(x, 'output')
      if (guardrails.length === 0) return undefined
      const { answer } = x
      if (answer?.kind === 'socket') return undefined
      if (answer?.kind === 'raw') return isText(answer.contentType) ? checkUnread(x, 'output') : undefined
      return answer?.kind === 'stream' ? inStream(guardrails, x) : inWhole(guardrails, x)
    },
  }

  /** Called more than once where an answer is events that are there all at once; a match counts once all the same. */
  function inWhole(guardrails: readonly Guardrail[], x: Answered): (data: string) => string {
    const { found, inTime } = reacting.to(x, 'output')
    const told = new Set<Guardrail>()
    const foundOnce = (guardrail: Guardrail) => {
      if (told.has(guardrail)) return
      told.add(guardrail)
      found(guardrail)
    }
    return data => {
      const json = toValue(data)
      const made = inspect(json, { guardrails, found: foundOnce, inTime })
      if (made === json) return data
      return typeof made === 'string' && json === data ? made : JSON.stringify(made)
    }
  }

  function inStream(guardrails: readonly Guardrail[], x: Answered): (data: string) => string {
    const watch = createWatch({ guardrails, ...reacting.to(x, 'output', true) })
    return data => {
      watch.see(toValue(data))
      if (isEnd(x, data)) watch.end()
      return data
    }
  }
}

export type Guard = ReturnType<typeof createGuard>

/**
 * Where a field stands twice, some readers take the first and some the last, and both would leave: then what goes is what
 * was read, and so looked at. Else the same body, so that its bytes stay.
 */
const asRead = (json: JsonObject, { body }: Routed): JsonObject =>
  json === body?.json && membersIn(body.text) > membersOf(inText(json, body.aside)) ? { ...json } : json

/** The gateway tells something about itself: no model has said it. What passages answer, one may have said before. */
const isOwn = ({ route, endpoint }: Answered): boolean => route === undefined && !('methods' in endpoint)

/** Sounds and pictures are no text, but for those that are drawn in words; whatever else goes by unread may be some. */
const isText = (contentType: string): boolean => !/^(?:audio|image|video)\/(?!svg)/i.test(contentType)

const isEnd = ({ lens }: Answered, data: string): boolean =>
  data === '[DONE]' || lens?.endOf(data) !== undefined

/** What is no JSON is a text. */
function toValue(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return data
  }
}
