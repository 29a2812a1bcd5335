import { definePlugin } from '../../src/contract/plugin.ts'
import { createPluginsPage } from './page.tsx'

export default definePlugin({
  name: 'house',
  about:
    'Shows operators the order of the house: every plugin, and where it stands in the path of a request.',
  setup: ({ plugins, settings, now }) => ({ pages: [createPluginsPage({ plugins, settings, now })] }),
})
