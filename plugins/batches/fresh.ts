import { reasonOf } from '../../src/base/describe.ts'
import type { Host } from '../../src/contract/plugin.ts'
import type { JsonObject } from '../../src/types.ts'
import type { Language, Refresh, Thing } from '../files/model.ts'

/** Where batches live below a base URL, how many of them a provider lists at once, and where it says how they are. */
export const places = {
  openai: { path: '/batches', most: 100 },
  anthropic: { path: '/messages/batches', most: 100 },
} as const satisfies Record<Language, object>

/** How long a list waits for news (milliseconds), and how much of it is read (bytes). */
const PATIENCE = 10_000
const MOST = 16 * 1024 * 1024

const ended: ReadonlySet<unknown> = new Set(['completed', 'failed', 'expired', 'cancelled', 'ended'])

/** A batch that will not change any more. */
export const isOver = ({ status, processing_status: state }: JsonObject): boolean =>
  ended.has(status) || ended.has(state)

/**
 * A list shows how batches are doing, and that only the provider knows. It is asked once for all that are not over;
 * where it does not answer, the list shows what was known.
 */
export function createRefresh(
  host: Pick<Host, 'providers' | 'fetch' | 'log'>,
  language: Language,
  learn: (thing: Thing, object: JsonObject) => Promise<void>,
): Refresh {
  const { path, most } = places[language]

  async function ask(name: string): Promise<ReadonlyMap<string, JsonObject>> {
    const call = await host
      .providers()
      .get(name)
      ?.native?.({ method: 'GET', path, query: `?limit=${most}`, headers: {} })
    if (call === undefined) return new Map()
    const response = await host.fetch(call.url, {
      method: 'GET',
      headers: { ...call.headers },
      signal: AbortSignal.timeout(PATIENCE),
    })
    const text = await response.text()
    if (!response.ok || text.length > MOST) throw new Error(`status ${response.status}, ${text.length} bytes`)
    const { data } = JSON.parse(text) as { data?: unknown }
    const objects = Array.isArray(data) ? (data as JsonObject[]) : []
    return new Map(objects.map(object => [String(object?.id), object]))
  }

  return async things => {
    const open = new Set(things.filter(({ object }) => !isOver(object)).map(({ provider }) => provider))
    const news = new Map<string, ReadonlyMap<string, JsonObject>>()
    await Promise.all(
      [...open].map(async provider => {
        try {
          news.set(provider, await ask(provider))
        } catch (error) {
          host.log.warn('No news of batches', { provider, error: reasonOf(error) })
        }
      }),
    )
    return Promise.all(
      things.map(async thing => {
        const object = isOver(thing.object) ? undefined : news.get(thing.provider)?.get(thing.id)
        if (object === undefined) return thing
        await learn(thing, object)
        return { ...thing, object }
      }),
    )
  }
}
