import { inArray } from 'drizzle-orm'
import { reasonOf as inOneLine } from '../../src/base/describe.ts'
import type { Model } from '../../src/contract/model.ts'
import type { Host } from '../../src/contract/plugin.ts'
import type { Provider } from '../../src/contract/provider.ts'
import { isDatabaseAway } from '../../src/database/faults.ts'
import type { ModelLists, ProviderStatus } from './model.ts'
import { reasonOf as inWords } from './page/words.ts'
import { providerModels } from './schema.ts'

export interface ListsOptions {
  /** What the operator's own list means: a substitute for upstream's, or the only truth. */
  readonly mode: 'fallback' | 'allowlist'
  /** Milliseconds that a provider may take to send its list. */
  readonly deadline: number
}

interface Entry {
  readonly state: ProviderStatus['state']
  readonly models: ReadonlyMap<string, Model> | undefined
  readonly fetchedAt?: number
  readonly triedAt?: number
  readonly error?: string
}

export interface OwnedLists extends Omit<ModelLists, 'addHealth' | 'addDesk' | 'health'> {
  /** Reads what the database remembers; where it remembers nothing, what is configured stands in. */
  load(): Promise<void>
}

const LIST_LIMIT = 32 * 1024 * 1024
const NOT_YET = 'not refreshed since the start'
const UNKNOWN: Entry = { state: 'unknown', models: undefined }

