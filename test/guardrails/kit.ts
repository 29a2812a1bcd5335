import { type House, type HouseOptions, openHouse } from '../kernel/house.ts'
import { MASTER } from '../kit.ts'
import type { Plan } from '../mock/plan.ts'

export interface Guarded extends AsyncDisposable {
  readonly house: House
  put(name: string, body: object): Promise<void>
  /** Removes all that are stored. */
  clear(): Promise<void>
  /** A call of any address by the master key. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  chat(content: unknown, plan?: Plan, extra?: object): Promise<Response>
  /** What the provider got last. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
  sent(): any
  /** How often it was asked. */
  asked(): number
}

/** A gateway before a mock provider, with guardrails. */
export async function openGuarded(options: HouseOptions = {}): Promise<Guarded> {
  const house = await openHouse(options)
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${house.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  return {
    house,
    post,
    async put(name, body) {
      const { status, body: said } = await house.test.admin('PUT', `/admin/guardrails/${name}`, body)
      if (status !== 200) throw new Error(`${status}: ${JSON.stringify(said)}`)
    },
    async clear() {
      for (const { name } of (await house.test.admin('GET', '/admin/guardrails')).body)
        await house.test.admin('DELETE', `/admin/guardrails/${name}`)
    },
    chat: (content, plan, extra = {}) => house.ask(plan, { messages: [{ role: 'user', content }], ...extra }),
    sent: () => house.received().at(-1)?.json,
    asked: () => house.received().length,
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  }
}

/** The message and the code of an error, in whichever language. */
export async function errorOf(
  response: Response,
): Promise<{ status: number; message: string; code: string }> {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
  const { error } = (await response.json()) as any
  return { status: response.status, message: error.message, code: error.code ?? error.type }
}
