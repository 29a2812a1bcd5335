import { Icon } from '../../../../views/icon.tsx'
import { Link } from '../../../../views/link.tsx'
import { Name } from '../../../../views/name.tsx'
import { Pulse } from '../../../../views/pulse.tsx'
import type { Line } from './concerns.ts'

interface ConcernsProps {
  readonly concerns: readonly Line[]
  readonly base: string
}

interface PulsedProps extends ConcernsProps {
  readonly pulse: Parameters<typeof Pulse>[0]
}

/** What needs attention, for as long as somebody looks. */
export const Concerns = ({ concerns, base, pulse }: PulsedProps) => (
  <section class="concerns" aria-labelledby="concerns-title">
    <header class="topic">
      <h2 id="concerns-title">Needs attention</h2>
      <Link href={`${base}/dashboard/notices`}>Who is told</Link>
    </header>
    <Standing concerns={concerns} base={base} />
    <Pulse {...pulse} />
  </section>
)

/** What stands now; or that nothing does, and what was looked at. */
export const Standing = ({ concerns, base }: ConcernsProps) => (
  <div id="standing">
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
  </div>
)

/** Asks what stands by then; `page` is the view that is open. */
export const pulseOf = (base: string, page: string, round: number) => ({
  from: `${base}/dashboard/overview/now`,
  ...{ page, round },
  says: 'This is looked at anew every five seconds.',
})
