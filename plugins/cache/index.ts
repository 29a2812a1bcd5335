import { describe } from '../../src/base/describe.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import { createUnknownModels } from '../../src/scope/unknown-models.ts'
import type { Auth } from '../auth/model.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { Traces, VirtualModelSource } from '../virtual-models/model.ts'
import { createCacheApi } from './api.ts'
import { createBook } from './book.ts'
import { createCalls } from './calls.ts'
import { config, env, toSettings } from './config.ts'
import { createEverywhere, standingOf } from './everywhere.ts'
import type { Cache } from './model.ts'
import { createShelf, isFresh, type Shelf } from './shelf.ts'
import { createEmbed, type EmbedOptions } from './similar/embeddings.ts'
import { createSimilar } from './similar/similar.ts'
import { createTally, type Tally } from './tally.ts'

/** How often answers that are too old are thrown away (milliseconds). */
const SWEEP = 60_000

/** Answers are worth keeping when other settings change. */
interface Heritage {
  readonly tally: Tally
  readonly shelf?: Shelf | undefined
}

export default definePlugin({
  name: 'cache',
  about: 'Gives stored answers to questions that were asked before, where the operator wants it.',
  config,
  env,
  changeable: ['models', 'ttl', 'size', 'wait', 'similar', 'embeddings', 'similarity'],
  needs: ['auth', 'user-path', 'model-lists', 'virtual-models'],
  setup({ config, providers, decide, call, site, log, use, now, inherited, peers }) {
    const { tally = createTally(), shelf: before } = (inherited ?? {}) as Partial<Heritage>
    const settings = toSettings(config)
    const shelf = settings.models.length > 0 ? shelfOf(settings.size, before, tally) : undefined
    const book = createBook({ shelf, tally, isProvider: name => providers().has(name) })
    const { hear, ...everywhere } = createEverywhere(book, peers)
    const exports: Cache = { settings, figures: book.figures, everywhere }
    const shown = {
      exports,
      heritage: { tally, shelf } satisfies Heritage,
      api: createCacheApi(exports),
      hear,
      figures: () => standingOf(book),
    }
    if (shelf === undefined) return shown
    const auth = use<Auth>('auth')
    const virtual = use<VirtualModelSource & Traces>('virtual-models')
    const findUnknown = createUnknownModels({
      decide,
      providers,
      master: auth.master,
      isRedirect: virtual.isRedirect,
    })
    const similar =
      settings.similar &&
      createSimilar({
        ...settings.similar,
        sharedBy: settings.sharedBy,
        shelf,
        embed: createEmbed({
          model: settings.similar.embeddings,
          paths: use<EmbedOptions['paths']>('user-path'),
          ...{ call, site, log, auth },
        }),
        sessionNamed: virtual.sessionNamed,
        providers,
      })

    /** Once the lists that are on their way have come. */
    async function tellUnknown(): Promise<void> {
      await use<ModelLists>('model-lists').pending()
      for (const [variable, names] of Object.entries(namedIn(config))) {
        const unknown = await findUnknown(names)
        if (unknown !== undefined) log.warn(`${variable} names what is not there: ${unknown}`)
      }
    }

    return {
      ...shown,
      // It waits for an equal call that is under way: CACHE_WAIT.
      patient: ['recall'],
      heeds: {
        'cache-control':
          '`no-store`: the call has nothing to do with stored answers · `no-cache`: a new answer · `max-age=SECONDS`: no older one · `only-if-cached`: a stored answer or none',
      },
      tells: {
        'x-modelway-cache':
          '`hit`, `joined` (an equal call was under way) or `similar`: a stored answer · `miss`: a new one · `bypass`: none was looked for',
        age: 'How old a stored answer is, in seconds',
      },
      ...createCalls({ settings, shelf, tally, similar, providers, now }),
      start: () => void tellUnknown().catch(error => log.error(NOT_LOOKED, { error: describe(error) })),
      ticks: [{ every: SWEEP, run: () => void shelf.sweep(entry => isFresh(entry, now(), settings.ttl)) }],
    }
  },
})

interface Named {
  readonly models: readonly string[]
  readonly similar: readonly string[]
  readonly embeddings?: string | undefined
}

/** What may be misspelt. */
const namedIn = ({ models, similar, embeddings }: Named): Readonly<Record<string, readonly string[]>> => ({
  CACHE_MODELS: models,
  CACHE_SIMILAR: similar,
  CACHE_EMBEDDINGS: embeddings === undefined ? [] : [embeddings],
})

const NOT_LOOKED = 'Whether the cache is told of models that are there could not be found out'

/** The one of the gateway before; of another size, with what fits of it. */
function shelfOf(size: number, before: Shelf | undefined, tally: Tally): Shelf {
  if (before?.size === size) return before
  const shelf = createShelf(size, () => void tally.evictions++)
  for (const [key, entry] of before?.entries() ?? []) shelf.put(key, entry)
  return shelf
}
