import type { Host } from '../../src/contract/plugin.ts'
import { ORIGIN } from '../../src/door/address.ts'
import type { JsonObject } from '../../src/types.ts'
import { duration } from '../../views/format.ts'
import type { Auth } from '../auth/model.ts'

/** What came of a test call. */
export interface Tested {
  /** The model's id at the provider. */
  readonly model: string
  readonly isGood: boolean
  /** What happened, in a sentence. */
  readonly text: string
  /** Milliseconds since 1970. */
  readonly at: number
}

export interface TestCalls {
  /** Asks one model one small question. Never throws for what goes wrong upstream. */
  run(provider: string, model: string): Promise<Tested>
  /** The last one of a provider since the start. */
  last(provider: string): Tested | undefined
  /** Those of all providers, by name. */
  readonly done: Map<string, Tested>
}

/** Models that think may take their time; an operator does not (milliseconds). */
const DEADLINE = 30_000
const QUESTION = 'Answer with the word OK and nothing else.'

/**
 * A call that an operator makes from the page, by the way that every call takes: the gateway's own door, with policies,
 * translation, breaker and usage record. It is made as the operator, whom the gateway knows by the very
 * request: there is no secret that could be lost, and nobody else can send that object.
 */
export function createTestCalls(
  { call, plan, now, site, inherited }: Pick<Host, 'call' | 'plan' | 'now' | 'site' | 'inherited'>,
  auth: Pick<Auth, 'operator' | 'vouch'>,
): TestCalls {
  const done = (inherited as TestCalls['done'] | undefined) ?? new Map<string, Tested>()

  /** A redirect of the same name would test somebody else. */
  async function shadowOf(name: string, provider: string): Promise<string | undefined> {
    const route = await plan(name, { caller: auth.operator(), userPath: '/', dry: true, trace: undefined })
    const other = route.targets.find(target => target.via.length > 0 || target.provider !== provider)
    return other && `${other.provider}/${other.model}`
  }

  async function ask(provider: string, model: string): Promise<Pick<Tested, 'isGood' | 'text'>> {
    const name = `${provider}/${model}`
    const shadow = await shadowOf(name, provider)
    if (shadow !== undefined) {
      return {
        isGood: false,
        text: `Not called: a redirect leads ${name} to ${shadow}. Choose another model`,
      }
    }
    const signal = AbortSignal.timeout(DEADLINE)
    const request = new Request(`${ORIGIN}${site.base}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: name, messages: [{ role: 'user', content: QUESTION }] }),
      signal,
    })
    auth.vouch(request, auth.operator)
    const began = performance.now()
    const answer = await Promise.race([answerTo(request), expiryOf(signal)])
    const ms = Math.round(performance.now() - began)
    if (answer === undefined) return { isGood: false, text: `No answer within ${duration(DEADLINE)}` }
    const { status, body } = answer
    return status === 200
      ? { isGood: true, text: praise(body, ms) }
      : { isGood: false, text: blame(status, body, ms) }
  }

  async function answerTo(request: Request): Promise<{ status: number; body: JsonObject }> {
    const response = await call(request)
    return { status: response.status, body: parse(await response.text()) }
  }

  return {
    done,
    last: provider => done.get(provider),
    async run(provider, model) {
      const tested = { model, ...(await ask(provider, model)), at: now() }
      done.set(provider, tested)
      return tested
    },
  }
}

function praise(body: JsonObject, ms: number): string {
  const said = String(at(body, 'choices', '0', 'message', 'content') ?? '').trim()
  const tokens = at(body, 'usage', 'total_tokens')
  const words = said === '' ? 'without a word' : `“${said.length > 80 ? `${said.slice(0, 80)}…` : said}”`
  return `Answered in ${duration(ms)}: ${words}${typeof tokens === 'number' ? ` (${tokens} tokens)` : ''}`
}

/** A gateway that reads on for clients that hung up does not give up when the deadline comes; whoever waits here does. */
const expiryOf = (signal: AbortSignal): Promise<undefined> =>
  new Promise(resolve => signal.addEventListener('abort', () => resolve(undefined)))

function blame(status: number, body: JsonObject, ms: number): string {
  const code = at(body, 'error', 'code')
  const message = String(at(body, 'error', 'message') ?? 'no reason given').slice(0, 500)
  return `No answer after ${duration(ms)}: ${message} (${status}${typeof code === 'string' ? ` ${code}` : ''})`
}

function parse(text: string): JsonObject {
  try {
    return (JSON.parse(text) ?? {}) as JsonObject
  } catch {
    return {}
  }
}

const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as JsonObject | null | undefined)?.[key], value)
