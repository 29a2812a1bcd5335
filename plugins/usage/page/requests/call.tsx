import type { Child } from 'hono/jsx'
import type { PageRequest } from '../../../../src/contract/page.ts'
import { duration, money, number } from '../../../../views/format.ts'
import { Icon } from '../../../../views/icon.tsx'
import { Link } from '../../../../views/link.tsx'
import { Name } from '../../../../views/name.tsx'
import type { KeptAnswers } from '../../model.ts'
import type { Row } from '../../report/log.ts'
import type { CallScore } from '../../report/scores.ts'
import { type Asked, addressOf } from '../address.ts'
import { dateOf, secondsOf } from '../clock.ts'
import { CallTokens } from './call-tokens.tsx'
import { SWITCHED } from './cells.tsx'
import { Outcome } from './request-row.tsx'
import { Scored } from './scored.tsx'
import { Timeline } from './timeline.tsx'
import { pickWords } from './words.ts'

export const CALL_TITLE = 'dialog-title'

export interface CallProps {
  /** The call, tries of it that failed and cost something, and the answers of a conversation. */
  readonly lines: readonly Row[]
  /** What was said of its answer, and of that of its copy. */
  readonly scores: readonly CallScore[]
  readonly answers: KeptAnswers
  readonly zone: string
  readonly keyName: (id: string) => string | undefined
  readonly request: PageRequest
  readonly asked: Asked
}

/** Everything that is known of one call. */
export function CallView({ lines, scores, answers, zone, keyName, request, asked }: CallProps) {
  const call = lines[0]!
  const own = lines.filter(line => line.mirrored === call.mirrored)
  const copy = lines.find(line => line.mirrored && line.part === 0 && line !== call)
  const path = `${request.base}/dashboard/requests`
  return (
    <article class="editor call">
      <Head path={addressOf(path, asked)}>
        <Name text={call.asked ?? call.operation} />
      </Head>
      <section class="fields" tabindex={0} aria-label="The call">
        <Outcome row={call} />
        <Facts call={call} zone={zone} keyName={keyName} path={path} />
        <Route call={call} />
        {call.part === 0 && <Timeline call={call} />}
        <CallTokens lines={own} />
        {copy !== undefined && <Copy copy={copy} />}
        <Scored {...{ call, copy, scores, answers, zone, request, asked }} />
      </section>
      <footer>
        <Ways call={call} base={request.base} path={path} />
      </footer>
    </article>
  )
}

const Head = ({ path, children }: { path: string; children?: Child }) => (
  <header>
    <h2 id={CALL_TITLE}>{children}</h2>
    <Link class="icon-button" href={path} data-close="" aria-label="Close">
      <Icon name="close" />
    </Link>
  </header>
)

/** In the place of a call that is not there. */
export const NoCall = ({ id, path }: { id: string; path: string }) => (
  <div class="editor small">
    <Head path={path}>Not here</Head>
    <div class="fields">
      <p>
        There is no call <Name class="mono" text={id} />: it was never made, or is older than USAGE_RETENTION.
      </p>
    </div>
  </div>
)

