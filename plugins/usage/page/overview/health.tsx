import { Badge } from '../../../../views/badge.tsx'
import { ago, count, duration, number, percent } from '../../../../views/format.ts'
import { Icon } from '../../../../views/icon.tsx'
import { Link } from '../../../../views/link.tsx'
import { Name } from '../../../../views/name.tsx'
import { Table } from '../../../../views/table.tsx'
import type { ProviderHealth } from '../../../model-lists/model.ts'
import type { Group, Part } from '../../report/usage.ts'
import { errorRate } from '../figures.ts'
import { choiceOf, type Places } from '../places.ts'
import { quantile } from '../tiles.tsx'

interface HealthProps {
  readonly health: readonly ProviderHealth[]
  /** Calls by provider. */
  readonly groups: readonly Group[]
  readonly places: Places
  readonly base: string
  readonly at: number
}

/** How every provider is: its list, whether it is called now, and how its calls went in this time. */
export function Health({ health, groups, places, base, at }: HealthProps) {
  const partOf = new Map(groups.map(group => [group.group[0], group]))
  return (
    <section id="health" aria-labelledby="health-title">
      <header class="topic">
        <h2 id="health-title">Providers</h2>
        <Link href={`${base}/dashboard/providers`}>
          All<span class="unseen"> of the providers</span>
        </Link>
      </header>
      <Table
        caption="How the providers are"
        headings={['Provider', 'List of models', 'Breaker', 'Calls', 'Error rate', 'Duration', 'First token']}
      >
        {health.map(one => (
          <tr>
            <th scope="row" data-label="Provider">
              <span class="who">
                <Link href={`${base}/dashboard${one.place}`}>
                  <Name text={one.status.name} />
                </Link>
              </span>
            </th>
            <td data-label="List of models">
              <List health={one} at={at} />
            </td>
            <td data-label="Breaker">
              <Breaker resting={one.resting} />
            </td>
            <Calls name={one.status.name} part={partOf.get(one.status.name)} places={places} />
          </tr>
        ))}
      </Table>
    </section>
  )
}

/** Whether calls go through, and if not, why. */
const Breaker = ({ resting }: Pick<ProviderHealth, 'resting'>) => (
  <div>
    {resting.length === 0 ? <Badge tone="good">closed</Badge> : <Badge tone="bad">open</Badge>}
    <p
      class="about"
      {...(resting.length > 0 && {
        title: resting
          .map(({ text }) => text)
          .join('\n')
          .slice(0, 2000),
      })}
    >
      {resting[0]?.text ?? 'calls go through'}
      {resting.length > 1 && `, and ${resting.length - 1} more`}
    </p>
  </div>
)

/** When the list was had, and whether the last try to fetch it failed. */
function List({ health: { status, hasList, listTrouble }, at }: { health: ProviderHealth; at: number }) {
  const { refreshed_at, models, state } = status
  const time = refreshed_at ?? status.tried_at
  return (
    <div>
      {listTrouble !== undefined && (
        <p class="warning">
          <Icon name="alert" />
          could not be fetched
        </p>
      )}
      {models > 0 ? count(models, 'model') : 'not known'}
      <p class="about">
        {time === undefined ? (
          state === 'configured' || !hasList ? (
            'as configured'
          ) : (
            'on its way'
          )
        ) : (
          <>
            {refreshed_at === undefined ? 'tried ' : 'fetched '}
            <time datetime={time} title={time}>
              {ago(at - Date.parse(time))}
            </time>
          </>
        )}
      </p>
    </div>
  )
}

interface CallsProps {
  readonly name: string
  readonly part: Part | undefined
  readonly places: Places
}

function Calls({ name, part, places: { rows } }: CallsProps) {
  const choice = choiceOf('provider', name)
  const sums = part?.sums
  if (part === undefined || sums === undefined)
    return (
      <>
        <td data-label="Calls" class="num muted">
          none
        </td>
        <td class="num" />
        <td class="num" />
        <td class="num" />
      </>
    )
  return (
    <>
      <td data-label="Calls" class="num">
        <Link href={rows(choice)} aria-label={`${count(sums.calls, 'call')}: ${name}`}>
          {number(sums.calls)}
        </Link>
      </td>
      <td data-label="Error rate" class="num">
        {sums.errors === 0 ? (
          <span class="muted">0 %</span>
        ) : (
          <Link
            href={rows({ ...choice, failed: 'true' })}
            aria-label={`${percent(errorRate(sums))} of the calls failed: ${name}`}
          >
            {percent(errorRate(sums))}
          </Link>
        )}
      </td>
      <Time part={part} kind="total" label="Duration" />
      <Time part={part} kind="first" label="First token" />
    </>
  )
}

function Time({ part, kind, label }: { part: Part; kind: 'total' | 'first'; label: string }) {
  const [median, slow] = [quantile(part, kind, 0.5), quantile(part, kind, 0.95)]
  return (
    <td data-label={label} class="num">
      {median === null ? (
        <span class="muted">–</span>
      ) : (
        <div>
          {duration(median)}
          <p class="about">95 %: {duration(slow)}</p>
        </div>
      )}
    </td>
  )
}
