import { definePlugin } from '../../src/contract/plugin.ts'
import type { Catalog } from '../catalog/model.ts'
import type { FactsSource } from '../model-facts/model.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { VirtualModelSource, VirtualModels } from '../virtual-models/model.ts'
import { createConnectPage, createOwnConnectPage } from './page.tsx'

export default definePlugin({
  name: 'connect',
  about: 'Shows how apps, libraries and coding agents are led to this gateway, ready to be copied.',
  needs: ['model-lists', 'model-facts', 'virtual-models', 'catalog'],
  setup: ({ use }) => ({
    pages: [
      createConnectPage({
        virtual: use<VirtualModelSource & VirtualModels>('virtual-models'),
        lists: use<ModelLists>('model-lists'),
        facts: use<FactsSource>('model-facts'),
      }),
      createOwnConnectPage(use<Catalog>('catalog')),
    ],
  }),
})
