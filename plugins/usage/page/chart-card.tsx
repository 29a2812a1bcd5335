import { Segments } from '../../../views/segments.tsx'
import { COLOURS } from './chart.ts'
import { type ChartProps, ChartView } from './chart-view.tsx'
import { type Measure, measures } from './groups.ts'

interface ChartCardProps extends Omit<ChartProps, 'legend'> {
  /** What the bars are divided by: `model`. */
  readonly by: string
  /** Names of the groups; those that have no colour of their own stand for all others. */
  readonly names: readonly string[]
  /** There is more than these groups. */
  readonly hasOthers: boolean
  /** What can be shown instead. */
  readonly choice: {
    readonly label: string
    /** Where the page that follows is put. */
    readonly into: string
    readonly among?: readonly Measure[]
    readonly hrefOf: (measure: Measure) => string
  }
}

const all = Object.keys(measures) as Measure[]

/** The course of time, and a choice of what is shown of it. */
export function ChartCard({ by, names, hasOthers, choice, ...chart }: ChartCardProps) {
  const { label, into, among = all, hrefOf } = choice
  const shown = chart.chart.measure
  return (
    <section class="card" aria-labelledby="chart-title">
      <header class="topic">
        <h2 id="chart-title">
          {measures[shown].title} by {by}
        </h2>
        <Segments
          label={label}
          into={into}
          segments={among.map(name => ({
            id: `show-${name}`,
            text: measures[name].title,
            href: hrefOf(name),
            isCurrent: name === shown,
          }))}
        />
      </header>
      <ChartView {...chart} legend={[...names.slice(0, COLOURS), ...(hasOthers ? ['All others'] : [])]} />
    </section>
  )
}
