import { describe } from '../../src/base/describe.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import { isDatabaseAway } from '../../src/database/faults.ts'
import { fileOf } from '../../src/database/open.ts'
import { spell } from '../../views/name.tsx'
import { createReloadWatch } from './configuration.ts'
import { createFileWatch } from './database-file.ts'
import type { Concern, Concerns, Standing, Watch, Word } from './model.ts'

export default definePlugin({
  name: 'concerns',
  about: 'Gathers what needs attention from the plugins that know of it.',
  async setup({ log, site, dbAddress }) {
    const watches: Watch[] = [createReloadWatch(site)]
    const file = dbAddress && fileOf(dbAddress.url)
    if (file !== undefined) watches.push(await createFileWatch(file))
    const seen = new Map<Watch, readonly Standing[]>()
    const failing = new Set<Watch>()

    function complain({ kind }: Watch, error: unknown): void {
      if (isDatabaseAway(error)) log.debug('What needs attention waits for the database', { kind })
      else log.error('Cannot tell what needs attention', { kind, error: describe(error) })
    }

    /** Who cannot tell now is no reason to hide the rest; what it told before stands until it tells again. */
    async function lookAt(watch: Watch): Promise<readonly Standing[]> {
      try {
        seen.set(
          watch,
          (await watch.look()).map(concern => toStanding(watch, concern)),
        )
        failing.delete(watch)
      } catch (error) {
        if (!failing.has(watch)) complain(watch, error)
        failing.add(watch)
      }
      return seen.get(watch) ?? []
    }

    const exports: Concerns = {
      add: watch => void watches.push(watch),
      async look() {
        const found = (await Promise.all(watches.map(lookAt))).flat()
        return found.sort((a, b) => Number(b.tone === 'bad') - Number(a.tone === 'bad'))
      },
    }
    return { exports }
  },
})

const toStanding = (watch: Watch, concern: Concern): Standing => ({
  ...concern,
  watch,
  key: `${watch.kind}:${concern.about}`,
  text: concern.words.map(toText).join(''),
})

const toText = (word: Word): string => (typeof word === 'string' ? spell(word) : `“${spell(word.name)}”`)
