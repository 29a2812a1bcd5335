import { count } from '../../../../views/format.ts'
import { Icon } from '../../../../views/icon.tsx'
import { Link } from '../../../../views/link.tsx'
import type { Place } from '../../report/log-question.ts'
import { type Asked, addressOf } from '../address.ts'

interface NewerProps {
  readonly path: string
  readonly asked: Asked
  readonly after: Place
  readonly found: number
  /** So many are counted. */
  readonly most: number
  readonly round: number
}

/** A page that is left open asks for ten minutes; each question keeps the session alive, so it must come to an end. */
const ROUNDS = 60

/** Looks from time to time whether lines have come, and says so; the page itself stays as it is until somebody asks. */
export function Newer({ path, asked, after, found, most, round }: NewerProps) {
  const next = addressOf(`${path}/newer`, asked, { after: textOf(after), round: String(round) })
  const isAsking = found === 0 && round < ROUNDS
  return (
    <p
      id="newer"
      class="newer"
      role="status"
      {...(isAsking && {
        'hx-get': next,
        'hx-trigger': 'every 10s',
        'hx-target': '#newer',
        'hx-swap': 'outerHTML',
      })}
    >
      <Link id="look-again" class={found > 0 ? 'button primary' : 'quiet'} href={addressOf(path, asked)}>
        <Icon name="refresh" />
        {found === 0
          ? 'Look again'
          : found > most
            ? `More than ${most} newer`
            : `Show ${count(found, 'newer line')}`}
      </Link>
    </p>
  )
}

export const textOf = ({ at, no }: Place): string => `${at}.${no}`
