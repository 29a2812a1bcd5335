import { Delta } from '../../../../views/stat.tsx'

interface BeforeProps {
  readonly now: number | null
  readonly before: number | null | undefined
  readonly against: string
  readonly more: 'bad' | 'plain'
  readonly say?: (before: number) => string
}

/** Against the period before, where there is something to compare with and something to say. */
export function Before({ now, before, against, more, say }: BeforeProps) {
  if (now === null || before == null || (before === 0 && say === undefined) || isSame(now, before))
    return null
  return (
    <p class="aside">
      <Delta now={now} before={before} against={against} more={more} {...(say && { say })} />
    </p>
  )
}

const isSame = (now: number, before: number): boolean => Math.abs(now - before) <= 0.0005 * before
