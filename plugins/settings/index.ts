import { definePlugin } from '../../src/plugin.ts'
import { createSettingsApi } from './api.ts'
import { createSettingsPage } from './page.tsx'

export default definePlugin({
  name: 'settings',
  about: 'Shows operators which settings are in effect, what they mean and where each comes from.',
  setup: ({ settings, plugins, site }) => ({
    api: [createSettingsApi(settings, site.configFile)],
    pages: [createSettingsPage({ settings, plugins, configFile: site.configFile })],
  }),
})
