import { type CallerPage, defineCallerPage } from '../../src/contract/page.ts'
import { Few } from '../../views/few.tsx'
import { Name } from '../../views/name.tsx'
import { Table } from '../../views/table.tsx'
import { allowanceOf } from './holding/words.ts'
import type { Sharing } from './model.ts'
import type { OwnLimit, OwnLimits } from './own.ts'
import { Gauges, Reset } from './page/gauge.tsx'
import { measuresOf } from './page/rows.ts'
import { hasWindow } from './page/words.ts'

interface OwnLimitsData {
  readonly own: readonly OwnLimit[]
  readonly now: number
}

/** For callers: what is left to them, as `GET /v1/limits` tells it. */
export const createOwnLimitsPage = (ownLimits: OwnLimits, now: () => number): CallerPage =>
  defineCallerPage<OwnLimitsData>({
    path: '/limits',
    title: 'Limits',
    nav: { group: 'Yours', order: 22 },
    load: async ({ x }) => ({ own: await ownLimits(x), now: now() }),
    view: data => <OwnLimitsView data={data} />,
  })

const OwnLimitsView = ({ data: { own, now } }: { data: OwnLimitsData }) => (
  <>
    <header class="top">
      <div>
        <h1>Limits</h1>
        <p class="lead">
          What is left to you. A call that finds no room is refused, and says which limit it met.
        </p>
      </div>
    </header>
    {own.length === 0 ? (
      <div class="nothing">
        <h2>No limit holds for you</h2>
        <p>Where somebody sets one, it stands here, with what is left of it.</p>
      </div>
    ) : (
      <section id="own-limits" aria-label="Limits">
        <Table caption="Limits that hold for you" headings={['Limit', 'Allows', 'Used']}>
          {own.map(one => (
            <OwnLimitRow own={one} now={now} />
          ))}
        </Table>
      </section>
    )}
  </>
)

const whose: Readonly<Record<Sharing, string>> = {
  all: 'shared with others',
  key: 'of your key alone',
  user_path: 'of your user path alone',
}

const OwnLimitRow = ({ own: { limit, pot }, now }: { own: OwnLimit; now: number }) => (
  <tr>
    <th scope="row" data-label="Limit">
      <Name text={limit.name} />
      <p class="about">{whose[limit.each]}</p>
    </th>
    <td data-label="Allows">
      <div>
        <ul>
          {measuresOf(limit).map(measure => (
            <li>{allowanceOf(limit, measure)}</li>
          ))}
        </ul>
        <Of limit={limit} />
      </div>
    </td>
    <td data-label="Used">
      <div>
        <Gauges limit={limit} pot={pot} />
        {hasWindow(limit) && (
          <p class="about">
            <Reset at={pot.end} zone={limit.timeZone} now={now} />
          </p>
        )}
      </div>
    </td>
  </tr>
)

/** Which calls count. */
function Of({ limit: { models, tools } }: Pick<OwnLimit, 'limit'>) {
  const counted = tools ?? models
  if (counted === undefined) return <p class="about">of all models</p>
  return (
    <div class="about">
      of {tools === undefined ? 'these models' : 'these tools'}: <Few names={[...counted]} />
    </div>
  )
}
