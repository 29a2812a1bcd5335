import * as v from 'valibot'
import { describe } from '../../src/describe.ts'
import { definePlugin } from '../../src/plugin.ts'
import { bytes, csv, duration, retention, says, shown } from '../../src/settings.ts'
import { createUnknownModels } from '../../src/unknown-models.ts'
import type { Auth } from '../auth/model.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { VirtualModelSource } from '../virtual-models/model.ts'
import { createCacheApi } from './api.ts'
import { createBook } from './book.ts'
import { createCalls } from './calls.ts'
import { createEverywhere, standingOf } from './everywhere.ts'
import { type Cache, type Purge, sharings } from './model.ts'
import { createShelf, isFresh, type Shelf } from './shelf.ts'
import { createTally, type Tally } from './tally.ts'

/** How often answers that are too old are thrown away (milliseconds). */
const SWEEP = 60_000
const LEAST = 1024 * 1024

/** Answers are worth keeping when other settings change. */
interface Heritage {
  readonly tally: Tally
  readonly shelf?: Shelf | undefined
}

export default definePlugin({
  name: 'cache',
  about: 'Gives stored answers to questions that were asked before, where the operator wants it.',
  config: v.object({
    models: says(
      'Whose answers are stored and given again to the same question: provider/id, provider/, id, / for all, or names of redirects, with commas. Unset: none',
      v.optional(csv(), []),
    ),
    ttl: says(
      'How long an answer may be given again',
      v.optional(
        v.pipe(
          retention(),
          v.check(ms => ms > 0, 'expected more than nothing; to switch it off, leave CACHE_MODELS empty'),
        ),
        '1h',
      ),
    ),
    size: says(
      'How much memory stored answers may take; a tenth of it for one',
      v.optional(v.pipe(bytes(), v.minValue(LEAST, 'expected at least 1M')), '64M'),
    ),
    wait: says(
      'How long a call waits for the answer to an equal one that is under way, instead of asking, too. 0: not at all',
      v.optional(duration(), '30s'),
    ),
    sharedBy: says(
      'Who gets whose answers: callers of the same user_path (a key that is bound to none only its own), of the same key, or all who may call the model',
      v.optional(shown(v.picklist(sharings, `expected one of ${sharings.join(', ')}`)), 'user_path'),
    ),
  }),
  env: {
    models: ['CACHE_MODELS'],
    ttl: ['CACHE_TTL'],
    size: ['CACHE_SIZE'],
    wait: ['CACHE_WAIT'],
    sharedBy: ['CACHE_SHARED_BY'],
  },
  needs: ['auth', 'model-lists', 'virtual-models'],
  setup({ config, providers, decide, log, use, now, inherited, peers }) {
    const { tally = createTally(), shelf: before } = (inherited ?? {}) as Partial<Heritage>
    const settings: Cache['settings'] = config
    const isOn = settings.models.length > 0
    const shelf = isOn ? shelfOf(settings.size, before) : undefined
    const book = createBook({ settings, shelf, tally, isProvider: name => providers().has(name) })
    const exports: Cache = { ...book, everywhere: createEverywhere(book, peers) }
    const shown = {
      exports,
      heritage: { tally, shelf } satisfies Heritage,
      api: createCacheApi(exports),
      hear: (what: unknown) => book.purge(what as Purge),
      figures: () => standingOf(book),
    }
    if (shelf === undefined) return shown
    const virtual = use<VirtualModelSource>('virtual-models')
    const findUnknown = createUnknownModels({
      ...{ decide, providers, master: use<Auth>('auth').master },
      isRedirect: name => virtual.current().all.get(name)?.kind === 'redirect',
    })

    /** Once the lists that are on their way have come. */
    async function tellUnknown(): Promise<void> {
      await use<ModelLists>('model-lists').pending()
      const unknown = await findUnknown(settings.models)
      if (unknown !== undefined) log.warn(`CACHE_MODELS names what is not there: ${unknown}`)
    }

    return {
      ...shown,
      ...createCalls({ settings, shelf, tally, providers, now }),
      start: () => void tellUnknown().catch(error => log.error(NOT_LOOKED, { error: describe(error) })),
      ticks: [{ every: SWEEP, run: () => void shelf.sweep(entry => isFresh(entry, now(), settings.ttl)) }],
    }
  },
})

const NOT_LOOKED = 'Whether CACHE_MODELS names what is there could not be found out'

/** The one of the gateway before; of another size, with what fits of it. */
function shelfOf(size: number, before: Shelf | undefined): Shelf {
  if (before?.size === size) return before
  const shelf = createShelf(size)
  for (const [key, entry] of before?.entries() ?? []) shelf.put(key, entry)
  return shelf
}
