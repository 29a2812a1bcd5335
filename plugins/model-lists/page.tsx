import {
  type ActionResult,
  definePage,
  type Form,
  type Page,
  type PageRequest,
} from '../../src/contract/page.ts'
import type { Provider } from '../../src/contract/provider.ts'
import { refuse } from '../../src/errors.ts'
import { count } from '../../views/format.ts'
import { Notice } from '../../views/notice.tsx'
import type { OwnedLists } from './lists.ts'
import type { ProviderDesk, ProviderStatus } from './model.ts'
import { Known } from './page/card.tsx'
import type { ProvidersData } from './page/model.ts'
import { ProvidersView } from './page/views.tsx'
import { cardId, reasonOf } from './page/words.ts'
import type { TestCalls } from './test-calls.ts'

export interface ProvidersPageDeps {
  readonly lists: OwnedLists
  readonly tests: TestCalls
  readonly providers: () => ReadonlyMap<string, Provider>
  /** What other plugins know against a provider, one sentence each. */
  readonly troublesOf: (provider: string) => readonly string[]
  /** Milliseconds since 1970. */
  readonly nextRefresh: () => number
  readonly now: () => number
  /** What the operator calls the config file; absent where there is none. */
  readonly configFile: string | undefined
  /** Where operators keep some of them; absent where none can be kept. */
  readonly desk: () => ProviderDesk | undefined
}

const SUGGESTED = 100

/** Every configured provider: what it lists, how it is, and two ways to find out. */
export function createProvidersPage(deps: ProvidersPageDeps): Page {
  const { lists, tests, providers, now, nextRefresh, configFile, troublesOf } = deps
  const load = (): ProvidersData => ({
    upstreams: lists.status().flatMap(status => {
      const { name } = status
      const provider = providers().get(name)
      const ids = [...(lists.of(name)?.keys() ?? [])].slice(0, SUGGESTED)
      return provider === undefined
        ? []
        : [{ provider, status, troubles: troublesOf(name), tested: tests.last(name), ids }]
    }),
    nextRefresh: nextRefresh(),
    now: now(),
    configFile,
    desk: deps.desk(),
  })

  const nameIn = (form: Form): string => {
    const name = textIn(form, 'provider')
    return providers().has(name)
      ? name
      : refuse('not_found', `There is no provider “${name.slice(0, 100)}” any more`)
  }

  /** htmx gets the cards that changed, a plain browser the page at the card. */
  function changed(form: Form, request: PageRequest, { names, message, isBad }: Change): ActionResult {
    const [only] = names
    if (textIn(form, 'via') !== 'htmx')
      return { go: names.length === 1 ? `/dashboard/providers#${cardId(only!)}` : '/dashboard/providers' }
    const data = load()
    const cards = data.upstreams.filter(({ status }) => names.includes(status.name))
    return {
      markup: (
        <>
          {cards.map(upstream => (
            <hx-partial hx-target={`#${cardId(upstream.status.name)}-known`} hx-swap="outerHTML">
              <Known upstream={upstream} data={data} request={request} />
            </hx-partial>
          ))}
          <Notice tone={isBad ? 'bad' : 'good'}>{message}</Notice>
        </>
      ),
    }
  }

  return definePage<ProvidersData>({
    path: '/providers',
    title: 'Providers',
    nav: { group: 'Gateway', order: 12 },
    load,
    view: (data, request) => <ProvidersView data={data} request={request} />,
    actions: {
      async refresh(form, request) {
        const name = textIn(form, 'provider') === '' ? undefined : nameIn(form)
        await lists.refresh(name)
        const refreshed = lists.status().filter(status => name === undefined || status.name === name)
        return changed(form, request, {
          names: refreshed.map(status => status.name),
          message: name === undefined ? sayAll(refreshed) : sayOne(refreshed[0]!),
          isBad: refreshed.some(({ error }) => error !== undefined),
        })
      },

      async test(form, request) {
        const name = nameIn(form)
        const model = textIn(form, 'model').trim()
        const { isGood, text } =
          model === '' ? { isGood: false, text: 'Name a model to ask' } : await tests.run(name, model)
        return changed(form, request, { names: [name], message: `${name}: ${text}`, isBad: !isGood })
      },
    },
  })
}

interface Change {
  readonly names: readonly string[]
  readonly message: string
  readonly isBad: boolean
}

function textIn(form: Form, field: string): string {
  const value = form[field]
  return typeof value === 'string' ? value : (value?.[0] ?? '')
}

const sayOne = ({ name, error, models, state }: ProviderStatus): string =>
  error === undefined
    ? state === 'unknown'
      ? `${name} has no list of models`
      : `${name}: ${count(models, 'model')}`
    : `${name}: ${reasonOf(error)}`

function sayAll(statuses: readonly ProviderStatus[]): string {
  const failed = statuses.filter(({ error }) => error !== undefined)
  return failed.length === 0
    ? 'All lists are fresh'
    : `${failed.length} of ${statuses.length} lists could not be fetched: ${failed.map(({ name }) => name).join(', ')}`
}
