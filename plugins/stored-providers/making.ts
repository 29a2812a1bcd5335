import { describe } from '../../src/base/describe.ts'
import { toSnake } from '../../src/config/shape.ts'
import type { Host } from '../../src/contract/plugin.ts'
import type { Provider, ProviderSettings } from '../../src/contract/provider.ts'
import { ConfigError, Refusal } from '../../src/errors.ts'
import { originsOf } from '../../src/loading/providers.ts'
import { destinationOf } from './destination.ts'
import type { Made, StoredProvider } from './model.ts'
import { checkStored } from './settings.ts'
import { aboutOf, type Vault } from './vault.ts'

interface MakingOptions {
  readonly host: Pick<Host, 'shelf' | 'fetch' | 'now' | 'log'>
  readonly vault: Vault
}

/** What people read where a provider comes from. */
const SOURCE = 'the dashboard'

/** Makes providers of what is stored. One that cannot be made says why, and keeps nobody else from serving. */
export function createMaking({ host, vault }: MakingOptions) {
  async function secretsOf({ name, secrets, ...state }: StoredProvider) {
    const destination = destinationOf(state)
    const opened: Record<string, string> = {}
    const locked: string[] = []
    let isSealedByFormer = false
    for (const [setting, { box }] of Object.entries(secrets)) {
      const found = await vault.open(box, aboutOf({ name, setting, destination }))
      if (found === undefined) locked.push(toSnake(setting))
      else opened[setting] = found.secret
      isSealedByFormer ||= found?.isByFormer === true
    }
    return { opened, locked, isSealedByFormer }
  }

  /** Of one that is stored, or about to be. Its calls leave by `fetch`. */
  async function create(
    { name, type, settings }: StoredProvider,
    secrets: ProviderSettings,
    fetch: Host['fetch'],
  ): Promise<{ readonly provider: Provider } | { readonly trouble: string }> {
    const made = host.shelf.types().find(each => each.name === type)
    if (made === undefined) return { trouble: `Nothing here knows its type "${type}" any more` }
    const all = { ...settings, ...secrets }
    try {
      checkStored(made, settings)
      const lacks = made.missing(all, toSnake)
      if (lacks !== undefined) return { trouble: `It lacks something: set ${lacks}` }
      const provider = await made.create(name, all, { fetch, now: host.now })
      // An address that is none would be found by the next call, whoever makes it.
      originsOf(provider)
      return { provider: Object.freeze({ ...provider, configuredBy: [SOURCE] }) }
    } catch (error) {
      if (error instanceof ConfigError || error instanceof Refusal) return { trouble: error.message }
      host.log.error('A stored provider cannot be set up', { provider: name, error: describe(error) })
      return { trouble: 'It cannot be set up: the log says why' }
    }
  }

  return {
    create,
    secretsOf,
    async make(stored: StoredProvider): Promise<Made> {
      if (stored.isDamaged) return { stored, isSealedByFormer: false, trouble: DAMAGED }
      const { opened, locked, isSealedByFormer } = await secretsOf(stored)
      const shared = { stored, isSealedByFormer }
      if (locked.length > 0) return { ...shared, trouble: lockedOut(locked), unreadable: locked }
      if (!stored.enabled) return shared
      return { ...shared, ...(await create(stored, opened, host.fetch)) }
    },
  }
}
export type Making = ReturnType<typeof createMaking>

const DAMAGED = 'What is stored of it cannot be read: delete it, or write it anew'

const lockedOut = (fields: readonly string[]): string =>
  `Its ${fields.join(', ')} cannot be read: SECRETS_KEY, the master key, or where it leads, is another one than when it was typed. Bring the former key back, or type it anew`
