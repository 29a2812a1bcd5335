import type { Watch } from '../concerns/model.ts'

/** What is stored and does not fit any more, so that it does not hold. */
export const createUnfitWatch = (unfit: ReadonlyMap<string, string>): Watch => ({
  kind: 'stored-setting',
  many: 'stored settings that do not fit any more',
  act: 'Settings',
  place: '/settings',
  look: () =>
    [...unfit].map(([name, why]) => ({
      about: name,
      tone: 'amber',
      words: ['The setting ', { name }, ' is left out as it is stored: ', { name: why }, '.'],
      act: 'See the setting',
      place: `/settings?${new URLSearchParams({ q: name })}`,
    })),
})
