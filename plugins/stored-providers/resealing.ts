import { and, eq } from 'drizzle-orm'
import { reasonOf } from '../../src/base/describe.ts'
import type { Host } from '../../src/contract/host.ts'
import { destinationOf } from './destination.ts'
import type { Sealed, StoredProvider } from './model.ts'
import { storedProviders } from './schema.ts'
import { aboutOf, type Vault } from './vault.ts'

interface Options extends Pick<Host, 'db' | 'log'> {
  readonly vault: Vault
}

/**
 * Seals with the present key what a former one has sealed, so that the former can be left out from then on. That is no
 * version: nothing is another for anybody. Who changes one meanwhile has sealed it anew.
 */
export function createResealing({ db, log, vault }: Options) {
  /** Undefined where nothing of it has to be sealed anew. */
  async function sealedAnew(stored: StoredProvider): Promise<StoredProvider | undefined> {
    const destination = destinationOf(stored)
    const secrets: Record<string, Sealed> = { ...stored.secrets }
    let isChanged = false
    for (const [setting, sealed] of Object.entries(stored.secrets)) {
      const about = aboutOf({ name: stored.name, setting, destination })
      const opened = await vault.open(sealed.box, about)
      if (opened === undefined || !opened.isByFormer) continue
      secrets[setting] = { ...sealed, box: await vault.seal(opened.secret, about) }
      isChanged = true
    }
    return isChanged ? { ...stored, secrets } : undefined
  }

  async function write({ name, version, type, enabled, settings, secrets }: StoredProvider): Promise<void> {
    await db
      .update(storedProviders)
      .set({ definition: { type, enabled, settings, secrets } })
      .where(and(eq(storedProviders.name, name), eq(storedProviders.version, version)))
    log.info('The secrets of a provider are sealed with the present key from now on', { provider: name })
  }

  /** Returns all of them as they are then. Where that cannot be stored the former key goes on opening them. */
  return (all: readonly StoredProvider[]): Promise<readonly StoredProvider[]> =>
    Promise.all(
      all.map(async stored => {
        const anew = await sealedAnew(stored)
        if (anew === undefined) return stored
        try {
          await write(anew)
          return anew
        } catch (error) {
          log.warn('The secrets of a provider could not be sealed anew', {
            provider: stored.name,
            reason: reasonOf(error),
          })
          return stored
        }
      }),
    )
}
