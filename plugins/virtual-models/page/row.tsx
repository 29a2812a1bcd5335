import { factsInWords } from '../../../src/contract/facts-in-words.ts'
import type { ModelFacts } from '../../../src/contract/model.ts'
import type { PageRequest } from '../../../src/contract/page.ts'
import { Badge } from '../../../views/badge.tsx'
import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import { toQuery } from '../../../views/listing.ts'
import { Name } from '../../../views/name.tsx'
import { opening } from '../../../views/opening.ts'
import { EditAndDelete, Switch } from '../../../views/row-actions.tsx'
import { RowAbout } from '../../../views/row-head.tsx'
import { shortHash } from '../../../views/short-hash.ts'
import type { Mark, VirtualModelView } from '../model.ts'
import { Cover, Default, Goal, Who, wordOf } from './cells.tsx'
import type { ProviderRow, Query, Row, VirtualRow } from './rows.ts'

/** What a row has to know beyond itself. */
export interface RowFacts {
  readonly policyOf: (row: ProviderRow) => VirtualModelView | undefined
  /** Enabled redirects by source. */
  readonly redirects: ReadonlyMap<string, VirtualModelView>
  /** Whether a model without a policy is open; undefined where the page is not told. */
  readonly openByDefault: boolean | undefined
  readonly exampleCaller: (source: string) => string
  /** What the models of the rows can. */
  readonly known: ReadonlyMap<Row, ModelFacts>
  /** What other plugins say of virtual models, by source. */
  readonly marks: ReadonlyMap<string, Mark>
}

interface RowProps {
  readonly facts: RowFacts
  readonly query: Query
  readonly request: PageRequest
}

/** Names beyond this do not fit into an address, and cannot be stored either. */
const MAX_NAME = 256

export const ModelRow = ({ row, ...props }: RowProps & { row: Row }) =>
  row.kind === 'provider' ? <ProviderModel row={row} {...props} /> : <VirtualModel row={row} {...props} />

function ProviderModel({ row, facts, query, request }: RowProps & { row: ProviderRow }) {
  const policy = facts.policyOf(row)
  const shadow = facts.redirects.get(row.name) ?? facts.redirects.get(row.id)
  return (
    <tr>
      <th scope="row" data-label="Model">
        <RowName text={row.name} of="provider" base={request.base} />
        <Can facts={facts.known.get(row)} />
      </th>
      <td data-label="Kind">
        <Badge>provider</Badge>
      </td>
      <td data-label="Leads to">
        {shadow !== undefined && (
          <span class="muted">
            shadowed by <Name class="mono" text={shadow.source} />
          </span>
        )}
      </td>
      <td data-label="Who may use it">
        {policy === undefined ? (
          <Default isOpen={facts.openByDefault} />
        ) : (
          <Who view={policy} by={policy.source} />
        )}
      </td>
      <td data-label="State">{policy?.enabled === false && <span class="muted">Closed</span>}</td>
      <td class="actions">
        {row.name.length <= MAX_NAME && (
          <>
            <Explain name={row.name} base={request.base} />
            {request.admin.mayWrite && (
              <Offers row={row} query={query} path={`${request.base}/dashboard/models`} />
            )}
          </>
        )}
      </td>
    </tr>
  )
}

/** Where the name leads, for a caller who may use it where the row names one. */
function Explain({ name, path = '/', base }: { name: string; path?: string | undefined; base: string }) {
  const asked = new URLSearchParams({ model: name, ...(path !== '/' && { user_path: path }) })
  return (
    <Link class="quiet" href={`${base}/dashboard/explain?${asked}`} aria-label={`Explain ${name}`}>
      Explain
    </Link>
  )
}

/** What can be made of a provider's model. */
function Offers({ row: { name }, query, path }: { row: ProviderRow; query: Query; path: string }) {
  const key = shortHash(name)
  const act = (more: Record<string, string>) => ({
    href: path + toQuery(query, { new: '', ...more }),
    ...opening(`${path}?${new URLSearchParams({ new: '', ...more })}`),
  })
  return (
    <>
      <Link class="quiet" id={`alias-${key}`} {...act({ target: name })} aria-label={`Redirect to ${name}`}>
        Redirect
      </Link>
      <Link class="quiet" id={`limit-${key}`} {...act({ source: name })} aria-label={`Restrict ${name}`}>
        Restrict
      </Link>
    </>
  )
}

function VirtualModel({ row, facts, query, request }: RowProps & { row: VirtualRow }) {
  const { view } = row
  const path = `${request.base}/dashboard/models`
  return (
    <tr data-kind={view.kind} data-off={view.enabled ? undefined : ''}>
      <th scope="row" data-label="Model">
        <RowName text={view.source} base={request.base} />
        <RowAbout description={view.description} declaredIn={view.managed ? view.declared_in : undefined} />
        <Can facts={facts.known.get(row)} />
      </th>
      <td data-label="Kind">
        <Kind view={view} mark={facts.marks.get(view.source)} />
      </td>
      <td data-label="Leads to">{view.kind === 'policy' ? <Cover view={view} /> : <Goal view={view} />}</td>
      <td data-label="Who may use it">
        <Who view={view} />
      </td>
      <td data-label="State">
        <Switch
          page={path}
          field="source"
          value={view.source}
          isOn={view.enabled}
          word={wordOf(view)}
          isFixed={view.managed}
          request={request}
        />
      </td>
      <td class="actions">
        {view.kind === 'redirect' && (
          <Explain name={view.source} path={facts.exampleCaller(view.source)} base={request.base} />
        )}
        {!view.managed && (
          <EditAndDelete page={path} query={query} value={view.source} admin={request.admin} />
        )}
      </td>
    </tr>
  )
}

const Kind = ({
  view: { kind, shadows, managed },
  mark,
}: {
  view: VirtualModelView
  mark: Mark | undefined
}) => (
  <span class="badges">
    {kind === 'policy' ? (
      <Badge tone="amber">policy</Badge>
    ) : shadows === true ? (
      <Badge tone="violet">shadow</Badge>
    ) : (
      <Badge tone="accent">redirect</Badge>
    )}
    {managed && (
      <Badge tone="outline">
        <Icon name="lock" />
        managed
      </Badge>
    )}
    {mark !== undefined && (
      <Badge tone={mark.tone} title={mark.title}>
        {mark.text}
      </Badge>
    )}
  </span>
)

/** What it can, as far as that is known. */
function Can({ facts = {} }: { facts: ModelFacts | undefined }) {
  const words = factsInWords(facts).join(', ')
  return words === '' ? null : (
    <p class="about" title={words}>
      {words}
    </p>
  )
}

/** The name, which leads to what is known of the model. */
function RowName({ text, of, base }: { text: string; of?: 'provider'; base: string }) {
  const name = <Name class="name mono" text={text} {...(text.length > 60 && { title: text })} />
  const asked = new URLSearchParams({ name: text, ...(of !== undefined && { of }) })
  return text.length > MAX_NAME ? name : <Link href={`${base}/dashboard/models/detail?${asked}`}>{name}</Link>
}
