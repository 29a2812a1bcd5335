import { definePage, type Page } from '../../src/page.ts'
import type { Tools } from './model.ts'

export interface ToolsPageDeps {
  readonly tools: Tools
  readonly now: () => number
  readonly configFile: string | undefined
}
export const createToolsPage = (_deps: ToolsPageDeps): Page =>
  definePage({
    path: '/tools',
    title: 'Tools',
    nav: { group: 'Gateway', order: 14 },
    load: () => 0,
    view: () => <p>soon</p>,
  })
