import type { Provider } from '../../contract/provider.ts'
import type { GuardedFetch } from '../../upstream/egress.ts'
import type { Finding } from './finding.ts'
import { timed } from './finding.ts'
import { listing, troubleOf } from './words.ts'

/** A provider may take so long for its list (milliseconds). */
const PATIENCE = 10_000

/** What the clock of somebody else said, and this one at that moment (milliseconds since 1970). */
interface Clocks {
  readonly whose: string
  readonly theirs: number
  readonly ours: number
}

/** Asks providers for their lists. */
export function createLists(send: GuardedFetch) {
  let clocks: Clocks | undefined

  async function ask(url: string, headers: Readonly<Record<string, string>>): Promise<unknown> {
    const response = await send(url, { headers: { ...headers }, signal: AbortSignal.timeout(PATIENCE) })
    const theirs = Date.parse(response.headers.get('date') ?? '')
    if (!Number.isNaN(theirs)) clocks = { whose: new URL(url).host, theirs, ours: Date.now() }
    if (!response.ok) throw new Error(`status ${response.status}`)
    return response.json()
  }

  return {
    clock: () => clocks,
    async examine(provider: Provider): Promise<Finding> {
      const name = `provider ${provider.name}`
      if (provider.models === undefined) return { name, state: 'ok', text: 'It has no list to ask for' }
      try {
        const { value, ms } = await timed(async () => provider.models!(ask))
        return { name, state: 'ok', text: listing(value.length), ms }
      } catch (error) {
        return { name, state: 'bad', ...troubleOf(reasonOf(error), provider) }
      }
    },
  }
}

function reasonOf(error: unknown): string {
  const { name, code, message } = error as { name?: unknown; code?: unknown; message?: unknown }
  if (name === 'TimeoutError') return 'no answer in time'
  return typeof code === 'string' ? code : String(message).slice(0, 200)
}
