import { Badge, type Tone } from '../../../views/badge.tsx'
import { ago, count } from '../../../views/format.ts'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import { Table } from '../../../views/table.tsx'
import type { HookState, SentState } from '../state.ts'
import type { NoticesData } from './model.ts'

const formats = { json: 'signed JSON', slack: 'text, as Slack takes it' } as const
const hears = { amber: 'everything', bad: 'what makes calls fail' } as const

const When = ({ at, now }: { at: number; now: number }) => {
  const text = new Date(at).toISOString()
  return (
    <time datetime={text} title={text}>
      {ago(now - at)}
    </time>
  )
}

const Hook = ({ number, host }: Pick<HookState, 'number' | 'host'>) => (
  <span class="hook">
    {number}. <Name class="mono" text={host} />
  </span>
)

/** Where notices go. Of an address only the host is shown. */
export const Hooks = ({ hooks, now }: { hooks: readonly HookState[]; now: number }) => (
  <section aria-labelledby="hooks-title">
    <h2 id="hooks-title">Where they go</h2>
    <Table caption="Where notices go" headings={['Hook', 'Gets', 'Hears of', 'Last told', 'Last failure']}>
      {hooks.map(({ number, host, format, least, waiting, lastSentAt, lastFailure }) => (
        <tr>
          <th scope="row" data-label="Hook">
            <Hook number={number} host={host} />
          </th>
          <td data-label="Gets">{formats[format]}</td>
          <td data-label="Hears of">{hears[least]}</td>
          <td data-label="Last told">
            <div>
              {lastSentAt === null ? <span class="muted">never</span> : <When at={lastSentAt} now={now} />}
              {waiting > 0 && <p class="about">{count(waiting, 'notice waits', 'notices wait')}</p>}
            </div>
          </td>
          <td data-label="Last failure">
            {lastFailure === null ? (
              <span class="muted">none</span>
            ) : (
              <div>
                <When at={lastFailure.at} now={now} />
                <p class="about">{lastFailure.reason}</p>
              </div>
            )}
          </td>
        </tr>
      ))}
    </Table>
  </section>
)

const states: Readonly<Record<'sent' | 'waiting' | 'lost', { readonly word: string; readonly tone: Tone }>> =
  {
    sent: { word: 'told', tone: 'good' },
    waiting: { word: 'waits', tone: 'amber' },
    lost: { word: 'given up', tone: 'bad' },
  }
const stateOf = ({ sentAt, isOver }: SentState) =>
  states[sentAt !== null ? 'sent' : isOver ? 'lost' : 'waiting']

/** So many notices are shown. */
const MOST = 20

/** The last notices, newest first, each with what became of it at every hook. */
export const Sent = ({ data: { sent, hooks, now }, base }: { data: NoticesData; base: string }) => (
  <section id="sent" aria-labelledby="sent-title">
    <h2 id="sent-title">The last notices</h2>
    <Table caption="The last notices" headings={['What', 'When', 'Who was told']}>
      {[...Map.groupBy(sent, ({ id }) => id).values()].slice(0, MOST).map(told => (
        <tr>
          <th scope="row" data-label="What">
            <Link href={`${base}/dashboard${told[0]!.place}`}>
              <Name text={told[0]!.text} />
            </Link>
          </th>
          <td data-label="When">
            <When at={told[0]!.at} now={now} />
          </td>
          <td data-label="Who was told">
            <ul class="heard">
              {told.toSorted(byHook).map(notice => (
                <Told notice={notice} hook={hooks.find(({ number }) => number === notice.hook)} />
              ))}
            </ul>
          </td>
        </tr>
      ))}
    </Table>
  </section>
)

const byHook = (a: SentState, b: SentState): number => (a.hook ?? Infinity) - (b.hook ?? Infinity)

function Told({ notice, hook }: { notice: SentState; hook: HookState | undefined }) {
  const { word, tone } = stateOf(notice)
  return (
    <li>
      <Badge tone={tone} {...(notice.failure !== null && { title: notice.failure })}>
        {word}
      </Badge>
      {hook === undefined ? <span class="muted">not there any more</span> : <Hook {...hook} />}
    </li>
  )
}
