import type { Plan } from './plan.ts'
import type { MockProvider } from './provider.ts'

export type Json = Record<string, unknown>

export interface Chunk {
  readonly choices: readonly {
    readonly delta: Json & { readonly content?: string }
    readonly finish_reason: string | null
  }[]
  readonly usage?: Json | null
}

export const messages = [{ role: 'user', content: 'Where does it go?' }]

/** Asks a mock provider, or a gateway before one, with a plan for the answer. */
export const createClient = (mock: Pick<MockProvider, 'url'>) => {
  const post = (body: unknown, init: RequestInit = {}): Promise<Response> =>
    fetch(`${mock.url}/chat/completions`, { method: 'POST', body: JSON.stringify(body), ...init })
  const ask = (plan?: Plan, extra: object = {}, init?: RequestInit): Promise<Response> =>
    post({ model: 'one', messages, ...(plan && { mock_plan: plan }), ...extra }, init)
  return { post, ask }
}

/** The JSON events of a stream. */
export const chunksOf = (text: string): Chunk[] =>
  text
    .split('\n\n')
    .filter(event => event.startsWith('data: {'))
    .map(event => JSON.parse(event.slice(6)) as Chunk)

/** The body until it ends or breaks. */
export async function readUntilBroken(response: Response): Promise<{ text: string; error: unknown }> {
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const part of response.body!) text += decoder.decode(part, { stream: true })
  } catch (error) {
    return { text, error }
  }
  return { text, error: undefined }
}
