import type { LanguageModelV4, LanguageModelV4StreamPart, SharedV4Warning } from '@ai-sdk/provider'
import { definePlugin, type Plugin } from '../../src/contract/plugin.ts'
import type { CallFacts, Provider } from '../../src/contract/provider.ts'
import type { Outcome } from '../../src/types.ts'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import type { Sent } from './samples.ts'

/** Providers inside the gateway that do what a test says, and what is known of each request when it is over. */

type Answer = (facts: CallFacts, signal: AbortSignal) => Response | Promise<Response>

/** Speaks these dialects, and answers so. */
export const speaker = (name: string, wires: readonly string[], answer: Answer): Provider => ({
  name,
  type: name,
  wires: new Set(wires),
  asksUsage: true,
  call: answer,
})

/** Speaks nothing; what it is asked goes through a translation. */
export const stranger = (name: string, language: () => LanguageModelV4): Provider => ({
  name,
  type: name,
  wires: new Set(),
  asksUsage: false,
  call: () => new Response(),
  offers: { language },
})

export interface Over {
  readonly status: number | undefined
  readonly code: string | undefined
  readonly usage: unknown
  readonly hungUp: boolean | undefined
  readonly warnings: readonly string[] | undefined
  readonly attempts: readonly (readonly [provider: string, ok: boolean, code: string | undefined])[]
}

export interface Stage extends AsyncDisposable {
  readonly test: TestGateway
  readonly over: Over[]
  /** A request with the master key. */
  send(path: string, sent: Sent, init?: RequestInit): Promise<Response>
}

export interface StageOptions {
  readonly providers: readonly Provider[]
  readonly env?: Readonly<Record<string, string>>
  readonly extra?: readonly Plugin[]
}

export async function openStage({ providers, env = {}, extra = [] }: StageOptions): Promise<Stage> {
  const over: Over[] = []
  const puppets = definePlugin({
    name: 'puppets',
    about: 'Does what a test says.',
    setup: () => ({
      providers,
      settle({ status, refusal, usage, hungUp, warnings, attempts = [] }) {
        const tried = attempts.map(({ target, ok, code }: Outcome & { target: { provider: string } }) => {
          return [target.provider, ok, code] as const
        })
        over.push({ status, code: refusal?.code, usage, hungUp, warnings, attempts: tried })
      },
    }),
  })
  const test = await startGateway({ env: { RETRIES: '0', ...env }, extra: [puppets, ...extra] })
  return {
    test,
    over,
    send: (path, { headers, body }, init = {}) =>
      test.fetch(path, {
        method: 'POST',
        headers: { authorization: `Bearer ${MASTER}`, ...headers },
        body,
        ...init,
      }),
    [Symbol.asyncDispose]: () => test.close(),
  }
}

/** A redirect that tries its targets in this order, whoever served a conversation before. */
export const failover = (source: string, ...models: readonly string[]) => ({
  VIRTUAL_MODELS: JSON.stringify([
    { source, strategy: 'failover', session_affinity: false, targets: models.map(model => ({ model })) },
  ]),
})

const usage = {
  inputTokens: { total: 4, noCache: 4, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 2, text: 2, reasoning: 0 },
}
const finishReason = { unified: 'stop', raw: 'end' } as const

export interface Told {
  readonly warnings?: SharedV4Warning[]
  /** Fails behind the first part of a stream, or instead of an answer. */
  readonly error?: unknown
  readonly onCancel?: () => void
}

/** A model that says "Hello". */
export const model = ({ warnings = [], error, onCancel }: Told = {}): LanguageModelV4 => ({
  specificationVersion: 'v4',
  provider: 'stranger',
  modelId: 'm',
  supportedUrls: {},
  async doGenerate() {
    if (error !== undefined) throw error
    return { content: [{ type: 'text', text: 'Hello' }], finishReason, usage, warnings }
  },
  async doStream() {
    const parts: LanguageModelV4StreamPart[] = [
      { type: 'stream-start', warnings },
      ...(error === undefined ? [] : [{ type: 'error' as const, error }]),
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: 'Hello' },
      { type: 'text-end', id: '1' },
      { type: 'finish', finishReason, usage },
    ]
    return {
      stream: new ReadableStream<LanguageModelV4StreamPart>(
        {
          pull(controller) {
            const part = parts.shift()
            if (part === undefined) controller.close()
            else controller.enqueue(part)
          },
          cancel: () => onCancel?.(),
        },
        { highWaterMark: 0 },
      ),
    }
  },
})

/** Server-sent events in one piece. */
export const sse = (...data: readonly unknown[]): string =>
  data
    .map(item => {
      const { type } = item as { type?: string }
      const event = type === undefined ? '' : `event: ${type}\n`
      return `${event}data: ${typeof item === 'string' ? item : JSON.stringify(item)}\n\n`
    })
    .join('')

export const streamed = (body: BodyInit): Response =>
  new Response(body, { headers: { 'content-type': 'text/event-stream' } })
