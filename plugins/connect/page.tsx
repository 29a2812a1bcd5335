import { definePage, type Page } from '../../src/contract/page.ts'
import type { Admin } from '../../src/types.ts'
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
    async load({ url, base, admin, origin }) {
      const read = (name: string) => (url.searchParams.get(name) ?? '').trim().slice(0, LONGEST)
      const models = namesOf(deps)
      const here = origin + base
      const [said, chosen] = [read('address'), read('model')]
      const model = chosen || (models[0] ?? 'smarter')
      const address = said === '' ? here : addressOf(said)
      return {
        client: clients.find(({ id }) => id === read('client')) ?? clients[0]!,
        facts: {
          address: address ?? here,
          model,
          key: keyFor(admin),
          can: await deps.facts.ofName(model, deps.virtual.exampleCaller(model)),
        },
        isOpen: admin.via === 'loopback',
        ...(address === undefined && { mistake: { text: said, message: NO_ADDRESS } }),
        models,
        chosen: { ...(said !== '' && { address: said }), ...(chosen !== '' && { model: chosen }) },
      }
    },
    view: (data, request) => <ConnectView data={data} request={request} />,
  })
}

const NO_ADDRESS = 'Not an address: write it like “https://models.example.com”'

/** Keys are kept as hashes: nobody can show one again. */
const keyFor = ({ via }: Admin): string => (via === 'loopback' ? 'none' : 'YOUR_KEY')

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
