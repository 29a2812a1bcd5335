import { orEarly } from './ask/early.ts'
import type { Dialect, Endpoint } from './contract/dialect.ts'
import { type Aim, isBody } from './contract/passage.ts'
import { refuse, toRefusal } from './errors.ts'
import { type Connection, type Deciding, Exchange, type Ordering, type Scoped } from './exchange.ts'
import { after, chain, every, first, type HookTable, type Step, step, walk } from './hooks.ts'
import { readAddressed } from './request/addressed.ts'
import { amended } from './request/amended.ts'
import { type Body, readBody, readForm, rewritten } from './request/body.ts'
import { readOpening } from './request/opening.ts'
import { readModel, refuseUnrouted } from './request/route.ts'
import { add } from './translate/warnings.ts'
import type { Answer, Awaitable, Caller, ListedModel, Recalled, Route, Target, UserPath } from './types.ts'

export interface PipelineOptions {
  readonly hooks: HookTable
  readonly ask: (x: Exchange) => Promise<Answer>
  readonly respond: (x: Exchange) => Response
  /** Refuses while the gateway is stopping. */
  readonly enter: (x: Exchange) => void
  /** Bytes. */
  readonly bodyLimit: number
  /** Bytes of a form. */
  readonly uploadLimit: number
}

const keepRelease = (run: () => void, plugin: string, x: Exchange) => x.releases.push({ plugin, run })

