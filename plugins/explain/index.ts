import * as v from 'valibot'
import { defineApi } from '../../src/api.ts'
import { refuse, toRefusal } from '../../src/errors.ts'
import type { Ordering, Scoped } from '../../src/exchange.ts'
import { definePlugin } from '../../src/plugin.ts'
import { readModel, refuseUnrouted } from '../../src/route.ts'
import type { Caller, Route, Step, UserPath } from '../../src/types.ts'
import type { Auth } from '../auth/model.ts'
import type { Breaker } from '../breaker/model.ts'

const question = v.strictObject({
  model: v.unknown(),
  user_path: v.optional(v.nullable(v.string())),
  key_id: v.optional(v.nullable(v.string())),
  dialect: v.optional(v.nullable(v.string())),
})

const leg = v.object({ source: v.string(), index: v.number() })
const answer = v.object({
  model: v.string(),
  caller: v.string(),
  user_path: v.string(),
  steps: v.array(v.object({ plugin: v.string(), text: v.string() })),
  targets: v.array(
    v.object({
      provider: v.string(),
      model: v.string(),
      via: v.array(leg),
      base_url: v.optional(v.string()),
      skipped: v.optional(v.string()),
    }),
  ),
  dropped: v.array(v.object({ name: v.string(), via: v.array(leg), code: v.string(), reason: v.string() })),
  listed: v.boolean(),
  outcome: v.object({ status: v.number(), code: v.optional(v.string()), message: v.optional(v.string()) }),
})

export default definePlugin({
  name: 'explain',
  about: 'Tells operators what would become of a request, and why, without making it.',
  needs: ['auth', 'user-path', 'breaker'],
  setup({ use, plan, list, providers, dialects }) {
    const auth = use<Auth>('auth')
    const paths = use<{ resolve(caller: Caller, said: string | null): UserPath | undefined }>('user-path')
    const breaker = use<Breaker>('breaker')

    const callerOf = (id: string | null | undefined): Caller =>
      id == null
        ? auth.master
        : (auth.callerOf(id) ?? refuse('not_found', `There is no working key "${id}"`, { param: 'key_id' }))

    /** The decision of the request path, on a dry run that writes down its steps. */
    async function explain({ model, user_path, key_id, dialect }: v.InferOutput<typeof question>) {
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
      const listed = await list(facts as Ordering & Scoped)
      return {
        model: asked,
        caller: caller.id,
        user_path: userPath,
        steps: trace,
        targets: route.targets.map(target => {
          const skipped = breaker.whyNot(target)
          const baseUrl = providers().get(target.provider)?.baseUrl
          return {
            ...target,
            ...(baseUrl !== undefined && { base_url: baseUrl }),
            ...(skipped !== undefined && { skipped }),
          }
        }),
        dropped: route.dropped,
        listed: listed.some(({ id }) => id === asked),
        outcome: outcomeOf(route, userPath),
      }
    }

    return {
      api: [
        defineApi({
          method: 'POST',
          path: '/admin/explain',
          access: 'admin',
          tag: 'Virtual models',
          summary: 'What would become of a request, and why',
          description:
            'Makes the decision of the request path for a model name and a user path, or the holder of a key: how the name is read, which targets stay, which policy decides, what `/v1/models` shows. Calls no provider.',
          body: question,
          example: { model: 'demo/parrot', user_path: '/team/alpha' },
          answer: { about: 'The decision, step by step', schema: answer },
          refusals: [403, 404, 422],
          run: ({ body }) => explain(body),
        }),
      ],
    }
  },
})

/** What the caller would be told when no target is left; with one, the provider decides. */
function outcomeOf(route: Route, userPath: UserPath) {
  if (route.targets.length > 0) return { status: 200 }
  try {
    return refuseUnrouted(route, userPath)
  } catch (error) {
    const { status, code, message } = toRefusal(error)
    return { status, code, message }
  }
}
