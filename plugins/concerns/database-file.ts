import { numberOf } from '../../src/base/runtime.ts'
import type { Watch } from './model.ts'

/**
 * Whoever has a file open does not notice that it is removed, or that a backup is put in its place: all seems well, and
 * what is stored from then on is in a file that nobody finds again.
 */
export async function createFileWatch(file: string): Promise<Watch> {
  const opened = await numberOf(file)
  return {
    kind: 'database',
    many: 'databases that are not in their place',
    act: 'Settings',
    place: '/settings',
    async look() {
      if ((await numberOf(file)) === opened) return []
      return [
        {
          about: 'file',
          tone: 'bad',
          words: [
            'The file of the database, ',
            { name: file },
            ', was removed or replaced while it is in use: what is stored now is lost when the gateway ends. Stop it, put the right file there, and start it again.',
          ],
          act: 'See the settings',
          place: '/settings',
        },
      ]
    },
  }
}
