import type { Concern, Watch } from '../concerns/model.ts'
import type { ProviderHealth } from './model.ts'

type Health = () => readonly ProviderHealth[]

/** Providers, and models of theirs, that are not called for a while. */
export const createRestingWatch = (health: Health): Watch => ({
  kind: 'resting',
  many: 'pauses of providers',
  act: 'Providers',
  place: '/providers',
  look: () =>
    health().flatMap(({ status, resting, place }) =>
      resting.map(
        ({ model, text }): Concern => ({
          about: model === undefined ? status.name : `${status.name}/${model}`,
          tone: 'bad',
          words: [`${text}.`],
          act: 'See the provider',
          place,
        }),
      ),
    ),
})

/** Lists that could not be fetched. */
export const createListWatch = (health: Health): Watch => ({
  kind: 'list',
  many: 'lists that could not be fetched',
  act: 'Providers',
  place: '/providers',
  look: () =>
    health().flatMap(({ status, listTrouble, place }): Concern[] =>
      listTrouble === undefined
        ? []
        : [
            {
              about: status.name,
              tone: status.state === 'unknown' ? 'bad' : 'amber',
              words: ['The models of ', { name: status.name }, ` could not be listed: ${listTrouble}`],
              act: 'See the provider',
              place,
            },
          ],
    ),
})
