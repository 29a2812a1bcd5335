import * as v from 'valibot'
import { Refusal, refuse, toRefusal } from '../../src/errors.ts'
import type { Ordering, Scoped, Step } from '../../src/exchange.ts'
import type { Host } from '../../src/plugin.ts'
import { readModel, refuseUnrouted } from '../../src/request/route.ts'
import type { Caller, Route, UserPath } from '../../src/types.ts'
import { summarize } from '../../src/upstream/failures.ts'
import type { Auth } from '../auth/model.ts'
import type { Breaker } from '../breaker/model.ts'
import type { Guardrails } from '../guardrails/look.ts'
import type { Limits } from '../limits/look.ts'

export const question = v.strictObject({
  model: v.unknown(),
  user_path: v.optional(v.nullable(v.string())),
  key_id: v.optional(v.nullable(v.string())),
  dialect: v.optional(v.nullable(v.string())),
})

const leg = v.object({ source: v.string(), index: v.number() })
const target = v.object({
  provider: v.string(),
  model: v.string(),
  via: v.array(leg),
  base_url: v.optional(v.string()),
  skipped: v.optional(v.string()),
})

export const explanation = v.object({
  model: v.string(),
  caller: v.string(),
  user_path: v.string(),
  steps: v.array(v.object({ plugin: v.string(), text: v.string() })),
  targets: v.array(target),
  dropped: v.array(v.object({ name: v.string(), via: v.array(leg), code: v.string(), reason: v.string() })),
  listed: v.boolean(),
  outcome: v.object({ status: v.number(), code: v.optional(v.string()), message: v.optional(v.string()) }),
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
  readonly guardrails: Guardrails
  readonly paths: { resolve(caller: Caller, said: string | null): UserPath | undefined }
}

/**
 * The decision of the request path, on a dry run that writes down its steps.
 *
 * @throws Refusal that names the field which cannot be read.
 */
export function createExplain({ host, auth, breaker, limits, guardrails, paths }: ExplainDeps) {
  const { plan, list, providers, dialects } = host

  const callerOf = (id: string | null | undefined): Caller =>
    id == null
      ? auth.master
      : (auth.callerOf(id) ?? refuse('not_found', `There is no working key "${id}"`, { param: 'key_id' }))

  return async function explain({ model, user_path, key_id, dialect }: Question): Promise<Explanation> {
    const asked = readModel({ model })
    if (dialect != null && !dialects().includes(dialect)) {
      refuse('invalid_value', `There is no dialect "${dialect}": use ${dialects().join(' or ')}`, {
        param: 'dialect',
      })
    }
    const caller = callerOf(key_id)
    const userPath = paths.resolve(caller, user_path ?? null) ?? '/'
    const trace: Step[] = []
    const facts: Ordering = { caller, userPath, dry: true, trace }
    const route = await plan(asked, facts)
    for (const text of limits.standing(route, facts)) trace.push({ plugin: 'limits', text })
    for (const text of guardrails.standing(route, facts)) trace.push({ plugin: 'guardrails', text })
    const refusal = limits.refusal(route, facts)
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