const Fact = ({ name, children }: { name: string; children?: Child }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

function Facts({
  call,
  zone,
  keyName,
  path,
}: Pick<CallProps, 'zone' | 'keyName'> & { call: Row; path: string }) {
  const to = (changes: Record<string, string>) => addressOf(path, {}, changes)
  const name = call.keyId === null ? undefined : keyName(call.keyId)
  return (
    <dl class="call-facts">
      <Fact name="When">
        {dateOf(call.at, zone)}, {secondsOf(call.at, zone)} {zone}
      </Fact>
      <Fact name="User path">
        {call.userPath === null ? (
          'none'
        ) : (
          <Link class="mono" href={to({ path: call.userPath })}>
            <Name text={call.userPath} />
          </Link>
        )}
      </Fact>
      <Fact name="Key">
        {call.keyId === null ? (
          'no valid one'
        ) : (
          <>
            <Link class={name === undefined ? 'mono' : undefined} href={to({ key: call.keyId })}>
              <Name text={name ?? call.keyId} />
            </Link>
            {name !== undefined && name !== call.keyId && <span class="muted mono"> {call.keyId}</span>}
          </>
        )}
      </Fact>
      <Fact name="Asked as">
        {call.dialect}, {call.operation}, {answeredAs(call)}
        {call.batch && ', at the price of a batch'}
      </Fact>
      {call.finish !== null && (
        <Fact name="Finished">
          <Name class="mono" text={call.finish} />
        </Fact>
      )}
      {call.session !== null && (
        <Fact name="Session">
          <Link class="mono" href={to({ session: call.session })}>
            <Name text={call.session} />
          </Link>
        </Fact>
      )}
      {call.labels !== null && Object.keys(call.labels).length > 0 && (
        <Fact name="Labels">
          <ul class="chips">
            {Object.entries(call.labels).map(([label, value]) => (
              <li>
                <Link href={to({ label: `${label}=${value}` })}>
                  <Name class="mono" text={`${label}=${value}`} />
                </Link>
              </li>
            ))}
          </ul>
        </Fact>
      )}
      <Fact name="Id">
        <Name class="mono" text={call.requestId} />
      </Fact>
    </dl>
  )
}

function answeredAs({ streamed, status }: Row): string {
  if (status === SWITCHED) return 'a conversation'
  return streamed ? 'answered as a stream' : 'answered as a whole'
}

/** The way from the name that was asked for to the model that answered. */
function Route({ call: { asked, chain, provider, model, strategy, pick } }: { call: Row }) {
  const served = provider === null ? undefined : `${provider}/${model ?? ''}`
  const names = [...new Set([...(asked === null ? [] : [asked]), ...(chain ?? [])])]
  const stops = served === undefined || names.at(-1) === served ? names : [...names, served]
  return (
    <section aria-labelledby="route-title">
      <h3 id="route-title">Way</h3>
      <ol class="stops">
        {stops.map((name, index) => (
          <li>
            {index > 0 && <Icon name="arrow" />}
            <Name class="mono" text={name} />
          </li>
        ))}
      </ol>
      {served === undefined && <p class="hint">It reached no provider.</p>}
      {pick !== null && (
        <p class="hint">
          This target served because {pickWords[pick]}
          {strategy !== null && ` (strategy ${strategy.replaceAll('_', ' ')})`}.
        </p>
      )}
    </section>
  )
}

/** What became of the call at a mirror, of which its caller knows nothing. */
const Copy = ({ copy }: { copy: Row }) => (
  <section aria-labelledby="copy-title">
    <h3 id="copy-title">Copy</h3>
    <p class="hint">When it was answered, a copy went to a mirror. No caller saw what that said.</p>
    <Outcome row={copy} />
    <dl class="call-facts">
      <Fact name="Mirror">
        <Name class="mono" text={`${copy.provider}/${copy.model}`} />
      </Fact>
      <Fact name="Took">
        {duration(copy.totalMs)}
        {copy.streamed && copy.firstByteMs !== null && `, ${duration(copy.firstByteMs)} to the first token`}
      </Fact>
      <Fact name="Tokens">
        {tokensText(copy.input)} in, {tokensText(copy.output)} out
      </Fact>
      <Fact name="Cost">{money(copy.costNano)}</Fact>
    </dl>
  </section>
)

const tokensText = (count: number | null): string => (count === null ? 'not known' : number(count))

/** Where to go on from here. */
function Ways({ call, base, path }: { call: Row; base: string; path: string }) {
  const explain = addressOf(`${base}/dashboard/explain`, {
    model: call.asked ?? '',
    user_path: call.userPath ?? '',
  })
  return (
    <>
      <Link class="quiet" href={`${base}/admin/usage/log/${encodeURIComponent(call.requestId)}`}>
        As JSON
      </Link>
      {call.session !== null && (
        <Link class="button" href={addressOf(path, {}, { session: call.session })}>
          All of this session
        </Link>
      )}
      {call.asked !== null && (
        <Link class="button" href={explain}>
          Explain this name
        </Link>
      )}
    </>
  )
}
