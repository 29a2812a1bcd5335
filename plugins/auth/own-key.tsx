import type { Child } from 'hono/jsx'
import { type CallerPage, type CallerPageRequest, defineCallerPage } from '../../src/contract/page.ts'
import type { Caller } from '../../src/types.ts'
import { Few } from '../../views/few.tsx'
import { ahead } from '../../views/format.ts'
import { Link } from '../../views/link.tsx'
import { Moment } from '../../views/moment.tsx'
import { Name } from '../../views/name.tsx'
import type { Keys } from './keys.ts'
import type { KeyRow } from './views-of.ts'

interface OwnKeyDeps {
  readonly keys: Pick<Keys, 'get'>
  readonly now: () => number
}

interface OwnKeyData {
  readonly caller: Caller
  /** Absent for who calls without a managed key. */
  readonly row: KeyRow | undefined
  readonly now: number
}

/** For callers: the key that they call with, as far as it is theirs to know. */
export const createOwnKeyPage = ({ keys, now }: OwnKeyDeps): CallerPage =>
  defineCallerPage<OwnKeyData>({
    path: '/key',
    title: 'Your key',
    nav: { group: 'Yours', order: 23 },
    load: ({ x: { caller } }) => ({
      caller,
      row: caller.kind === 'key' ? keys.get(caller.id) : undefined,
      now: now(),
    }),
    view: (data, request) => <OwnKey data={data} request={request} />,
  })

const OwnKey = ({ data, request }: { data: OwnKeyData; request: CallerPageRequest }) => (
  <>
    <header class="top">
      <div>
        <h1>Your key</h1>
        <p class="lead">What programs that call with it are known by here, and what they may.</p>
      </div>
    </header>
    {data.caller.kind === 'open' ? (
      <p>No key is set: the gateway serves whoever is on this machine, and asks nobody for one.</p>
    ) : (
      <Facts data={data} request={request} />
    )}
  </>
)

function Facts({ data: { caller, row, now }, request: { base } }: Parameters<typeof OwnKey>[0]) {
  const labels = Object.entries(caller.labels).map(([name, value]) => `${name}=${value}`)
  return (
    <dl class="own-facts">
      <Fact name="Name">{caller.name === '' ? 'none' : <Name text={caller.name} />}</Fact>
      {row !== undefined && (
        <Fact name="Key">
          <span class="mono">mw_…{row.lastFour}</span>
          <p class="about">
            Made <Moment at={row.createdAt} />. It was shown once, then; nobody can show it again.
          </p>
        </Fact>
      )}
      <Fact name="Id">
        <Name class="mono" text={caller.id} />
        <p class="about">Whoever runs this gateway finds the key by it.</p>
      </Fact>
      <Fact name="User path">
        <Behalf caller={caller} />
      </Fact>
      <Fact name="May use">
        <Models caller={caller} base={base} />
      </Fact>
      {row?.makesKeys === true && (
        <Fact name="Makes keys">
          At <span class="mono">POST /v1/keys</span>, for at most what it may use itself.
        </Fact>
      )}
      {labels.length > 0 && (
        <Fact name="Labels">
          <Few names={labels} class="label" />
        </Fact>
      )}
      {row !== undefined && (
        <Fact name="Ends">
          <End row={row} now={now} />
        </Fact>
      )}
      {row?.operates != null && (
        <Fact name="Operates">
          This key opens the dashboard, too. <Link href={`${base}/dashboard`}>Go there</Link>
        </Fact>
      )}
    </dl>
  )
}

const Fact = ({ name, children }: { name: string; children?: Child }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

const Behalf = ({ caller: { path, subPaths } }: { caller: Caller }) =>
  path === undefined ? (
    <>The one that each call names, if it does.</>
  ) : (
    <>
      <Name class="mono" text={path} />
      {subPaths && <p class="about">A call may name a path below it.</p>}
    </>
  )

const Models = ({ caller: { models, maker }, base }: { caller: Caller; base: string }) => (
  <>
    <Opened models={models} />
    {maker !== undefined && <p class="about">And never more than the key that has made it.</p>}
    <p class="about">
      <Link href={`${base}/portal/models`}>See the models</Link>
    </p>
  </>
)

function Opened({ models }: { models: Caller['models'] }) {
  if (models === undefined) return 'All that its user path may'
  return models.size === 0 ? 'No model' : <Few names={[...models]} />
}

function End({ row: { expiresAt, previousUntil }, now }: { row: KeyRow; now: number }) {
  const isRolling = previousUntil !== null && previousUntil > now
  return (
    <>
      {expiresAt === null ? (
        'When it is revoked'
      ) : (
        <>
          <Moment at={expiresAt} />, {ahead(expiresAt - now)}
        </>
      )}
      {isRolling && (
        <p class="about">
          There is a new key in its place. The one before works until <Moment at={previousUntil} />.
        </p>
      )}
    </>
  )
}
