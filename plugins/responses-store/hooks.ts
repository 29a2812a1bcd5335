import { type Dialect, isSpoken } from '../../src/contract/dialect.ts'
import type { Provider } from '../../src/contract/provider.ts'
import { refuse } from '../../src/errors.ts'
import type { Attempted, Ordering, Routed } from '../../src/exchange.ts'
import type { JsonObject, Target } from '../../src/types.ts'
import type { Keeper } from './keeper.ts'
import type { Who } from './model.ts'
import { expanded, inputItems, isStateful, type State } from './state.ts'

export interface HooksOptions {
  /** The language whose answers are kept. */
  readonly dialect: string
  /** All whose bodies may refer to them, that language among them. */
  readonly readers: ReadonlySet<string>
  readonly find: (body: JsonObject, who: Who) => Promise<State>
  readonly keep: Keeper
  readonly providers: () => ReadonlyMap<string, Provider>
  /** Types or names of providers that keep their answers themselves. */
  readonly keepers: ReadonlySet<string>
}

/** What is known of a request that is under way. */
interface Note {
  state?: Promise<State>
  /** What was asked, before what came before it was put in front. */
  asked?: { readonly body: JsonObject; readonly state: State }
  target?: Target
}

/** What takes part in a request: who may go on with an answer, what came before it, and what becomes of it. */
export function createHooks({ dialect, readers, find, keep, providers, keepers }: HooksOptions) {
  const notes = new WeakMap<Request, Note>()
  const noteOf = (request: Request): Note => {
    const note = notes.get(request) ?? {}
    notes.set(request, note)
    return note
  }
  const stateOf = (request: Request, body: JsonObject, who: Who): Promise<State> => {
    const note = noteOf(request)
    note.state ??= find(body, who)
    return note.state
  }
  /** The provider gets the body as it is, so that the answer is of its making. */
  const passes = (target: Target, { endpoint, body }: Routed): boolean => {
    const provider = providers().get(target.provider)
    return provider !== undefined && isSpoken(provider, endpoint as Dialect, body!.json)
  }
  const keeps = (target: Target): boolean => {
    const provider = providers().get(target.provider)
    return provider !== undefined && (keepers.has(provider.type) || keepers.has(provider.name))
  }

  return {
    /** Who keeps the answer before is the only one that can go on with it. */
    order(
      targets: readonly Target[],
      { request, endpoint, body, ...who }: Ordering,
    ): readonly Target[] | Promise<readonly Target[]> {
      if (request === undefined || body === undefined || !isStateful(body.json)) return targets
      if (endpoint === undefined || !readers.has(endpoint.name)) return targets
      return stateOf(request, body.json, who).then(({ pin }) =>
        pin === undefined ? targets : pinned(targets, pin),
      )
    },

    async guard(body: JsonObject, x: Routed): Promise<JsonObject> {
      const state = await stateOf(x.request, body, x)
      if (state.pin !== undefined && pinned(x.route.targets, state.pin).length < x.route.targets.length)
        refuseOthers(state.pin.at)
      noteOf(x.request).asked = { body, state }
      return expanded(body, state, new Set(x.route.targets.map(({ provider }) => provider)))
    },
    isConcerned: (body: JsonObject, x: Routed): boolean => readers.has(x.endpoint.name) && isStateful(body),

    attempt(x: Attempted): undefined {
      if (x.endpoint.name === dialect) noteOf(x.request).target = x.target!
      return undefined
    },

    tap(x: Routed): ((data: string) => string) | undefined {
      if (x.endpoint.name !== dialect || x.body === undefined) return undefined
      const note = noteOf(x.request)
      const { body = x.body.json, state } = note.asked ?? {}
      const isStored = body.store !== false
      const { previous, conversation } = state ?? {}
      if (!isStored && previous === undefined && conversation === undefined) return undefined
      const named = state?.named
      return keep({
        who: { caller: x.caller, userPath: x.userPath },
        input: () => inputItems(named === undefined ? body : expanded(body, { history: [], named })),
        isStored,
        previous,
        conversation,
        isStream: x.stream,
        target: () => note.target,
        isNative: target => keeps(target) && passes(target, x),
        isForeign: target => passes(target, x),
      })
    },
  }
}

function pinned(targets: readonly Target[], { provider, at }: NonNullable<State['pin']>): readonly Target[] {
  const left = targets.filter(target => target.provider === provider)
  return left.length === 0 ? refuseOthers(at) : left
}

const refuseOthers = (at: string): never =>
  refuse(
    'invalid_request',
    `"${at}" belongs to an answer that another provider keeps: ask the same model again, or send what was said as "input"`,
    { param: at },
  )
