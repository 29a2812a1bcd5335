import { Segments } from '../../../views/segments.tsx'

interface TabsProps {
  readonly current: 'servers' | 'calls'
  readonly base: string
}

/** What there is, and what was done with it. */
export const ToolsTabs = ({ current, base }: TabsProps) => (
  <Segments
    label="Tools"
    segments={[
      {
        id: 'tab-servers',
        text: 'Servers',
        href: `${base}/dashboard/tools`,
        isCurrent: current === 'servers',
      },
      {
        id: 'tab-calls',
        text: 'Calls',
        href: `${base}/dashboard/tools/calls`,
        isCurrent: current === 'calls',
      },
    ]}
  />
)
