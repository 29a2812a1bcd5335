import * as v from 'valibot'
import type { Host } from '../../src/contract/plugin.ts'
import { says } from '../../src/contract/settings.ts'
import { Refusal, refuse, toRefusal } from '../../src/errors.ts'
import type { Ordering, Scoped, Step } from '../../src/exchange.ts'
import { readModel, refuseUnrouted } from '../../src/request/route.ts'
import type { Caller, Route, UserPath } from '../../src/types.ts'
import { summarize } from '../../src/upstream/failures.ts'
import type { Auth } from '../auth/model.ts'
import type { Breaker } from '../breaker/model.ts'
import type { Guardrails } from '../guardrails/look.ts'
import type { Limits } from '../limits/look.ts'
import type { Traces } from '../virtual-models/model.ts'
import type { Standing } from './model.ts'

export const question = v.strictObject({
  model: says('The name that is asked for', v.unknown()),
  user_path: says('On whose behalf; null: `/`', v.optional(v.nullable(v.string()))),
  key_id: says(
    'The key of the caller; null: who stands at `user_path` without one, with a token, say',
    v.optional(v.nullable(v.string())),
  ),
  user: says(
    "The client's own user, as a call names it: where callers keep their targets, each of these has one",
    v.optional(v.nullable(v.string())),
  ),
  dialect: says('The language of the client', v.optional(v.nullable(v.string()))),
})

const leg = v.object({
  source: says('The redirect', v.string()),
  index: says('Which of its targets', v.number()),
})
const target = v.object({
  provider: says('Who would be asked', v.string()),
  model: says('Its id there', v.string()),
  via: says('The redirects that led there', v.array(leg)),
  base_url: says('Its address', v.optional(v.string())),
  skipped: says('Why it would be passed over', v.optional(v.string())),
})

export const explanation = v.object({
  model: says('The name that was asked for', v.string()),
  caller: says('The id of the key, or `master`', v.string()),
  user_path: says('On whose behalf', v.string()),
  steps: says(
    'How it was decided',
    v.array(v.object({ plugin: says('Who decided', v.string()), text: says('What, and why', v.string()) })),
  ),
  targets: says('Who would be asked, in this order', v.array(target)),
  dropped: says(
    'Who would not, and why',
    v.array(
      v.object({
        name: says('What it is called', v.string()),
        via: says('The redirects that led there', v.array(leg)),
        code: says('Of the refusal', v.string()),
        reason: says('Why', v.string()),
      }),
    ),
  ),
  strategy: says('That of the redirect, where there was a choice', v.nullable(v.string())),
  pick: says(
    'Why the first target comes first, as records say it: `strategy`, `caller` (it stays there), `user_path` (it names it)',
    v.nullable(v.string()),
  ),
  listed: says('`/v1/models` shows the name to this caller', v.boolean()),
  outcome: says(
    'What would come of it',
    v.object({
      status: says('What the caller would get', v.number()),
      code: says('Of the refusal', v.optional(v.string())),
      message: says('What the caller would be told', v.optional(v.string())),
    }),
  ),
})

export type Question = v.InferOutput<typeof question>
type Explained = v.InferOutput<typeof explanation>
/** What a route would be, and why: what the endpoint answers, and what the page draws. */
export type Explanation = Omit<Explained, 'steps' | 'targets' | 'dropped'> & {
  readonly steps: readonly Step[]
  readonly targets: readonly (Route['targets'][number] & { base_url?: string; skipped?: string })[]
  readonly dropped: Route['dropped']
}
export type ExplainedTarget = Explanation['targets'][number]

export interface ExplainDeps {
  readonly host: Pick<Host, 'plan' | 'list' | 'providers' | 'dialects'>
  readonly auth: Auth
  readonly breaker: Breaker
  readonly limits: Limits
  readonly choiceOf: Traces['choiceOf']
  readonly guardrails: Guardrails
  /** Of plugins that stand behind this one, by their names. */
  readonly others: readonly (readonly [plugin: string, standing: Standing])[]
  readonly paths: { resolve(caller: Caller, said: string | null): UserPath | undefined }
}

/**
 * The decision of the request path, on a dry run that writes down its steps.
 *
 * @throws Refusal that names the field which cannot be read.
 */
export function createExplain({
  host,
  auth,
  breaker,
  limits,
  guardrails,
  others,
  paths,
  choiceOf,
}: ExplainDeps) {
  const { plan, list, providers, dialects } = host

  const callerOf = (id: string | null | undefined): Caller =>
    id == null
      ? auth.master
      : (auth.callerOf(id) ?? refuse('not_found', `There is no working key "${id}"`, { param: 'key_id' }))

  return async function explain({ model, user_path, key_id, user, dialect }: Question): Promise<Explanation> {
    const asked = readModel({ model })
    if (dialect != null && !dialects().includes(dialect)) {
      refuse('invalid_value', `There is no dialect "${dialect}": use ${dialects().join(' or ')}`, {
        param: 'dialect',
      })
    }
    const caller = callerOf(key_id)
    const userPath = paths.resolve(caller, user_path ?? null) ?? '/'
    const trace: Step[] = []
    // Of a body there is no more than that.
    const body = user == null ? {} : { body: { text: '', json: { user } } }
    const facts: Ordering = { caller, userPath, dry: true, trace, ...body }
    const route = await plan(asked, facts)
    for (const [plugin, standing] of others)
      for (const text of await standing(route, facts)) trace.push({ plugin, text })
    for (const text of limits.standing(route, facts)) trace.push({ plugin: 'limits', text })
    for (const text of guardrails.standing(route, facts)) trace.push({ plugin: 'guardrails', text })
    const refusal = limits.refusal(route, facts)
    const { strategy = null, pick = null } = choiceOf(facts, route) ?? {}
    const listed = await list(facts as Ordering & Scoped)
    const targets = route.targets.map((target): ExplainedTarget => {
      const skipped = limits.whyNot(target, route, facts) ?? breaker.whyNot(target)
      const baseUrl = providers().get(target.provider)?.baseUrl
      return {
        ...target,
        ...(baseUrl !== undefined && { base_url: baseUrl }),
        ...(skipped !== undefined && { skipped }),
      }
    })
    return {
      model: asked,
      caller: caller.id,
      user_path: userPath,
      steps: trace,
      targets,
      dropped: route.dropped.map(({ name, via, code, reason }) => ({ name, via, code, reason })),
      strategy,
      pick,
      listed: listed.some(({ id }) => id === asked),
      outcome: outcomeOf({ route, targets, userPath, refusal }),
    }
  }
}

export type Explain = ReturnType<typeof createExplain>

interface Decided {
  readonly route: Route
  readonly targets: readonly ExplainedTarget[]
  readonly userPath: UserPath
  /** Why no target would be asked. */
  readonly refusal: Refusal | undefined
}

/** What the caller would be told when nobody is left to ask; with one who is, that is up to the provider. */
function outcomeOf({ route, targets, userPath, refusal }: Decided) {
  try {
    if (targets.length === 0) return refuseUnrouted(route, userPath)
    if (refusal !== undefined) throw refusal
    const rests = targets.flatMap(({ skipped }) => skipped ?? [])
    if (rests.length < targets.length) return { status: 200 }
    throw summarize(rests.map(reason => new Refusal('model_unavailable', reason)))
  } catch (error) {
    const { status, code, message } = toRefusal(error)
    return { status, code, message }
  }
}
