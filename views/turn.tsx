import { Step } from './table.tsx'

interface TurnProps {
  /** Towards what is newer: what it says, and where it leads; nowhere on the first page. */
  readonly newer: { readonly text: string; readonly href: string | undefined }
  readonly older: string | undefined
  /** Older ones were not all looked at. */
  readonly isPart: boolean
}

/** The way through what is written down as it happens: pages have no numbers, because they would be others a moment later. */
export const Turn = ({ newer, older, isPart }: TurnProps) =>
  newer.href === undefined && older === undefined ? null : (
    <nav class="pager" aria-label="Pages">
      <Step rel="prev" href={newer.href}>
        {newer.text}
      </Step>
      <span>
        {older === undefined ? 'These are the oldest' : isPart ? 'Searched in part: there may be more' : ''}
      </span>
      <Step rel="next" href={older}>
        Older
      </Step>
    </nav>
  )
