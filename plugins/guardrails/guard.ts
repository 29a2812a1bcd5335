import { describe } from '../../src/describe.ts'
import { Refusal } from '../../src/errors.ts'
import type { Answered, Routed } from '../../src/exchange.ts'
import type { Log } from '../../src/log.ts'
import { isAboutCall, isAboutTarget, type Scopes } from '../../src/scope.ts'
import type { JsonObject, Route } from '../../src/types.ts'
import type { Ask } from './checker.ts'
import type { CheckerSettings } from './input.ts'
import { inspect } from './inspect.ts'
import type { Guardrail, On, Verdict } from './model.ts'
import { TooSlow } from './patterns.ts'
import type { Tally } from './tally.ts'
import { eachText, mapWhole } from './texts.ts'
import { createWatch } from './watch.ts'

export interface GuardOptions {
  readonly rules: () => Scopes<Guardrail>
  readonly isProvider: (name: string) => boolean
  readonly checkers: Readonly<Record<string, CheckerSettings>>
  readonly ask: Ask
  readonly tally: Tally
  readonly log: Log
}

type Asking = Pick<Routed, 'id' | 'userPath'> & { readonly route: Route | undefined }

/** What guardrails do in a call. */
export function createGuard({ rules, isProvider, checkers, ask, tally, log }: GuardOptions) {
  /** Those that hold for this call, in the order of the tree and of their names. */
  const holding = ({ userPath, route }: Pick<Asking, 'userPath' | 'route'>, on: On): readonly Guardrail[] =>
    rules()
      .at(userPath)
      .filter(guardrail => (guardrail.on === 'both' || guardrail.on === on) && isAbout(guardrail, route))

  /** Where nobody knows which model it is about, it may be any. */
  const isAbout = (guardrail: Guardrail, route: Route | undefined): boolean =>
    route === undefined ||
    isAboutCall(guardrail, route) ||
    route.targets.some(target => target.model === '' || isAboutTarget(guardrail, target, isProvider))

  function note(
    { name }: Guardrail,
    { id }: Pick<Asking, 'id'>,
    { action, on }: { action: Verdict; on: On },
  ) {
    tally.add(name, action, on)
    log.info('A guardrail matched', { id, guardrail: name, action, on })
  }

  /** What cannot be looked at in time does not pass, unless it is only counted. */
  const inTime =
    ({ id }: Pick<Asking, 'id'>) =>
    <T>(guardrail: Guardrail, look: () => T): T | undefined => {
      try {
        return look()
      } catch (error) {
        if (!(error instanceof TooSlow)) throw error
        log.warn('The patterns of a guardrail take too long', { id, guardrail: guardrail.name })
        if (guardrail.action === 'report') return undefined
        throw new Refusal(
          'guardrail_blocked',
          `Guardrail "${guardrail.name}" could not look at all of this in time: send less at once`,
        )
      }
    }

  function reaction(x: Asking, on: On, isStream = false) {
    return (guardrail: Guardrail): void => {
      // What has left cannot be masked.
      const action = isStream && guardrail.action === 'mask' ? 'block' : guardrail.action
      note(guardrail, x, { action, on })
      if (action === 'block') throw toRefusal(guardrail, on)
    }
  }

  async function askCheckers(body: JsonObject, all: readonly Guardrail[], x: Routed): Promise<JsonObject> {
    let current = body
    for (const guardrail of all) current = await askOne(current, guardrail, x)
    return current
  }

  async function askOne(body: JsonObject, guardrail: Guardrail, x: Routed): Promise<JsonObject> {
    const settings = checkers[guardrail.find.checker!]
    const texts: string[] = []
    eachText(body, text => texts.push(text))
    if (texts.length === 0) return body
    try {
      if (settings === undefined) throw new Error('The configuration has no such checker')
      const said = await ask(settings, { guardrail: guardrail.name, x, texts })
      if (said.action === 'allow') return body
      const isMask = said.action === 'mask' && guardrail.action === 'mask'
      const action = isMask || guardrail.action === 'report' ? guardrail.action : 'block'
      note(guardrail, x, { action, on: 'input' })
      if (action === 'block') throw toRefusal(guardrail, 'input', said.message ?? undefined)
      let next = 0
      return isMask ? mapWhole(body, () => said.texts![next++]!) : body
    } catch (error) {
      if (error instanceof Refusal) throw error
      return failed(error, { guardrail, settings, body, x })
    }
  }

  function failed(error: unknown, { guardrail: { name, action }, settings, body, x }: Failed): JsonObject {
    const isAllowed = settings?.on_failure === 'allow' || action === 'report'
    log.warn('A guardrail could not ask its checker', {
      id: x.id,
      guardrail: name,
      passes: isAllowed,
      error: describe(error),
    })
    if (isAllowed) return body
    throw new Refusal('guardrail_unavailable', `Guardrail "${name}" cannot be asked at the moment`, {
      retryAfter: 1,
    })
  }

  /** Who refuses or masks cannot let through what nobody reads, unless its operator says so. */
  function checkUnread(x: Asking, on: On): undefined {
    const closing = holding(x, on).find(
      ({ action, unreadable }) => action !== 'report' && unreadable === 'refuse',
    )
    if (closing === undefined) return undefined
    note(closing, x, { action: 'block', on })
    const what = on === 'input' ? 'body' : 'answer'
    throw new Refusal(
      'guardrail_blocked',
      `Guardrail "${closing.name}" cannot look into this ${what}, and lets nothing through that it cannot read`,
    )
  }

  return {
    holding,
    /** A body that nobody reads may hold anything. */
    admit(x: Routed): undefined {
      if (x.body === undefined && x.aim?.body !== undefined) checkUnread(x, 'input')
    },
    guard(body: JsonObject, x: Routed): JsonObject | Promise<JsonObject> {
      const all = holding(x, 'input')
      if (all.length === 0) return body
      const seen = inspect(body, { guardrails: all, found: reaction(x, 'input'), inTime: inTime(x) })
      const asking = all.filter(({ find }) => find.checker !== undefined)
      return asking.length === 0 ? seen : askCheckers(seen, asking, x)
    },
    tap(x: Answered): ((data: string) => string) | undefined {
      if (isOwn(x)) return undefined
      const all = holding(x, 'output')
      if (all.length === 0) return undefined
      if (x.answer?.kind === 'raw') return isText(x.answer.contentType) ? checkUnread(x, 'output') : undefined
      if (x.answer?.kind !== 'stream') return inWhole(all, x)
      const watch = createWatch({
        guardrails: all,
        found: reaction(x, 'output', true),
        inTime: inTime(x),
      })
      return data => {
        watch.see(data)
        if (isEnd(x, data)) watch.end()
        return data
      }
    },
  }

  function inWhole(all: readonly Guardrail[], x: Answered): (data: string) => string {
    return data => {
      const json: unknown = JSON.parse(data)
      const made = inspect(json, { guardrails: all, found: reaction(x, 'output'), inTime: inTime(x) })
      return made === json ? data : JSON.stringify(made)
    }
  }
}

export type Guard = ReturnType<typeof createGuard>

interface Failed {
  readonly guardrail: Guardrail
  readonly settings: CheckerSettings | undefined
  readonly body: JsonObject
  readonly x: Routed
}

/** The gateway tells something about itself: no model has said it. What passages answer, one may have said before. */
const isOwn = ({ route, endpoint }: Answered): boolean => route === undefined && !('methods' in endpoint)

/** Sounds and pictures are no text; whatever else goes by unread may be some. */
const isText = (contentType: string): boolean => !/^(?:audio|image|video)\//i.test(contentType)

const isEnd = ({ lens }: Answered, data: string): boolean =>
  data === '[DONE]' || lens?.endOf(data) !== undefined

/** Names the guardrail and what its operator says, never what was found. */
function toRefusal({ name, message }: Guardrail, on: On, said = message): Refusal {
  const what = on === 'input' ? 'this' : 'this answer'
  return new Refusal(
    'guardrail_blocked',
    `Guardrail "${name}" does not let ${what} through${said === undefined ? '' : `: ${said}`}`,
  )
}
