import { MASTER, type Parsed, startGateway, type TestGateway, type TestOptions } from '../kit.ts'
import type { Plan } from '../mock/plan.ts'
import { createMockProvider, type MockProvider, type Recorded } from '../mock/provider.ts'

type Json = Readonly<Record<string, unknown>>
type HeaderFields = Readonly<Record<string, string>>

/** What came of a chat. */
export interface Said extends Parsed {
  /** The target that served, as `x-modelway-*` tell it; undefined when they are absent. */
  readonly served: string | undefined
  readonly code: unknown
  readonly message: string
  readonly ms: number
}

/** A gateway before mock providers on real sockets, each told from outside how to answer. */
export interface Fleet extends AsyncDisposable {
  readonly test: TestGateway
  readonly mocks: Readonly<Record<string, MockProvider>>
  /** Which model was asked at which provider, in the order of arrival, as `provider/model`. */
  readonly calls: string[]
  /** How a provider, or one of its models, answers from now on. */
  plan(target: string, plan: Plan | ((request: Recorded) => Plan | undefined) | undefined): void
  /** A chat with words of its own, so that no session ties it to another. */
  ask(model: unknown, extra?: Json, headers?: HeaderFields): Promise<Said>
  /** The same, as it arrives. */
  open(model: string, extra?: Json, init?: RequestInit): Promise<Response>
  /** Stores a virtual model, whatever it may lead to; fails when it is refused. */
  put(body: object): Promise<void>
  /** A redirect over these targets. */
  redirect(source: string, targets: readonly (string | Weighted)[], rest?: object): Promise<void>
  explain(body: object): Promise<Parsed>
  /** Another gateway takes over, as at a reload: on the same database, with these settings in the place of others. */
  reload(env?: Readonly<Record<string, string>>): Promise<void>
}

export interface Weighted {
  readonly model: string
  readonly weight: number
}

export interface FleetOptions extends Omit<TestOptions, 'folder'> {
  /** Providers and what each lists. Default: `openai-east`, `openai-west` and `vllm`, each with the model `m`. */
  readonly lists?: Readonly<Record<string, readonly string[]>>
}

export const EAST = 'openai-east/m'
export const WEST = 'openai-west/m'
export const VLLM = 'vllm/m'
const THREE = { 'openai-east': ['m'], 'openai-west': ['m'], vllm: ['m'] }

export async function startFleet({ lists = THREE, env, ...rest }: FleetOptions = {}): Promise<Fleet> {
  const calls: string[] = []
  const plans = new Map<string, Parameters<Fleet['plan']>[1]>()
  const mocks = Object.fromEntries(
    Object.entries(lists).map(([name, models]) => [name, createMockProvider({ models, tokens: 2 })]),
  )
  for (const [name, mock] of Object.entries(mocks)) {
    mock.setPlan(request => {
      const target = `${name}/${request.json?.model}`
      calls.push(target)
      const plan = plans.get(target) ?? plans.get(name)
      return typeof plan === 'function' ? plan(request) : plan
    })
  }
  const urls = Object.entries(mocks).map(([name, { url }]) => [
    `${name.toUpperCase().replaceAll('-', '_')}_BASE_URL`,
    url,
  ])
  const settings = { ...Object.fromEntries(urls), RETRIES: '0', ...env }
  let test = await startGateway({ env: settings, ...rest })
  const replaced: TestGateway[] = []
  await test.admin('POST', '/admin/providers/refresh')

  const put = async (body: object) => {
    const { status, body: reply } = await test.admin('PUT', '/admin/virtual-models', { force: true, ...body })
    if (status !== 200) throw new Error(`PUT answered ${status}: ${JSON.stringify(reply)}`)
  }
  return {
    get test() {
      return test
    },
    mocks,
    calls,
    put,
    plan: (target, plan) => void plans.set(target, plan),
    async ask(model, extra, headers) {
      const began = performance.now()
      const reply = await test.chat({ model, messages: newConversation(), ...extra }, { ...headers })
      return { ...reply, ...toSaid(reply), ms: performance.now() - began }
    },
    open: (model, extra, init) =>
      test.fetch('/v1/chat/completions', {
        method: 'POST',
        headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model, messages: newConversation(), ...extra }),
        ...init,
      }),
    redirect: (source, targets, more) =>
      put({
        source,
        targets: targets.map(target => (typeof target === 'string' ? { model: target } : target)),
        ...more,
      }),
    explain: body => test.admin('POST', '/admin/explain', body),
    async reload(changed) {
      const { folder, gateway } = test
      replaced.unshift(test)
      test = await startGateway({
        ...rest,
        env: { ...settings, ...changed },
        folder,
        inherited: gateway.heritage,
      })
    },
    async [Symbol.asyncDispose]() {
      for (const each of [test, ...replaced]) await each.close()
      for (const mock of Object.values(mocks)) mock.stop()
    },
  }
}

const newConversation = () => [{ role: 'user', content: crypto.randomUUID() }]

function toSaid({ headers, body }: Parsed): Pick<Said, 'served' | 'code' | 'message'> {
  const provider = headers.get('x-modelway-provider')
  return {
    served: provider === null ? undefined : `${provider}/${headers.get('x-modelway-model')}`,
    code: body?.error?.code,
    message: String(body?.error?.message ?? ''),
  }
}

/** How often each value occurs. */
export function tally(values: Iterable<string | undefined>): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[String(value)] = (counts[String(value)] ?? 0) + 1
  return counts
}

/** Asks so often, one after the other; who served. */
export async function askTimes(fleet: Fleet, times: number, model: string, extra?: Json) {
  const served: (string | undefined)[] = []
  for (let i = 0; i < times; i++) served.push((await fleet.ask(model, extra)).served)
  return served
}

/** A clock that stands still until it is told. */
export function createClock() {
  let time = 1_800_000_000_000
  const pass = (ms: number) => {
    time += ms
  }
  return { now: () => time, pass }
}
