import { toAsk } from './chat.ts'
import { createDesks, type Handed } from './desk.ts'
import { createChat } from './fast.ts'
import { createHttpServer, type Incoming, parseHeaders } from './http.ts'
import { errorAt, languageOf } from './languages.ts'
import { type Account, createLedger, type Ledger, remember } from './ledger.ts'
import { listModels } from './model-lists.ts'
import { hasContent, type Plan, parsePlan } from './plan.ts'
import { play } from './play.ts'
import { createReply, type Question } from './reply.ts'
import type { Language } from './talk.ts'
import type { Wire } from './wire.ts'

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

/** What may change while the provider runs. */
interface State {
  models: Models
  plan: PlanFor
}

/**
 * A provider on a real socket that speaks OpenAI's chat, and fails in every way that the `mock_plan` in a request's
 * body asks for.
 */
export function createMockProvider(options: MockOptions = {}): MockProvider {
  const { port = 0, keep = 10_000 } = options
  const initial: State = { models: {}, plan: undefined }
  const state = { ...initial }
  const requests: Recorded[] = []
  const ledger = createLedger(keep)
  const answer = createAnswer(options, ledger.open, () => state.models.ids)
  const stale = new WeakSet<Wire>()

  function handle(incoming: Incoming, wire: Wire): void {
    if (stale.has(wire)) {
      wire.reset()
      return
    }
    const isGet = isList(incoming)
    const json = incoming.method === 'GET' ? undefined : parseBody(incoming.body)
    if (keep > 0) remember(requests, record(incoming, json), keep)
    const plan = isGet ? state.models.plan : choosePlan(incoming, json)
    const fault = typeof plan === 'string' ? ([400, plan] as const) : faultOf(incoming, json, plan)
    if (typeof plan === 'object' && plan.stale) stale.add(wire)
    if (fault) sendJson(wire, fault[0], errorAt(incoming, ...fault))
    else answer(incoming, json, plan as Plan | undefined, wire)
  }

  function choosePlan(incoming: Incoming, json: Json | undefined): Plan | string | undefined {
    if (json?.mock_plan !== undefined) return parsePlan(json.mock_plan)
    return typeof state.plan === 'function' ? state.plan(record(incoming, json)) : state.plan
  }

  const server = createHttpServer(handle, port)
  return {
    url: `http://127.0.0.1:${server.port}/v1`,
    requests,
    ledger,
    setModels: models => void Object.assign(state, { models }),
    setPlan: plan => void Object.assign(state, { plan }),
    reset() {
      requests.length = 0
      ledger.reset()
      Object.assign(state, initial)
    },
    stop: server.stop,
  }
}

/** Answers what has nothing against it: with the plan, or by the shortest way. */
function createAnswer(
  { tokens = 16, burst = 1, models = ['mock-model'] }: MockOptions,
  open: ReturnType<typeof createLedger>['open'],
  listed: () => readonly string[] | undefined,
) {
  const chat = createChat(tokens, burst)
  const hand = createDesks()
  let count = 0

  const handOver = async ({ incoming, json, id }: Inquiry): Promise<Handed | undefined> =>
    isList(incoming) ? { body: listModels(incoming, listed() ?? models) } : hand(incoming, json, id)

  /** Everything but a chat without a plan. */
  async function serve(inquiry: Inquiry, wire: Wire): Promise<void> {
    const { incoming, json, plan, id } = inquiry
    const talk = talkOf(incoming, json)
    const isPlanned = plan !== undefined && hasContent(plan)
    const handed = talk || isPlanned ? undefined : await handOver(inquiry)
    if (talk === undefined && handed === undefined && !isPlanned)
      return sendJson(wire, 404, errorAt(incoming, 404, `Invalid URL (${incoming.method} ${incoming.path})`))
    const {
      stream = false,
      promptTokens = handed?.prompt ?? 0,
      model = String(json?.model ?? ''),
    } = talk?.ask ?? {}
    const isPaid = incoming.method !== 'GET'
    const account = isPaid ? open({ id, model, stream, prompt: promptTokens }) : unpaid
    const question = { incoming, id: bare(id), talk, length: tokens, handed }
    await follow(plan ?? {}, question, wire, account)
  }

  return (incoming: Incoming, json: Json | undefined, plan: Plan | undefined, wire: Wire): void => {
    const id = `chatcmpl-${(++count).toString(36).padStart(8, '0')}`
    if (plan === undefined && json && isChat(incoming)) {
      const ask = toAsk(json)
      if (ask.choices === undefined) {
        const opening = { id, model: ask.model, stream: ask.stream, prompt: ask.promptTokens }
        chat(id, ask, wire, open(opening))
        return
      }
    }
    serve({ incoming, json, plan, id }, wire).catch(error =>
      sendJson(wire, 400, errorAt(incoming, 400, `The mock provider cannot read this: ${error}`)),
    )
  }
}

interface Inquiry {
  readonly incoming: Incoming
  readonly json: Json | undefined
  readonly plan: Plan | undefined
  readonly id: string
}

function talkOf(incoming: Incoming, json: Json | undefined): Question['talk'] {
  const language: Language | undefined = json && languageOf(incoming)
  return language && { language, ask: language.toAsk(json!, incoming) }
}

/** Languages have prefixes of their own. */
const bare = (id: string): string => id.slice('chatcmpl-'.length)

/** Lists of models cost nothing. */
const unpaid: Account = { give() {}, close() {} }

const isList = ({ method, path }: Incoming): boolean => method === 'GET' && path.endsWith('/models')
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
  if (plan && hasContent(plan)) return undefined
  const language = languageOf(incoming)
  if (language === undefined) return undefined
  if (json === undefined) return [400, 'We could not parse the JSON body of your request']
  const names = language.name === 'gemini' || typeof json.model === 'string'
  return names ? undefined : [400, 'You must provide a model parameter']
}

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
