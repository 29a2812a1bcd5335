import { definePlugin } from '../../src/contract/plugin.ts'
import type { Cache } from '../cache/model.ts'
import type { UsageSums } from '../usage/model.ts'
import { createCachePage } from './page.tsx'

export default definePlugin({
  name: 'cache-page',
  about: 'Shows operators what is stored of answers, and what it saved; and deletes it where they want that.',
  needs: ['cache', 'usage'],
  setup: ({ use, now, site }) => ({
    pages: [
      createCachePage({
        cache: use<Cache>('cache'),
        usage: use<UsageSums>('usage'),
        now,
        configFile: site.configFile,
      }),
    ],
  }),
})
