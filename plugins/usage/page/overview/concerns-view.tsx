import { Icon } from '../../../../views/icon.tsx'
import { Link } from '../../../../views/link.tsx'
import { Name } from '../../../../views/name.tsx'
import type { Line } from './concerns.ts'

interface ConcernsProps {
  readonly concerns: readonly Line[]
  readonly base: string
}

/** What needs attention; or that nothing does, and what was looked at. */
export const Concerns = ({ concerns, base }: ConcernsProps) => (
  <section class="concerns" aria-labelledby="concerns-title">
    <header class="topic">
      <h2 id="concerns-title">Needs attention</h2>
      <Link href={`${base}/dashboard/notices`}>Who is told</Link>
    </header>
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
        {concerns.map(({ tone, words, act, place }) => (
          <li class="concern" data-tone={tone}>
            <Icon name="alert" />
            <p>
              {words.map(word => (typeof word === 'string' ? word : <Name class="mono" text={word.name} />))}{' '}
              <Link href={`${base}/dashboard${place}`}>{act}</Link>
            </p>
          </li>
        ))}
      </ul>
    )}
  </section>
)
