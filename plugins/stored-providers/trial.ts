import * as v from 'valibot'
import type { Host } from '../../src/contract/plugin.ts'
import { says } from '../../src/contract/settings.ts'
import { originsOf } from '../../src/loading/providers.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { Making } from './making.ts'
import type { Store } from './store.ts'

export const trialView = v.object({
  ok: v.pipe(v.nullable(v.boolean()), v.description('Null: it has no list to ask for, so nothing was asked')),
  text: v.pipe(v.string(), v.description('What happened, in a sentence')),
  ms: says('Until the answer was there, in milliseconds', v.number()),
  models: says('So many are listed', v.optional(v.number())),
})
export type Trial = v.InferOutput<typeof trialView>

interface TrialOptions {
  readonly host: Pick<Host, 'shelf' | 'fetch'>
  readonly store: Pick<Store, 'read'>
  readonly making: Making
  readonly lists: Pick<ModelLists, 'examine'>
}

/** Asks a provider for its list before it is stored. Secrets that are left out are those that are stored. */
export const createTrial =
  ({ host, store, making, lists }: TrialOptions) =>
  async (name: string, input: unknown): Promise<Trial> => {
    const draft = await store.read(name, input)
    const { opened, locked } = await making.secretsOf(draft)
    if (locked.length > 0)
      return { ok: false, text: `Type ${locked.join(', ')} anew: it cannot be read`, ms: 0 }
    // What it may call is known once it is made, and it calls nobody before.
    let send: Host['fetch'] = host.fetch
    const made = await making.create(draft, opened, (url, init) => send(url, init))
    if ('trouble' in made) return { ok: false, text: made.trouble, ms: 0 }
    return host.shelf.probe(originsOf(made.provider), async fetch => {
      send = fetch
      const { models, trouble, ms } = await lists.examine(made.provider, fetch)
      if (trouble !== undefined) return { ok: false, text: `No list: ${trouble}`, ms }
      return models === undefined
        ? { ok: null, text: 'It has no list to ask for: save it, and make a test call', ms }
        : {
            ok: true,
            text: `It lists ${models.length} model${models.length === 1 ? '' : 's'}`,
            ms,
            models: models.length,
          }
    })
  }
export type Try = ReturnType<typeof createTrial>
