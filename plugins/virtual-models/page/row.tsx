import type { PageRequest } from '../../../src/page.ts'
import { Badge } from '../../../views/badge.tsx'
import { Csrf } from '../../../views/form.tsx'
import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import { shortHash } from '../../../views/short-hash.ts'
import type { VirtualModelView } from '../model.ts'
import { STATE, VIA } from './editor.tsx'
import { opening } from './opening.ts'
import { type ProviderRow, type Query, type Row, targetsOf, writeQuery } from './rows.ts'
import { strategyNames } from './targets.tsx'

/** What a row has to know beyond itself. */
export interface RowFacts {
  readonly policyOf: (row: ProviderRow) => VirtualModelView | undefined
  /** Enabled redirects by source. */
  readonly redirects: ReadonlyMap<string, VirtualModelView>
  /** Whether a model without a policy is open; undefined where the page is not told. */
  readonly openByDefault: boolean | undefined
}

interface RowProps {
  readonly facts: RowFacts
  readonly query: Query
  readonly request: PageRequest
}

/** Names beyond this do not fit into an address, and cannot be stored either. */
const MAX_NAME = 256

export const ModelRow = ({ row, ...props }: RowProps & { row: Row }) =>
  row.kind === 'provider' ? (
    <ProviderModel row={row} {...props} />
  ) : (
    <VirtualModel view={row.view} {...props} />
  )

function ProviderModel({ row, facts, query, request }: RowProps & { row: ProviderRow }) {
  const policy = facts.policyOf(row)
  const shadow = facts.redirects.get(row.name) ?? facts.redirects.get(row.id)
  const path = `${request.base}/dashboard/models`
  const act = (more: Record<string, string>) => ({
    href: path + writeQuery(query, { new: '', ...more }),
    ...opening(`${path}?${new URLSearchParams({ new: '', ...more })}`),
  })
  const key = shortHash(row.name)
  return (
    <tr>
      <th scope="row" data-label="Model">
        <Name text={row.name} />
      </th>
      <td data-label="Kind">
        <Badge>provider</Badge>
      </td>
      <td data-label="Leads to">
        {shadow !== undefined && (
          <span class="muted">
            shadowed by <bdi class="mono">{shadow.source}</bdi>
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
            <Link
              class="quiet"
              id={`alias-${key}`}
              {...act({ target: row.name })}
              aria-label={`New redirect to ${row.name}`}
            >
              Redirect
            </Link>
            <Link
              class="quiet"
              id={`limit-${key}`}
              {...act({ source: row.name })}
              aria-label={`New policy or shadow for ${row.name}`}
            >
              Restrict
            </Link>
          </>
        )}
      </td>
    </tr>
  )
}

function VirtualModel({ view, query, request }: RowProps & { view: VirtualModelView }) {
  const path = `${request.base}/dashboard/models`
  const key = shortHash(view.source)
  const act = (verb: string) => ({
    href: path + writeQuery(query, { [verb]: view.source }),
    ...opening(`${path}?${new URLSearchParams({ [verb]: view.source })}`),
  })
  return (
    <tr data-kind={view.kind} data-off={view.enabled ? undefined : ''}>
      <th scope="row" data-label="Model">
        <Name text={view.source} />
        {view.description !== '' && (
          <p class="about" title={view.description}>
            {view.description}
          </p>
        )}
        {view.managed && (
          <p class="about">
            Declared in <code>VIRTUAL_MODELS</code>: edit it there
          </p>
        )}
      </th>
      <td data-label="Kind">
        <span class="badges">
          {view.kind === 'policy' ? (
            <Badge tone="amber">policy</Badge>
          ) : view.shadows === true ? (
            <Badge tone="violet">shadow</Badge>
          ) : (
            <Badge tone="accent">redirect</Badge>
          )}
          {view.managed && (
            <Badge tone="outline">
              <Icon name="lock" />
              managed
            </Badge>
          )}
        </span>
      </td>
      <td data-label="Leads to">{view.kind === 'policy' ? <Cover view={view} /> : <Goal view={view} />}</td>
      <td data-label="Who may use it">
        <Who view={view} />
      </td>
      <td data-label="State">
        <Toggle view={view} id={`toggle-${key}`} request={request} />
      </td>
      <td class="actions">
        {!view.managed && (
          <>
            <Link class="quiet" id={`edit-${key}`} {...act('edit')} aria-label={`Edit ${view.source}`}>
              Edit
            </Link>
            <Link class="quiet" id={`delete-${key}`} {...act('delete')} aria-label={`Delete ${view.source}`}>
              Delete
            </Link>
          </>
        )}
      </td>
    </tr>
  )
}