/** The whole request path: read `toModel` from top to bottom; nothing happens anywhere else. */
export function createPipeline({ hooks, ask, respond, enter, bodyLimit, uploadLimit }: PipelineOptions) {
  // Each step writes what it found; those behind it see it. Steps that need not wait follow each other at once.
  const scope = step(
    (x: Exchange) => first(hooks.scope, x),
    (x, path) => {
      x.userPath = path ?? '/'
    },
  )
  const identify: readonly Step<Exchange>[] = [
    step(enter),
    step(
      x => first(hooks.authenticate, x),
      (x, caller) => {
        x.caller = caller ?? refuse('invalid_api_key', NO_KEY)
      },
    ),
    scope,
  ]
  const permit = step((x: Exchange) => every(hooks.permit, x))
  const shape = step(
    (x: Exchange) => chain(hooks.shape, { body: x.body!.json, told: NOTHING }, x),
    (x, { body, told }) => {
      x.body = amended(x.body!, body)
      x.overruled = told
    },
  )
  const admit = step((x: Exchange) => every(hooks.admit, x, keepRelease))
  const guard = step(
    (x: Exchange) => x.body && chain(hooks.guard, x.body.json, x),
    (x, json) => {
      x.body = json && rewritten(x.body!, json)
    },
  )

  /** A client asks a model. */
  const toModel: readonly Step<Exchange>[] = [
    ...identify,
    step(readIn, (x, body) => {
      x.body = inDialect(body, x.endpoint as Dialect)
      x.asked = readModel(x.body.json)
      x.stream = (x.endpoint as Dialect).isStream(x.body.json)
      x.connection.keepOpen()
    }),
    permit,
    step(
      x => plan(x.asked, x),
      (x, route) => {
        x.route = routed(route, x.userPath)
      },
    ),
    shape,
    admit,
    guard,
    step(
      x => after(first(hooks.recall, x), stored => stored ?? (x.stream ? askForStream(x) : ask(x))),
      (x, answer) => {
        x.answer = answer
        if ('recalled' in answer) remember(x, answer.recalled)
      },
    ),
  ]

  async function answer(request: Request, dialect: Dialect, connection: Connection): Promise<Response> {
    const x = new Exchange(request, dialect, connection)
    try {
      await walk(toModel, x)
    } catch (error) {
      x.refusal = toRefusal(error)
    }
    return respond(x)
  }

  /**
   * A client asks the gateway itself, or, through it, one provider in its own language: the same caller, path,
   * permission, exit and record. With `forward` a call takes the rest of the way that it takes to a model.
   */
  async function serve(
    request: Request,
    endpoint: Endpoint,
    connection: Connection,
    run: (x: Scoped, forward: (aim: Aim) => Promise<Answer>) => Awaitable<Answer>,
  ): Promise<Response> {
    const x = new Exchange(request, endpoint, connection)
    try {
      await walk([...identify, permit], x)
      x.answer = await run(x, aim => forward(x, aim))
    } catch (error) {
      x.refusal = toRefusal(error)
    }
    return respond(x)
  }

  /** A caller looks at a page: it stands where its calls do, and may look where it may call. */
  async function visit(x: Exchange, caller: Caller): Promise<Scoped> {
    x.caller = caller
    await walk([scope, permit], x)
    return x
  }

  async function forward(x: Exchange, aim: Aim): Promise<Answer> {
    const { provider, model, body } = aim
    x.aim = aim
    x.lens = aim.lens
    x.body = isBody(body) ? body : undefined
    x.asked = aim.asked ?? (model === '' ? provider : `${provider}/${model}`)
    x.stream = (x.body && aim.lens?.isStream?.(x.body.json)) ?? false
    x.connection.keepOpen()
    const target = { provider, model, via: aim.via ?? [] }
    const aimed = { asked: x.asked, names: [], targets: [target], dropped: [] }
    x.route = routed(await chain(hooks.route, aimed, x), x.userPath)
    await walk([admit, guard], x)
    return ask(x)
  }

  function readIn({ request, endpoint, connection }: Exchange): Awaitable<Body> {
    const { takes, talk, said } = endpoint as Dialect
    if (talk !== undefined) return readOpening(request, connection)
    if (said !== undefined) return readAddressed(request, endpoint as Dialect, bodyLimit)
    return takes === 'form' ? readForm(request, uploadLimit) : readBody(request, bodyLimit)
  }

  function askForStream(x: Exchange): Promise<Answer> {
    const dialect = x.endpoint as Dialect
    // A WebSocket opens when the provider's does, and not before.
    if (dialect.talk !== undefined) return ask(x)
    return orEarly(x, ask(x), dialect.askUsage?.(x.body!.json) !== undefined)
  }

  /** Which targets a name leads to. The request path, the list and `explain` all ask here. */
  function decide(asked: string, facts: Deciding): Awaitable<Route> {
    const route = readRoute(asked, facts)
    // Somebody had to wait for news, and rows may have changed meanwhile: decided again, in one go, on what is known now.
    return route instanceof Promise ? route.then(() => readRoute(asked, dryRun(facts))) : route
  }

  const readRoute = (asked: string, facts: Deciding): Awaitable<Route> =>
    chain(hooks.route, { asked, names: [{ name: asked, via: [] }], targets: [], dropped: [] }, facts)

  /** The same with the targets in the order in which they are tried, each once. */
  const plan = (asked: string, facts: Ordering): Awaitable<Route> =>
    after(decide(asked, facts), route => (route.targets.length < 2 ? route : inOrder(route, facts)))

  const inOrder = (route: Route, facts: Ordering): Awaitable<Route> =>
    after(chain(hooks.order, route.targets, facts), targets => ({ ...route, targets: once(targets) }))

  /** What a caller may use: exactly the names that `decide` gives a target. */
  async function list(x: Scoped): Promise<readonly ListedModel[]> {
    const found = chain(hooks.list, [], x)
    const models: ListedModel[] = []
    // No pause between the names while the hooks need none, so that a list never shows half of a change.
    for (const model of found instanceof Promise ? await found : found) {
      const route = decide(model.id, dryRun(x))
      const { targets } = route instanceof Promise ? await route : route
      if (targets.length > 0) models.push({ ...model, targets })
    }
    return models.sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  return { answer, serve, visit, decide, plan, list }
}

/** What is told of an answer when it is first given, is told again; and what this body has lost, which meant the same. */
function remember(x: Exchange, recalled: Recalled | undefined): void {
  x.recalled = recalled
  if (recalled === undefined) return
  x.target = recalled.target
  x.upstreamMs += recalled.waited ?? 0
  for (const line of [...recalled.warnings, ...(x.body?.lost ?? [])]) add(x.warnings, line)
}

/** The body as its dialect has it, whatever shape it arrived in. */
function inDialect(body: Body, dialect: Dialect): Body {
  const lost = [...(body.lost ?? [])]
  const json = dialect.read?.(body.json, line => add(lost, line)) ?? body.json
  return json === body.json ? body : { ...rewritten(body, json), isOurs: true, lost }
}

const NOTHING: readonly string[] = []

const NO_KEY = 'Send a valid API key: "Authorization: Bearer KEY" or "x-api-key: KEY"'

const routed = (route: Route, userPath: UserPath): Route =>
  route.targets.length === 0 ? refuseUnrouted(route, userPath) : route

const dryRun = ({ caller, userPath }: Pick<Deciding, 'caller' | 'userPath'>): Deciding => ({
  caller,
  userPath,
  dry: true,
  trace: undefined,
})

/** Several redirects may lead to one target; the first way counts. */
function once(targets: readonly Target[]): Target[] {
  const seen = new Set<string>()
  return targets.filter(({ provider, model }) => {
    const name = `${provider}/${model}`
    return seen.has(name) ? false : seen.add(name)
  })
}
