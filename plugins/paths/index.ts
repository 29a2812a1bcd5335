import { definePlugin } from '../../src/contract/plugin.ts'
import type { Auth } from '../auth/model.ts'
import type { UsageSums } from '../usage/model.ts'
import type { VirtualModelSource } from '../virtual-models/model.ts'
import { createPathsPage } from './page.tsx'

export default definePlugin({
  name: 'paths',
  about:
    'Shows operators the tree of user paths: who stands where, what was used there, and what may be called.',
  needs: ['auth', 'virtual-models', 'usage'],
  setup: ({ use, list, now }) => ({
    pages: [
      createPathsPage({
        auth: use<Auth>('auth'),
        virtual: use<VirtualModelSource>('virtual-models'),
        usage: use<UsageSums>('usage'),
        list,
        now,
      }),
    ],
  }),
})
