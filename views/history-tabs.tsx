import { Segments } from './segments.tsx'

interface HistoryTabsProps {
  readonly current: 'changes' | 'calls'
  readonly base: string
}

/** The two books that are kept of operators: what they changed, and what they tried. */
export const HistoryTabs = ({ current, base }: HistoryTabsProps) => (
  <Segments
    label="History"
    segments={[
      {
        id: 'tab-changes',
        text: 'Changes',
        href: `${base}/dashboard/history`,
        isCurrent: current === 'changes',
      },
      {
        id: 'tab-calls',
        text: 'Admin calls',
        href: `${base}/dashboard/history/calls`,
        isCurrent: current === 'calls',
      },
    ]}
  />
)