export function createLists(
  host: Pick<Host, 'db' | 'fetch' | 'now' | 'log' | 'providers'>,
  options: ListsOptions,
): OwnedLists {
  const entries = new Map<string, Entry>()
  const running = new Map<string, Promise<void>>()
  let revision = 0
  let owners: ReadonlyMap<string, string> | undefined

  const set = (provider: string, entry: Entry) => {
    if (entry.models !== entries.get(provider)?.models) {
      revision++
      owners = undefined
    }
    entries.set(provider, entry)
  }
  const isFixed = (provider: Provider) =>
    options.mode === 'allowlist' && provider.configuredModels !== undefined

  /** Another one has its name by now, or nobody. */
  const isGone = (provider: Provider) => host.providers().get(provider.name) !== provider

  async function fetchList(provider: Provider, send = host.fetch): Promise<readonly Model[]> {
    const signal = AbortSignal.timeout(options.deadline)
    return provider.models!(async (url, headers) => {
      const response = await send(url, { headers: { ...headers }, signal })
      if (!response.ok) throw new Error(`status ${response.status}`)
      const text = await response.text()
      if (text.length > LIST_LIMIT) throw new Error('the list is too large')
      return JSON.parse(text) as unknown
    })
  }

  /** For the next start. The list that was had is no worse where that fails. */
  async function remember(row: typeof providerModels.$inferInsert): Promise<void> {
    const { models, fetchedAt } = row
    try {
      await host.db
        .insert(providerModels)
        .values(row)
        .onConflictDoUpdate({ target: providerModels.provider, set: { models, fetchedAt } })
    } catch (error) {
      const tell = isDatabaseAway(error) ? host.log.debug : host.log.error
      tell('A model list could not be stored', { provider: row.provider, reason: inOneLine(error) })
    }
  }

  async function refreshOne(provider: Provider): Promise<void> {
    const { name } = provider
    const fallback = standInFor(provider)
    if (isFixed(provider) || provider.models === undefined) {
      return set(name, fallback === undefined ? UNKNOWN : { state: 'configured', models: fallback })
    }
    const triedAt = host.now()
    try {
      const models = await fetchList(provider)
      if (isGone(provider)) return
      if (models.length === 0 && fallback !== undefined) {
        const error = 'the provider lists no models'
        return set(name, { state: 'configured', models: fallback, error, triedAt })
      }
      const fetchedAt = host.now()
      set(name, { state: 'fresh', models: toMap(models), fetchedAt, triedAt })
      await remember({ provider: name, models, fetchedAt })
    } catch (error) {
      if (isGone(provider)) return
      const reason = reasonOf(error)
      const before = entries.get(name)
      host.log.warn('Cannot refresh the model list', { provider: name, reason })
      const failed = { error: reason, triedAt }
      if (before?.fetchedAt !== undefined) set(name, { ...before, ...failed, state: 'stale' })
      else if (fallback !== undefined) set(name, { ...failed, state: 'configured', models: fallback })
      else set(name, { ...UNKNOWN, ...failed })
    }
  }

  /** Two callers that want the same list at once share one fetch. */
  const refreshShared = (provider: Provider): Promise<void> => {
    const before = running.get(provider.name)
    if (before !== undefined) return before
    const run = refreshOne(provider).finally(() => {
      if (running.get(provider.name) === run) running.delete(provider.name)
    })
    running.set(provider.name, run)
    return run
  }

  const findOwners = (): ReadonlyMap<string, string> => {
    const found = new Map<string, string>()
    for (const name of host.providers().keys()) {
      for (const id of entries.get(name)?.models?.keys() ?? []) if (!found.has(id)) found.set(id, name)
    }
    return found
  }

  const standIn = (provider: Provider): void => {
    const models = entries.has(provider.name) ? undefined : standInFor(provider)
    if (models !== undefined) set(provider.name, { state: 'configured', models, error: NOT_YET })
  }

  /** What is known already is newer than what the database remembers. */
  async function load(): Promise<void> {
    for (const row of await host.db.select().from(providerModels)) {
      const provider = host.providers().get(row.provider)
      if (provider && !isFixed(provider) && !entries.has(row.provider))
        set(row.provider, {
          state: 'stale',
          models: toMap(row.models),
          fetchedAt: row.fetchedAt,
          error: NOT_YET,
        })
    }
    for (const provider of host.providers().values()) standIn(provider)
  }

  return {
    load,
    async joined() {
      const strangers = [...host.providers().values()].filter(({ name }) => !entries.has(name))
      await load()
      for (const provider of strangers) void refreshShared(provider)
    },
    async changed(names) {
      if (names.length === 0) return
      for (const name of names) {
        entries.delete(name)
        running.delete(name)
      }
      revision++
      owners = undefined
      await host.db.delete(providerModels).where(inArray(providerModels.provider, [...names]))
      for (const name of names) {
        const provider = host.providers().get(name)
        if (provider === undefined) continue
        standIn(provider)
        void refreshShared(provider)
      }
    },
    async examine(provider, send) {
      const began = performance.now()
      const passed = () => ({ ms: Math.round(performance.now() - began) })
      if (provider.models === undefined) return passed()
      try {
        return { models: await fetchList(provider, send), ...passed() }
      } catch (error) {
        return { trouble: inWords(reasonOf(error)), ...passed() }
      }
    },
    of: provider => entries.get(provider)?.models,
    providerOf(id) {
      owners ??= findOwners()
      return owners.get(id)
    },
    async refresh(name) {
      const wanted = [...host.providers().values()].filter(
        provider => name === undefined || provider.name === name,
      )
      await Promise.all(wanted.map(refreshShared))
    },
    pending: () => (running.size === 0 ? undefined : Promise.all(running.values()).then(() => {})),
    status: () =>
      [...host.providers().values()].map(provider =>
        toStatus(provider, entries.get(provider.name) ?? UNKNOWN),
      ),
    revision: () => revision,
  }
}

/** What the operator's own list of a provider's models stands in with. */
const standInFor = ({ configuredModels }: Provider): ReadonlyMap<string, Model> | undefined =>
  configuredModels && toMap(configuredModels.map(id => ({ id, created: 0 })))

const toMap = (models: readonly Model[]): ReadonlyMap<string, Model> =>
  new Map(models.map(model => [model.id, model]))

const toStatus = (
  { name, type, baseUrl }: Provider,
  { state, models, fetchedAt, triedAt, error }: Entry,
): ProviderStatus => ({
  name,
  type,
  ...(baseUrl !== undefined && { base_url: baseUrl }),
  state,
  models: models?.size ?? 0,
  ...(fetchedAt !== undefined && { refreshed_at: new Date(fetchedAt).toISOString() }),
  ...(triedAt !== undefined && { tried_at: new Date(triedAt).toISOString() }),
  ...(error !== undefined && { error }),
})

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if (error.name === 'TimeoutError') return 'no answer in time'
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : error.message.slice(0, 200)
}
