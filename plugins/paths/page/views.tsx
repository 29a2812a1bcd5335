import type { PageRequest } from '../../../src/contract/page.ts'
import { Badge } from '../../../views/badge.tsx'
import { Filters } from '../../../views/filters.tsx'
import { count, number } from '../../../views/format.ts'
import { Link } from '../../../views/link.tsx'
import { toQuery } from '../../../views/listing.ts'
import { Name, spell } from '../../../views/name.tsx'
import { Pager, Table } from '../../../views/table.tsx'
import type { Effective, PathsData } from './model.ts'
import { BranchRow } from './row.tsx'

interface Props {
  readonly data: PathsData
  readonly request: PageRequest
}

export const PathsView = ({ data, request }: Props) => (
  <>
    <header class="top">
      <div>
        <h1>User paths</h1>
        <p class="lead">
          On whose behalf calls are made: paths that callers said in the last 30 days, and those that keys,
          redirects and policies name. What is below a path counts for it.
        </p>
      </div>
    </header>
    {data.mistake !== undefined && (
      <p class="mistake banner" role="alert">
        {spell(data.mistake)}
      </p>
    )}
    {data.trouble !== undefined && (
      <p class="mistake banner" role="alert">
        There are no figures at the moment: {data.trouble}
      </p>
    )}
    {data.most !== undefined && (
      <p class="muted">
        More than {count(data.most, 'path')} have called. Here are the {number(data.most)} with the most
        calls; sums and the search leave the others out.{' '}
        <Link href={`${request.base}/dashboard/usage?by=path`}>Usage by path</Link>
      </p>
    )}
    {data.effective !== undefined && <Models effective={data.effective} base={request.base} />}
    <Filters
      path={`${request.base}/dashboard/paths`}
      into="paths"
      search={{
        label: 'Search user paths',
        placeholder: 'Path, key, redirect or policy',
        value: data.query.q,
      }}
    >
      {data.query.path !== '' && <input type="hidden" name="path" value={data.query.path} />}
      <p id="count" class="count" role="status">
        {data.listing.total === data.all
          ? count(data.all, 'path')
          : `${number(data.listing.total)} of ${number(data.all)}`}
      </p>
    </Filters>
    <Paths data={data} request={request} />
  </>
)

function Paths({ data: { listing, query }, request }: Props) {
  const path = `${request.base}/dashboard/paths`
  return (
    <div id="paths">
      {listing.rows.length === 0 ? (
        <section class="nothing">
          <h2>No path is like that</h2>
          <p>
            Callers say theirs in the header <code>x-modelway-user-path</code>.{' '}
            <Link href={path}>See all paths</Link>
          </p>
        </section>
      ) : (
        <Table
          caption="User paths with what was used in the last 30 days"
          headings={['Path', 'Calls', 'Spend', 'Keys', 'Named by']}
        >
          {listing.rows.map(branch => (
            <BranchRow branch={branch} query={query} base={request.base} />
          ))}
        </Table>
      )}
      <Pager page={listing.page} pages={listing.pages} href={page => path + toQuery({ ...query, page })} />
    </div>
  )
}

/** The operator's own names are what apps should call; of many models they would be those that are left out. */
const ownFirst = (models: Effective['models']): Effective['models'] => [
  ...models.filter(({ kind }) => kind === 'redirect'),
  ...models.filter(({ kind }) => kind !== 'redirect'),
]

/** So many models are named; the page of the models has them all. */
const MOST = 60

/** What may be called from one path: what `/v1/models` shows there, and each with the reasons. */
function Models({ effective: { path, models }, base }: { effective: Effective; base: string }) {
  const explain = (model: string) =>
    `${base}/dashboard/explain?${new URLSearchParams({ model, user_path: path })}`
  return (
    <section class="effective" aria-labelledby="effective-title">
      <h2 id="effective-title">
        What <Name class="mono" text={path} /> may call
      </h2>
      {models.length === 0 ? (
        <p class="muted">
          Nothing: no model is open to it.{' '}
          <Link href={`${base}/dashboard/models?kind=policy`}>See the policies</Link>
        </p>
      ) : (
        <>
          <p class="muted">
            {count(models.length, 'name')}, as <code>/v1/models</code> shows them there to a caller whose key
            sets no limit. Choose one for the reasons.
          </p>
          <ul class="effective-names">
            {ownFirst(models)
              .slice(0, MOST)
              .map(({ id, kind }) => (
                <li class="effective-name">
                  <Link href={explain(id)}>
                    <Name class="mono" text={id} />
                  </Link>
                  {kind === 'redirect' && <Badge tone="accent">redirect</Badge>}
                </li>
              ))}
            {models.length > MOST && (
              <li class="muted">
                and {number(models.length - MOST)} more:{' '}
                <Link href={`${base}/dashboard/models`}>all models</Link>
              </li>
            )}
          </ul>
        </>
      )}
    </section>
  )
}
