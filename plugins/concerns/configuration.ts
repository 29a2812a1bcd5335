import type { Host } from '../../src/contract/plugin.ts'
import type { Watch } from './model.ts'

/** The one concern that no plugin knows of: a configuration that was to be reloaded, and holds a mistake. */
export const createReloadWatch = ({
  reloadFailedAt,
  configFile,
}: Pick<Host['site'], 'reloadFailedAt' | 'configFile'>): Watch => ({
  kind: 'configuration',
  many: 'configurations that could not be reloaded',
  act: 'Settings',
  place: '/settings',
  look: () =>
    reloadFailedAt() === undefined
      ? []
      : [
          {
            about: 'reload',
            tone: 'amber',
            // What the mistake is may quote a value: the log and `modelway check` say it.
            words: [
              'The configuration ',
              ...(configFile === undefined ? [] : ['in ', { name: configFile }, ' ']),
              'could not be reloaded, the one before stays in use. “modelway check” names the mistakes.',
            ],
            act: 'See the settings',
            place: '/settings',
          },
        ],
})
