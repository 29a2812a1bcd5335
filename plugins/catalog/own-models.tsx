import { factsInWords } from '../../src/contract/facts-in-words.ts'
import { type CallerPage, type CallerPageRequest, defineCallerPage } from '../../src/contract/page.ts'
import type { Host } from '../../src/contract/plugin.ts'
import { Copyable } from '../../views/copyable.tsx'
import { Filters } from '../../views/filters.tsx'
import { Link } from '../../views/link.tsx'
import { List, ListCount } from '../../views/list.tsx'
import { createSearch, type Listing, MAX_SEARCH, pageOf, readPage } from '../../views/listing.ts'
import { Name } from '../../views/name.tsx'
import type { Prices } from '../prices/model.ts'
import type { Catalog, ShownModel } from './model.ts'
import { mostPaidOf, type Price } from './most-paid.ts'

interface OwnModelsDeps extends Pick<Catalog, 'shownTo'>, Pick<Host, 'decide'> {
  readonly prices: Pick<Prices, 'perMillionOf' | 'loading'>
}

interface OwnModel extends Pick<ShownModel, 'id' | 'kind'> {
  /** What it can, as far as that is known. */
  readonly can: readonly string[]
  readonly costs: Price
}

interface OwnModelsData {
  readonly query: { readonly q: string; readonly page: number }
  readonly listing: Listing<OwnModel>
  /** How many there are, whatever is searched. */
  readonly all: number
}

/** For callers: exactly what `GET /v1/models` shows them, and where their programs find it. */
export const createOwnModelsPage = (deps: OwnModelsDeps): CallerPage =>
  defineCallerPage<OwnModelsData>({
    path: '/models',
    title: 'Models',
    nav: { group: 'Developers', order: 10 },
    load: request => load(deps, request),
    view: (data, request) => <OwnModels data={data} request={request} />,
  })

async function load(
  { shownTo, decide, prices }: OwnModelsDeps,
  { x, url }: CallerPageRequest,
): Promise<OwnModelsData> {
  const read = (name: string) => url.searchParams.get(name) ?? ''
  const query = { q: read('q').slice(0, MAX_SEARCH), page: readPage(read('page')) }
  const all = (await shownTo(x)).map(model => ({ id: model.id, kind: model.kind, can: wordsOf(model) }))
  const isFound = createSearch(query.q)
  const listing = pageOf(
    all.filter(({ id, can }) => isFound([id, ...can])),
    query.page,
  )
  await prices.loading()
  const facts = { caller: x.caller, userPath: x.userPath, dry: true, trace: undefined }
  const rows = listing.rows.map(async model => {
    const { targets } = await decide(model.id, facts)
    return { ...model, costs: mostPaidOf(targets.map(prices.perMillionOf)) }
  })
  return { query, listing: { ...listing, rows: await Promise.all(rows) }, all: all.length }
}

/** When one of the models behind a redirect goes, its callers are not told. */
function wordsOf({ kind, facts }: ShownModel): readonly string[] {
  if (kind === 'model') return factsInWords(facts)
  const { retiresOn: _, ...rest } = facts
  return factsInWords(rest)
}

function OwnModels({ data, request }: { data: OwnModelsData; request: CallerPageRequest }) {
  const { query, listing, all } = data
  const { base, origin } = request
  const page = `${base}/portal/models`
  const search = { label: 'Search models', placeholder: 'Search names, and what they can', value: query.q }
  return (
    <>
      <header class="top">
        <div>
          <h1>Models</h1>
          <p class="lead">What your key may call, and where.</p>
        </div>
        <Link class="button" href={`${base}/portal/connect`}>
          Connect a program
        </Link>
      </header>
      <div class="addresses">
        <Copyable id="openai-address" place="For what speaks OpenAI" text={`${origin + base}/v1`} />
        <Copyable id="other-address" place="For Anthropic, Google and Ollama" text={origin + base} />
      </div>
      <Filters path={page} into="own-models" search={search}>
        <ListCount noun="model" total={listing.total} all={all} />
      </Filters>
      <List
        id="own-models"
        noun="model"
        label="Models"
        caption="Models that you may call; prices in US dollars for a million tokens"
        headings={['Model', 'Can', 'Input, per million', 'Output, per million', '']}
        page={page}
        query={query}
        listing={listing}
        all={all}
        about="None is open to your key now. Whoever runs this gateway opens them."
        row={model => <ModelRow model={model} base={base} />}
      />
    </>
  )
}

const ModelRow = ({ model: { id, kind, can, costs }, base }: { model: OwnModel; base: string }) => (
  <tr>
    <th scope="row" data-label="Model">
      <Name class="mono" text={id} />
    </th>
    <td data-label="Can">{can.length === 0 ? <span class="muted">not known</span> : can.join(', ')}</td>
    <Dollars label="Input" value={costs.input} isMost={kind === 'redirect'} />
    <Dollars label="Output" value={costs.output} isMost={kind === 'redirect'} />
    <td class="actions">
      <Link
        class="quiet"
        href={`${base}/portal/connect?${new URLSearchParams({ model: id })}`}
        aria-label={`Connect a program to ${id}`}
      >
        Connect
      </Link>
    </td>
  </tr>
)

interface DollarsProps {
  readonly label: string
  readonly value: number | null
  /** Another model may answer that costs less: how many there are is nothing that callers are told. */
  readonly isMost: boolean
}

const Dollars = ({ label, value, isMost }: DollarsProps) => (
  <td class="num" data-label={label}>
    {value === null ? (
      <span class="muted">not known</span>
    ) : (
      `${isMost ? 'at most ' : ''}$${value.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 4 })}`
    )}
  </td>
)
