import type { PageRequest } from '../../../src/contract/page.ts'
import { ago } from '../../../views/format.ts'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import { Table } from '../../../views/table.tsx'
import type { Rollout } from '../schema.ts'
import { StateBadge } from './panel.tsx'
import { placeOf } from './place.ts'

interface ListProps {
  readonly rollouts: readonly Rollout[]
  readonly now: number
  readonly request: PageRequest
}

/** The last rollout of each redirect. */
export const RolloutList = ({ rollouts, now, request }: ListProps) => (
  <>
    <header class="top">
      <div>
        <p class="crumb">
          <Link href={`${request.base}/dashboard/models`}>Models</Link>
        </p>
        <h1>Rollouts</h1>
        <p class="lead">
          Models that take over from others step by step. The page of a redirect starts one, and shows it.
        </p>
      </div>
    </header>
    {rollouts.length > 0 && (
      <Table caption="Rollouts" headings={['Redirect', 'To', 'State', 'Share', 'Changed']}>
        {rollouts.map(({ source, plan, state, step, why, changedAt }) => (
          <tr>
            <th scope="row" data-label="Redirect">
              <Link href={placeOf(request.base, source)}>
                <Name text={source} />
              </Link>
            </th>
            <td data-label="To">
              <Name class="mono" text={plan.to} />
            </td>
            <td data-label="State">
              <div>
                <StateBadge state={state} />
                {why !== null && (
                  <p class="about">
                    <Name text={why} />
                  </p>
                )}
              </div>
            </td>
            <td data-label="Share">{plan.steps[step]} %</td>
            <td data-label="Changed">{ago(now - changedAt)}</td>
          </tr>
        ))}
      </Table>
    )}
  </>
)
