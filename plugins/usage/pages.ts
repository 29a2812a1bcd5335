import type { AnyPage } from '../../src/contract/page.ts'
import type { Host } from '../../src/contract/plugin.ts'
import type { Auth } from '../auth/model.ts'
import type { Concerns } from '../concerns/model.ts'
import type { Feedback } from '../feedback/model.ts'
import type { FactsSource } from '../model-facts/model.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { VirtualModels } from '../virtual-models/model.ts'
import type { KeptAnswers, ModelPanel } from './model.ts'
import type { PageDeps } from './page/deps.ts'
import { createModelPage } from './page/model/model-page.tsx'
import { createOverviewPage } from './page/overview/overview-page.tsx'
import { createOwnCallsPage } from './page/own/own-calls-page.tsx'
import { createOwnUsagePage } from './page/own/own-usage-page.tsx'
import { createRequestsPage } from './page/requests/requests-page.tsx'
import { createUsagePage } from './page/usage/usage-page.tsx'

interface PagesDeps extends Pick<PageDeps, 'ask' | 'now' | 'keptSince'>, Pick<Host, 'providers'> {
  readonly auth: Auth
  readonly concerns: Concerns
  readonly feedback: Feedback
  readonly findAnswers: (requestId: string) => Promise<KeptAnswers>
  readonly lists: ModelLists
  readonly facts: FactsSource
  readonly virtual: VirtualModels
  /** Filled until all plugins are set up. */
  readonly panels: readonly ModelPanel[]
}

/** Callers that are no managed keys. */
const names: Readonly<Record<string, string>> = {
  master: 'Master key',
  open: 'Anybody: no key is set',
  mirror: 'Copies to mirrors',
}

/** The pages about usage, for operators and for callers. */
export function createPages({
  auth,
  concerns,
  feedback,
  findAnswers,
  lists,
  facts,
  virtual,
  providers,
  panels,
  ...desk
}: PagesDeps): AnyPage[] {
  const deps: PageDeps = {
    ...desk,
    keyName: id => (Object.hasOwn(names, id) ? names[id] : auth.nameOf(id)) || undefined,
    example() {
      for (const provider of providers().keys()) {
        const [id] = lists.of(provider)?.keys() ?? []
        if (id !== undefined) return `${provider}/${id}`
      }
      return undefined
    },
  }
  return [
    createOverviewPage({ ...deps, concerns, lists }),
    createModelPage({ ...desk, virtual, facts, panels, typeOf: name => providers().get(name)?.type }),
    createUsagePage(deps),
    createRequestsPage({ ...deps, findAnswers, say: feedback.say }),
    createOwnUsagePage(desk),
    createOwnCallsPage(desk),
  ]
}
