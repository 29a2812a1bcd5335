import type { ModelFacts } from '../../src/contract/model.ts'
import { type CallerPage, defineCallerPage, definePage, type Page } from '../../src/contract/page.ts'
import type { Awaitable } from '../../src/types.ts'
import { Link } from '../../views/link.tsx'
import type { Catalog } from '../catalog/model.ts'
import type { FactsSource } from '../model-facts/model.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { VirtualModelSource, VirtualModels } from '../virtual-models/model.ts'
import { clients } from './clients.ts'
import { type ConnectData, ConnectView } from './page/views.tsx'

export interface ConnectPageDeps {
  readonly virtual: VirtualModelSource & Pick<VirtualModels, 'exampleCaller'>
  readonly lists: ModelLists
  readonly facts: FactsSource
}

/** A longer name is none (characters). */
const LONGEST = 300
/** So many names are offered. */
const MOST = 300

/** For each program that calls models, what has to be written where. */
export function createConnectPage(deps: ConnectPageDeps): Page {
  return definePage<ConnectData>({
    path: '/connect',
    title: 'Connect',
    nav: { group: 'Developers', order: 41 },
    load: ({ url, base, admin, origin }) =>
      load({ url, here: origin + base, isOpen: admin.via === 'loopback', models: namesOf(deps) }, model =>
        deps.facts.ofName(model, deps.virtual.exampleCaller(model)),
      ),
    view: (data, { base }) => (
      <ConnectView data={data} page={`${base}/dashboard/connect`}>
        A new one is shown once, when it is made. <Link href={`${base}/dashboard/keys`}>Go to the keys</Link>
      </ConnectView>
    ),
  })
}

/** The same for callers, with the models that their keys may use. */
export const createOwnConnectPage = ({ shownTo }: Pick<Catalog, 'shownTo'>): CallerPage =>
  defineCallerPage<ConnectData>({
    path: '/connect',
    title: 'Connect',
    nav: { group: 'Developers', order: 11 },
    async load({ url, base, origin, visitor, x }) {
      const shown = await shownTo(x)
      const models = shown.slice(0, MOST).map(({ id }) => id)
      return load(
        { url, here: origin + base, isOpen: visitor.via === 'loopback', models },
        // Of what is not open to this caller nothing is told.
        model => shown.find(({ id }) => id === model)?.facts ?? {},
      )
    },
    view: (data, { base }) => (
      <ConnectView data={data} page={`${base}/portal/connect`}>
        Yours was shown once, when it was made.
      </ConnectView>
    ),
  })

interface Asked {
  readonly url: URL
  /** The address of this gateway, as who asks sees it. */
  readonly here: string
  /** No key is asked for. */
  readonly isOpen: boolean
  /** Names to choose from. */
  readonly models: readonly string[]
}

async function load(
  { url, here, isOpen, models }: Asked,
  factsOf: (model: string) => Awaitable<ModelFacts>,
): Promise<ConnectData> {
  const read = (name: string) => (url.searchParams.get(name) ?? '').trim().slice(0, LONGEST)
  const [said, chosen] = [read('address'), read('model')]
  const model = chosen || (models[0] ?? 'smarter')
  const address = said === '' ? here : addressOf(said)
  return {
    client: clients.find(({ id }) => id === read('client')) ?? clients[0]!,
    facts: {
      address: address ?? here,
      model,
      // Keys are kept as hashes: nobody can show one again.
      key: isOpen ? 'none' : 'YOUR_KEY',
      can: await factsOf(model),
    },
    isOpen,
    ...(address === undefined && { mistake: { text: said, message: NO_ADDRESS } }),
    models,
    chosen: { ...(said !== '' && { address: said }), ...(chosen !== '' && { model: chosen }) },
  }
}

const NO_ADDRESS = 'Not an address: write it like “https://models.example.com”'

/** The operator's own names first: they are what apps should call. */
function namesOf({ virtual, lists }: ConnectPageDeps): readonly string[] {
  const redirects = [...virtual.current().all.values()]
    .filter(({ kind, enabled }) => kind === 'redirect' && enabled)
    .map(({ source }) => source)
  const provided = lists
    .status()
    .flatMap(({ name }) => [...(lists.of(name)?.keys() ?? [])].map(id => `${name}/${id}`))
  return [...new Set([...redirects.sort(), ...provided.sort()])].slice(0, MOST)
}

/** An address of the gateway as somebody may write it: a library's `/v1`, and what it puts behind that, is not part of it. */
function addressOf(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password !== '') return undefined
  return url.origin + url.pathname.replace(/\/v1(?:\/.*)?$/, '').replace(/\/+$/, '')
}
