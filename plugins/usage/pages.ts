import type { Page } from '../../src/page.ts'
import type { Host } from '../../src/plugin.ts'
import type { Auth } from '../auth/model.ts'
import type { ModelLists } from '../model-lists/model.ts'
import { createRequestsPage } from './page/requests-page.tsx'
import { createUsagePage, type PageDeps } from './page/usage-page.tsx'

interface PagesDeps extends Pick<PageDeps, 'ask' | 'now' | 'keptSince'>, Pick<Host, 'providers'> {
  readonly auth: Auth
  readonly lists: ModelLists
}

/** Callers that are no managed keys. */
const names: Readonly<Record<string, string>> = { master: 'Master key', open: 'Anybody: no key is set' }

/** The pages about usage. */
export function createPages({ auth, lists, providers, ...desk }: PagesDeps): Page[] {
  const deps: PageDeps = {
    ...desk,
    keyName: id => (Object.hasOwn(names, id) ? names[id] : auth.callerOf(id)?.name) || undefined,
    example() {
      for (const provider of providers().keys()) {
        const [id] = lists.of(provider)?.keys() ?? []
        if (id !== undefined) return `${provider}/${id}`
      }
      return undefined
    },
  }
  return [createUsagePage(deps), createRequestsPage(deps)]
}
