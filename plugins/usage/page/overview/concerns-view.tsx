import { Icon } from '../../../../views/icon.tsx'
import { Link } from '../../../../views/link.tsx'
import { Name } from '../../../../views/name.tsx'
import type { Places } from '../places.ts'
import type { Concern } from './concerns.ts'

interface ConcernsProps {
  readonly concerns: readonly Concern[]
  readonly places: Places
  readonly base: string
}

/** What needs attention; or that nothing does, and what was looked at. */
export const Concerns = ({ concerns, places, base }: ConcernsProps) => (
  <section class="concerns" aria-labelledby="concerns-title">
    <h2 id="concerns-title">Needs attention</h2>
    {concerns.length === 0 ? (
      <p class="calm">
        <Icon name="check" />
        <span>
          Nothing: lists are fetched, no provider rests, redirects lead somewhere, no key is about to expire,
          and what was called has a price.
        </span>
      </p>
    ) : (
      <ul>
        {concerns.map(({ tone, words, act, href }) => (
          <li class="concern" data-tone={tone}>
            <Icon name="alert" />
            <p>
              {words.map(word => (typeof word === 'string' ? word : <Name class="mono" text={word.name} />))}{' '}
              <Link href={href(places, base)}>{act}</Link>
            </p>
          </li>
        ))}
      </ul>
    )}
  </section>
)
