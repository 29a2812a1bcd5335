import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import { createMockProvider, type MockProvider, type Recorded } from '../mock/provider.ts'

/** What came of a call: the answer, and what the provider was asked. */
export interface Asked {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** What callers are told: one line for each field that gave way. */
  readonly warning: string | null
  /** The last request that reached the provider for this call; undefined where none did. */
  readonly sent: Recorded | undefined
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
  readonly got: any
}

export interface Stage extends AsyncDisposable {
  readonly test: TestGateway
  readonly mock: MockProvider
  /** Stores the redirect `careful`, to this model and with these parameters. */
  set(target: string, parameters: object | null): Promise<void>
  ask(path: string, body: object | string, headers?: Record<string, string>): Promise<Asked>
}

export const CHAT = '/v1/chat/completions'
export const MESSAGES = '/v1/messages'
export const RESPONSES = '/v1/responses'

/** Claude whose generation decides how much it thinks, GPT-5, and a model that has no name. */
const MODELS = 'claude-opus-4-8,claude-sonnet-4-5,claude-3-5-haiku-latest,gpt-5,one'

/** A gateway before providers of three languages, all of them the same mock. */
export async function openStage(env: Record<string, string> = {}): Promise<Stage> {
  const mock = createMockProvider({ tokens: 2 })
  const providers = ['OPENAI', 'ANTHROPIC', 'VLLM'].flatMap(name => [
    [`${name}_API_KEY`, 'sk-upstream'],
    [`${name}_BASE_URL`, mock.url],
    [`${name}_MODELS`, MODELS],
  ])
  const test = await startGateway({
    env: { ...Object.fromEntries(providers), CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist', ...env },
  })
  const put = async (body: object): Promise<void> => {
    const { status, body: said } = await test.admin('PUT', '/admin/virtual-models', body)
    if (status !== 200) throw new Error(`PUT answered ${status}: ${JSON.stringify(said)}`)
  }
  return {
    test,
    mock,
    set: (target, parameters) => put({ source: 'careful', target_model: target, parameters }),
    async ask(path, body, headers = {}) {
      const before = mock.requests.length
      const response = await test.fetch(path, {
        method: 'POST',
        headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify({ model: 'careful', ...body }),
      })
      const text = await response.text()
      const sent = mock.requests.slice(before).at(-1)
      const warning = response.headers.get('x-modelway-warning')
      return { status: response.status, headers: response.headers, text, warning, sent, got: sent?.json }
    },
    async [Symbol.asyncDispose]() {
      await test.close()
      mock.stop()
    },
  }
}

export const user = { role: 'user', content: 'Hello' }
