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
      words: [
        'What is stored of the setting ',
        { name },
        ' does not fit any more, and is left out. ',
        why,
        '.',
      ],
      act: 'See the setting',
      place: `/settings?${new URLSearchParams({ q: name })}`,
    })),
})
