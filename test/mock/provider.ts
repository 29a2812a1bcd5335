import { toAsk } from './chat.ts'
import { createChat } from './fast.ts'
import { createHttpServer, type Incoming, parseHeaders, type Wire } from './http.ts'
import { type Account, createLedger, type Ledger, remember } from './ledger.ts'
import { hasContent, type Plan, parsePlan } from './plan.ts'
import { play } from './play.ts'
import { createReply, errorBody, type Question } from './reply.ts'

export interface MockOptions {
  /** Default: any free one. */
  readonly port?: number
  /** What `GET …/models` lists. Default: `mock-model`. */
  readonly models?: readonly string[]
  /** Length of an answer in tokens and, in a stream, in deltas. Default: 16. */
  readonly tokens?: number
  /** How many requests and ledger entries are remembered. Default: 10,000; benches say 0. */
  readonly keep?: number
  /** How many deltas of a stream without a plan leave in one write. Default: 1. */
  readonly burst?: number
}

/** A request as the mock provider received it. */
export interface Recorded {
  readonly method: string
  readonly path: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The body as JSON; undefined where it is none. */
  readonly json: Json | undefined
}

type Json = Readonly<Record<string, unknown>>

/** What answers `GET …/models`: a list, or a plan when it shall fail, wait or lie. */
export interface Models {
  readonly ids?: readonly string[]
  readonly plan?: Plan
}

/** A plan for requests that bring none of their own. */
export type PlanFor = Plan | ((request: Recorded) => Plan | undefined) | undefined

export interface MockProvider {
  /** The base URL a provider is configured with; any other prefix works too. */
  readonly url: string
  readonly requests: readonly Recorded[]
  readonly ledger: Ledger
  setModels(models: Models): void
  setPlan(plan: PlanFor): void
  /** Forgets requests, ledger, models and plan. */
  reset(): void
  stop(): void
}

/**
 * A provider on a real socket that speaks OpenAI's chat, and fails in every way that the `mock_plan` in a request's
 * body asks for.
 */
export function createMockProvider(options: MockOptions = {}): MockProvider {
  const { keep = 10_000, tokens = 16, burst = 1 } = options
  const initial = { ids: options.models ?? ['mock-model'] }
  const requests: Recorded[] = []
  const ledger = createLedger(keep)
  const chat = createChat(tokens, burst)
  let models: Models = initial
  let plan: PlanFor
  let count = 0

  function handle(incoming: Incoming, wire: Wire): void {
    const isGet = incoming.method === 'GET'
    const json = isGet ? undefined : parseBody(incoming.body)
    if (keep > 0) remember(requests, record(incoming, json), keep)
    const chosen = isGet ? models.plan : choosePlan(incoming, json)
    const fault: Fault | undefined =
      typeof chosen === 'string' ? [400, chosen] : faultOf(incoming, json, chosen)
    if (fault) sendJson(wire, fault[0], errorBody(...fault))
    else answer(incoming, json, chosen as Plan | undefined, wire)
  }

  function answer(incoming: Incoming, json: Json | undefined, plan: Plan | undefined, wire: Wire): void {
    const id = `chatcmpl-${(++count).toString(36).padStart(8, '0')}`
    const ask = json && isChat(incoming) ? toAsk(json) : undefined
    if (ask === undefined && plan === undefined) {
      sendJson(wire, 200, list())
      return
    }
    const { model = '', stream = false, promptTokens = 0 } = ask ?? {}
    const account = ledger.open({ id, model, stream, prompt: promptTokens })
    if (plan)
      void follow(plan, { incoming, id, ask, length: tokens, body: ask ? undefined : list() }, wire, account)
    else chat(id, ask!, wire, account)
  }

  const list = () => listModels(models.ids ?? initial.ids)

  function choosePlan(incoming: Incoming, json: Json | undefined): Plan | string | undefined {
    if (json?.mock_plan !== undefined) return parsePlan(json.mock_plan)
    return typeof plan === 'function' ? plan(record(incoming, json)) : plan
  }

  const server = createHttpServer(handle, options.port ?? 0)
  return {
    url: `http://127.0.0.1:${server.port}/v1`,
    requests,
    ledger,
    setModels: next => {
      models = next
    },
    setPlan: next => {
      plan = next
    },
    reset() {
      requests.length = 0
      ledger.reset()
      models = initial
      plan = undefined
    },
    stop: server.stop,
  }
}

const isChat = (incoming: Incoming): boolean => incoming.path.endsWith('/chat/completions')

function parseBody(body: Buffer): Json | undefined {
  try {
    const json: unknown = JSON.parse(body.toString('utf8'))
    return typeof json === 'object' && json !== null ? (json as Json) : undefined
  } catch {
    return undefined
  }
}

const record = ({ method, path, head, body }: Incoming, json: Json | undefined): Recorded => ({
  method,
  path,
  headers: parseHeaders(head),
  body: body.toString('utf8'),
  json,
})

type Fault = readonly [status: number, message: string]

/** What a provider would refuse; a plan that says itself what to answer is never refused. */
function faultOf(incoming: Incoming, json: Json | undefined, plan: Plan | undefined): Fault | undefined {
  const { method, path } = incoming
  if (plan && hasContent(plan)) return undefined
  if (method === 'GET' && path.endsWith('/models')) return undefined
  if (method !== 'POST' || !isChat(incoming)) return [404, `Invalid URL (${method} ${path})`]
  if (json === undefined) return [400, 'We could not parse the JSON body of your request']
  return typeof json.model === 'string' ? undefined : [400, 'You must provide a model parameter']
}

const listModels = (ids: readonly string[]): string =>
  JSON.stringify({
    object: 'list',
    data: ids.map(id => ({ id, object: 'model', created: 1_732_320_000, owned_by: 'mock' })),
  })

async function follow(plan: Plan, question: Question, wire: Wire, account: Account): Promise<void> {
  await play(await createReply(question, plan), plan, wire, account)
}

function sendJson(wire: Wire, status: number, body: string): void {
  wire.send(
    `HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'Error'}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  wire.done()
}