const Name = ({ text }: { text: string }) => (
  <bdi class="name mono" title={text.length > 60 ? text : undefined}>
    {text}
  </bdi>
)

/** Targets with their shares, and where the redirect really leads when a target is not a model itself. */
function Goal({ view }: { view: VirtualModelView }) {
  const targets = targetsOf(view)
  const sum = targets.reduce((total, { weight }) => total + weight, 0)
  const isShared = targets.length > 1 && view.strategy === 'round_robin'
  return (
    <div class="goal">
      <ul>
        {targets.map(({ model, weight }) => (
          <li>
            <Icon name="arrow" />
            <bdi class="mono">{model}</bdi>
            {isShared && (
              <span class="share" title={`Weight ${weight}`}>
                {Math.round((weight / sum) * 100)} %
              </span>
            )}
          </li>
        ))}
      </ul>
      {targets.length > 1 && view.strategy !== undefined && !isShared && (
        <p class="about">{strategyNames[view.strategy].short}</p>
      )}
      {!view.valid && (
        <p class="warning">
          <Icon name="alert" />
          No such model now
        </p>
      )}
      {view.valid &&
        targets.length === 1 &&
        view.resolved_model !== undefined &&
        view.resolved_model !== targets[0]!.model && (
          <p class="about">
            now <bdi class="mono">{view.resolved_model}</bdi>
          </p>
        )}
    </div>
  )
}

const covers = {
  all: 'covers all models',
  provider: 'covers one provider',
  model: 'covers one model',
  bare: 'covers this model on any provider',
} as const

const Cover = ({ view }: { view: VirtualModelView }) => (
  <div class="goal">
    <span class="muted">{covers[view.scope_kind ?? 'model']}</span>
    {!view.valid && (
      <p class="warning">
        <Icon name="alert" />
        Matches nothing now
      </p>
    )}
  </div>
)

/** Who may use a redirect, or what a policy covers. */
function Who({ view, by }: { view: VirtualModelView; by?: string }) {
  const paths = view.user_paths ?? []
  const note = by !== undefined && (
    <p class="about">
      by policy <bdi class="mono">{by}</bdi>
    </p>
  )
  if (view.kind === 'policy' && !view.enabled) return <div>Nobody{note}</div>
  const through = view.reach === 'redirect' && <p class="about">only through a redirect</p>
  if (paths.length === 0 || paths.includes('/'))
    return (
      <div>
        Everybody{through}
        {note}
      </div>
    )
  const shown = paths.slice(0, 3)
  return (
    <div>
      <ul class="paths" title={paths.join('\n').slice(0, 2000)}>
        {shown.map(path => (
          <li>
            <bdi class="mono">{path}</bdi>
          </li>
        ))}
        {paths.length > shown.length && <li class="muted">and {paths.length - shown.length} more</li>}
      </ul>
      {through}
      {note}
    </div>
  )
}

const Default = ({ isOpen }: { isOpen: boolean | undefined }) => (
  <span class="muted" title="No policy covers it: MODELS_ENABLED_BY_DEFAULT decides">
    {isOpen === undefined ? 'By default' : isOpen ? 'Everybody' : 'Nobody, by default'}
  </span>
)

/** A policy that is off closes what it covers, so it is not simply “off”. */
function Toggle({ view, id, request }: { view: VirtualModelView; id: string; request: PageRequest }) {
  const word = view.kind === 'redirect' ? (view.enabled ? 'On' : 'Off') : view.enabled ? 'Open' : 'Closed'
  if (view.managed) return <span class="muted">{word}</span>
  const action = `${request.base}/dashboard/models/toggle`
  return (
    <form method="post" action={action} hx-post={action} hx-swap="none" hx-include={STATE} hx-vals={VIA}>
      <Csrf admin={request.admin} />
      <input type="hidden" name="source" value={view.source} />
      <input type="hidden" name="enabled" value={view.enabled ? '' : 'on'} />
      <button
        id={id}
        class="switch"
        type="submit"
        role="switch"
        aria-checked={String(view.enabled)}
        aria-label={`${view.source}: enabled`}
      >
        <span class="knob" />
        {word}
      </button>
    </form>
  )
}
