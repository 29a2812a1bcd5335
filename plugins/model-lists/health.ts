import type { Provider } from '../../src/contract/provider.ts'
import type { ProviderHealth, ProviderStatus, Trouble } from './model.ts'
import { cardId, consequenceOf, reasonOf } from './page/words.ts'

/** What is known of a provider's health, as the page of the providers tells it. */
export const healthOf = (
  status: ProviderStatus,
  providers: ReadonlyMap<string, Provider>,
  troublesOf: (provider: string) => readonly Trouble[],
): ProviderHealth => ({
  status,
  hasList: providers.get(status.name)?.models !== undefined,
  // Until the first refresh after a start is over, nothing has failed.
  ...(status.error !== undefined &&
    status.tried_at !== undefined && {
      listTrouble: `${reasonOf(status.error)}. ${consequenceOf(status)}`,
    }),
  resting: troublesOf(status.name).map(({ text, ...about }) => ({
    ...about,
    text: text.replaceAll(/"([^"]*)"/g, '“$1”'),
  })),
  place: `/providers#${cardId(status.name)}`,
})
