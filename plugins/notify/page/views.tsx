import type { PageRequest } from '../../../src/contract/page.ts'
import { VIA } from '../../../views/dialog-form.tsx'
import { Csrf } from '../../../views/form.tsx'
import { count, duration } from '../../../views/format.ts'
import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import type { Tried } from '../try.ts'
import type { NoticesData } from './model.ts'
import { Hooks, Sent } from './tables.tsx'

interface Props {
  readonly data: NoticesData
  readonly request: PageRequest
  /** What came of a test that was just made. */
  readonly tried?: readonly Tried[]
}

/** Who is told when something needs attention, and what was told. */
export const NoticesView = ({ data, request, tried = [] }: Props) => (
  <div id="notices">
    <header class="top">
      <div>
        <h1>Notices</h1>
        <p class="lead">
          Who is told when something needs attention for {lengthOf(data.after)}, and when it is over.{' '}
          <Standing data={data} base={request.base} />
        </p>
      </div>
      {data.hooks.length > 0 && request.admin.mayWrite && <TestButton request={request} />}
    </header>
    <div id="tests" aria-live="polite">
      <Tests tried={tried} />
    </div>
    {data.isPart ? (
      <Away />
    ) : data.hooks.length === 0 ? (
      <Nobody />
    ) : (
      <Hooks hooks={data.hooks} now={data.now} />
    )}
    {data.sent.length > 0 && <Sent data={data} base={request.base} />}
  </div>
)

/** `90 s`, `5 min`: as somebody sets it. */
const lengthOf = (ms: number): string =>
  ms >= 60_000 && ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} s`

const Standing = ({ data: { standing }, base }: { data: NoticesData; base: string }) =>
  standing.length === 0 ? (
    <>Nothing needs it now.</>
  ) : (
    <>
      <Link href={`${base}/dashboard/overview#concerns-title`}>
        {count(standing.length, 'thing needs', 'things need')} it
      </Link>{' '}
      now.
    </>
  )

function TestButton({ request: { base, admin } }: { request: PageRequest }) {
  const action = `${base}/dashboard/notices/test`
  return (
    <form
      method="post"
      action={action}
      hx-post={action}
      hx-target="#tests"
      hx-swap="innerHTML"
      hx-vals={VIA}
      hx-sync="this:drop"
    >
      <Csrf admin={admin} />
      <button type="submit" class="primary">
        Send a test
      </button>
    </form>
  )
}

/** What came of a test, a line for each hook. */
export const Tests = ({ tried }: { tried: readonly Tried[] }) => (
  <>
    {tried.map(({ number, host, ok, ms, reason }) => (
      <p class="tested" data-tone={ok ? 'good' : 'bad'}>
        <Icon name={ok ? 'check' : 'alert'} />
        <span>
          {number}. <Name class="mono" text={host} />:{' '}
          {ok ? `took it within ${duration(ms)}. Look whether it is there.` : reason}
        </span>
      </p>
    ))}
  </>
)

const Away = () => (
  <section class="welcome" aria-labelledby="away-title">
    <h2 id="away-title">The database does not answer</h2>
    <p>
      Who is told, and what was sent, stands there. What needs attention is what this gateway sees by itself.
    </p>
  </section>
)

const Nobody = () => (
  <section class="welcome adding" aria-labelledby="nobody-title">
    <h2 id="nobody-title">Nobody is told yet</h2>
    <p>
      Name the addresses of webhooks, with a comma between them, in the environment or in <code>.env</code>,
      and start again:
    </p>
    <pre class="command" tabindex={0}>
      <code>NOTIFY_URLS=https://hooks.slack.com/services/…</code>
    </pre>
    <p>
      Slack, and what takes its messages, gets a text. Everybody else gets JSON, signed with{' '}
      <code>NOTIFY_SECRET</code>.
    </p>
  </section>
)
