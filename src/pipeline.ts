import { type Body, readBody, readForm, rewritten } from './body.ts'
import type { Dialect, Endpoint } from './dialect.ts'
import { orEarly } from './early.ts'
import { refuse, toRefusal } from './errors.ts'
import { type Connection, type Deciding, Exchange, type Ordering, type Scoped } from './exchange.ts'
import { chain, every, first, type HookTable } from './hooks.ts'
import { type Aim, isBody } from './passage.ts'
import { readModel, refuseUnrouted } from './route.ts'
import type { Answer, Awaitable, ListedModel, Route, Target } from './types.ts'

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

/** The whole request path. Read it top to bottom; nothing happens anywhere else. */
export function createPipeline(options: PipelineOptions) {
  const { hooks, ask, respond, enter } = options

  /** A client asks a model. */
  async function answer(request: Request, dialect: Dialect, connection: Connection): Promise<Response> {
    const x = new Exchange(request, dialect, connection)
    try {
      await identify(x)
      x.body = await readIn(dialect, request)
      x.asked = readModel(x.body.json)
      x.stream = dialect.isStream(x.body.json)
      connection.keepOpen()
      await every(hooks.permit, x)
      x.route = await plan(x.asked, x)
      if (x.route.targets.length === 0) refuseUnrouted(x.route, x.userPath)
      await every(hooks.admit, x, (run, plugin) => x.releases.push({ plugin, run }))
      x.body = rewritten(x.body, await chain(hooks.guard, x.body.json, x))
      x.answer = (await first(hooks.recall, x)) ?? (await (x.stream ? askForStream(x, dialect) : ask(x)))
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
      await identify(x)
      await every(hooks.permit, x)
      x.answer = await run(x, aim => forward(x, aim))
    } catch (error) {
      x.refusal = toRefusal(error)
    }
    return respond(x)
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
    x.route = await chain(hooks.route, { asked: x.asked, names: [], targets: [target], dropped: [] }, x)
    if (x.route.targets.length === 0) refuseUnrouted(x.route, x.userPath)
    await every(hooks.admit, x, (run, plugin) => x.releases.push({ plugin, run }))
    if (x.body) x.body = rewritten(x.body, await chain(hooks.guard, x.body.json, x))
    return ask(x)
  }

  /** The body as its dialect has it, whatever shape it arrived in. */
  async function readIn(dialect: Dialect, request: Request): Promise<Body> {
    const body = await (dialect.takes === 'form'
      ? readForm(request, options.uploadLimit)
      : readBody(request, options.bodyLimit))
    return dialect.read === undefined ? body : rewritten(body, dialect.read(body.json))
  }

  const askForStream = (x: Exchange, dialect: Dialect): Promise<Answer> =>
    orEarly(x, ask(x), dialect.askUsage?.(x.body!.json) !== undefined)

  async function identify(x: Exchange): Promise<void> {
    enter(x)
    x.caller = (await first(hooks.authenticate, x)) ?? refuse('invalid_api_key', NO_KEY)
    x.userPath = (await first(hooks.scope, x)) ?? '/'
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
  async function plan(asked: string, facts: Ordering): Promise<Route> {
    const route = await decide(asked, facts)
    if (route.targets.length < 2) return route
    return { ...route, targets: once(await chain(hooks.order, route.targets, facts)) }
  }

  /** What a caller may use: exactly the names that `decide` gives a target. */
  async function list(x: Scoped): Promise<readonly ListedModel[]> {
    const found = chain(hooks.list, [], x)
    const models: ListedModel[] = []
    // No pause between the names while the hooks need none, so that a list never shows half of a change.
    for (const model of found instanceof Promise ? await found : found) {
      const route = decide(model.id, dryRun(x))
      if ((route instanceof Promise ? await route : route).targets.length > 0) models.push(model)
    }
    return models.sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  return { answer, serve, decide, plan, list }
}

const NO_KEY = 'Send a valid API key: "Authorization: Bearer KEY" or "x-api-key: KEY"'

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
