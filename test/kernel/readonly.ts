import { definePlugin, type Hooks } from '../../src/contract/plugin.ts'
import type { Deciding, Ordering, Routed, Scoped, Settled } from '../../src/exchange.ts'
import type { Route, Target } from '../../src/types.ts'

/**
 * Hooks look, the pipeline writes: what a hook must not do does not compile. Nothing here runs; each line marked
 * `@ts-expect-error` is an error for the type checker, or the type checker complains about the mark.
 */
export const writers: Partial<Hooks> = {
  authenticate(x) {
    // @ts-expect-error who calls is the answer of this hook, not a field to be filled in
    x.caller = { kind: 'master', id: 'me', name: 'Me', subPaths: false, labels: {} }
    // @ts-expect-error nobody knows yet on whose behalf
    return x.userPath
  },
  scope(x) {
    // @ts-expect-error the caller is settled
    x.caller = { ...x.caller, kind: 'master' }
    // @ts-expect-error its fields are, too
    x.caller.path = '/other'
    // @ts-expect-error and its set of models
    x.caller.models?.add('hidden')
    return undefined
  },
  permit(x) {
    // @ts-expect-error the body is what the client sent
    x.body = undefined
    // @ts-expect-error in every part
    x.body!.json.model = 'other'
    // @ts-expect-error the name that was asked for stays
    x.asked = 'other'
    // @ts-expect-error there is no route yet
    x.route
  },
  route(route, x) {
    // @ts-expect-error a route is replaced, not changed
    route.targets.push({ provider: 'a', model: 'b', via: [] })
    // @ts-expect-error a decision may not depend on the request
    x.request
    return route
  },
  admit(x) {
    // @ts-expect-error the route is settled
    x.route = { ...x.route, targets: [] }
    // @ts-expect-error in every part
    x.route.targets[0]!.model = 'other'
    // @ts-expect-error room is given back by what is returned
    x.releases
    return undefined
  },
  attempt(x) {
    // @ts-expect-error the target is settled
    x.target = undefined
    // @ts-expect-error nobody ends an exchange but the gateway
    x.abort.abort()
    return undefined
  },
  tap(x) {
    // @ts-expect-error the answer passes, it is not replaced
    x.answer = undefined
    return undefined
  },
  settle(x) {
    // @ts-expect-error the record is written
    x.usage = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }
    // @ts-expect-error and the status told
    x.status = 200
    // @ts-expect-error what ends a request is none of its business
    x.abort
  },
}

// @ts-expect-error taps are synchronous
export const late: Hooks['tap'] = () => async (data: string) => data

// @ts-expect-error a plugin says in one sentence what it does
export const silent = definePlugin({ name: 'silent', setup: () => ({}) })

export const typo = definePlugin({
  name: 'typo',
  about: 'Has a hook that does not exist.',
  // @ts-expect-error it would never be called
  setup: () => ({ admitt: () => {} }),
})

/** The same for everything a view leads to. */
export function reach(
  scoped: Scoped,
  deciding: Deciding,
  ordering: Ordering,
  routed: Routed,
  settled: Settled,
): void {
  // @ts-expect-error
  scoped.userPath = '/'
  // @ts-expect-error
  deciding.dry = false
  // @ts-expect-error
  ordering.caller = scoped.caller
  // @ts-expect-error
  routed.stream = false
  // @ts-expect-error
  settled.refusal = undefined
}

/** What hooks return is made anew, from what they were given. */
export const returned = (route: Route, target: Target): Route => ({
  ...route,
  targets: [...route.targets, target],
})
