import type { Concern, Watch } from '../concerns/model.ts'
import type { Shelf } from './shelf.ts'

/** Providers that operators have added and that cannot serve. */
export const createBrokenWatch = (shelf: Pick<Shelf, 'all' | 'declared'>): Watch => ({
  kind: 'stored-provider',
  many: 'providers that cannot serve',
  act: 'Providers',
  place: '/providers',
  look: () =>
    shelf.all().flatMap(({ stored: { name, enabled }, trouble }): Concern[] =>
      trouble === undefined || !enabled || shelf.declared(name) !== undefined
        ? []
        : [
            {
              about: name,
              tone: 'bad',
              words: ['The provider ', { name }, ` does not serve. ${trouble}.`],
              act: 'See the provider',
              place: `/providers/edit?${new URLSearchParams({ name })}`,
            },
          ],
    ),
})
