import type { Child } from 'hono/jsx'
import type { PageRequest } from '../../../src/contract/page.ts'
import { Badge } from '../../../views/badge.tsx'
import { VIA } from '../../../views/dialog-form.tsx'
import { Csrf } from '../../../views/form.tsx'
import { ago, ahead, count } from '../../../views/format.ts'
import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import { Name, spell } from '../../../views/name.tsx'
import type { Tested } from '../test-calls.ts'
import type { ProvidersData, Upstream } from './model.ts'
import { cardId, consequenceOf, reasonOf, stateOf } from './words.ts'

interface CardProps {
  readonly upstream: Upstream
  readonly data: ProvidersData
  readonly request: PageRequest
}

/** What is known of a provider, and the two ways to find out more. */
export const Card = (props: CardProps) => (
  <li id={cardId(props.upstream.status.name)} class="upstream">
    <Known {...props} />
    {props.request.admin.mayWrite && <Ways {...props} />}
  </li>
)

/** The part of a card that is new after a call. The buttons stay, and with them the place of the keyboard. */
export function Known({ upstream, data, request }: CardProps) {
  const { provider, status, troubles, tested, ids } = upstream
  const id = cardId(status.name)
  const { word, tone } = stateOf(status, provider.models !== undefined)
  return (
    <div id={`${id}-known`} class="known" data-state={status.state}>
      <header>
        <h2>
          <Name text={status.name} />
        </h2>
        {status.type !== status.name && <span class="muted">{status.type}</span>}
        <span class="badges">
          {troubles.length > 0 && <Badge tone="amber">resting</Badge>}
          <Badge tone={tone}>{word}</Badge>
        </span>
      </header>
      {status.error !== undefined && (
        <p class="trouble">
          <Icon name="alert" />
          <span>
            The list could not be fetched: {reasonOf(status.error)}. {consequenceOf(status)}
          </span>
        </p>
      )}
      {troubles.map(trouble => (
        <p class="trouble">
          <Icon name="alert" />
          <span>{trouble.replaceAll(/"([^"]*)"/g, '“$1”')}</span>
        </p>
      ))}
      <Facts upstream={upstream} data={data} request={request} />
      {tested !== undefined && <Result tested={tested} now={data.now} />}
      <datalist id={`${id}-models`}>
        {ids.map(value => (
          <option value={value} />
        ))}
      </datalist>
    </div>
  )
}

const Fact = ({ name, children }: { name: string; children?: Child }) => (
  <div class="fact">
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

function Facts({ upstream: { provider, status }, data, request }: CardProps) {
  const { baseUrl, wires, offers, configuredBy = [] } = provider
  const place = data.desk?.placeOf(status.name)
  const verb = request.admin.mayWrite ? 'Edit' : 'View'
  const models = `${request.base}/dashboard/models?${new URLSearchParams({ kind: 'provider', provider: status.name })}`
  return (
    <dl>
      <Fact name="Models">
        {status.models > 0 ? <Link href={models}>{count(status.models, 'model')}</Link> : 'not known'}
      </Fact>
      <Fact name="List">
        <When status={status} hasList={provider.models !== undefined} data={data} />
      </Fact>
      <Fact name="Address">
        {baseUrl === undefined ? (
          'inside the gateway, no network'
        ) : (
          <Name class="mono" text={URL.parse(baseUrl)?.origin ?? baseUrl} />
        )}
      </Fact>
      <Fact name="Speaks">
        {[...wires].map((wire, index) => (
          <>
            {index > 0 && ', '}
            <span class="wire">{wire}</span>
          </>
        ))}
        {wires.size === 0 && 'nothing that clients speak'}
        {offers !== undefined && <span class="muted">, the rest through a translation</span>}
      </Fact>
      {configuredBy.length > 0 && (
        <Fact name="Set by">
          {configuredBy.map(name => (
            <>
              <code class="source">{name}</code>{' '}
            </>
          ))}
          {place !== undefined && (
            <Link href={`${request.base}/dashboard${place}`} aria-label={`${verb} ${status.name}`}>
              {verb}
            </Link>
          )}
        </Fact>
      )}
    </dl>
  )
}

interface WhenProps {
  readonly status: Upstream['status']
  readonly hasList: boolean
  readonly data: ProvidersData
}

/** When the list was had, and when it will be asked for again. */
function When({ status: { state, refreshed_at, tried_at }, hasList, data: { now, nextRefresh } }: WhenProps) {
  const time = (at: string) => (
    <time datetime={at} title={at}>
      {ago(now - Date.parse(at))}
    </time>
  )
  if (!hasList || (state === 'configured' && tried_at === undefined))
    return <>{state === 'configured' ? 'as configured' : 'has none: every name is tried there'}</>
  const next = nextRefresh > now ? `, next ${ahead(nextRefresh - now)}` : ''
  if (refreshed_at === undefined)
    return tried_at === undefined ? (
      <>on its way</>
    ) : (
      <>
        never had, last tried {time(tried_at)}
        {next}
      </>
    )
  return (
    <>
      fetched {time(refreshed_at)}
      {state === 'stale' && tried_at !== undefined && <>, last tried {time(tried_at)}</>}
      {next}
    </>
  )
}

const Result = ({ tested: { model, isGood, text, at }, now }: { tested: Tested; now: number }) => (
  <p class="tested" data-tone={isGood ? 'good' : 'bad'}>
    <Icon name={isGood ? 'check' : 'alert'} />
    <span>
      <Name class="mono" text={model} /> {ago(now - at)}: {spell(text)}
    </span>
  </p>
)

/** A small question to one model, and a list fetched anew. */
function Ways({ upstream: { status, provider, tested, ids }, request }: CardProps) {
  const { base, admin } = request
  const id = cardId(status.name)
  const model = tested?.model ?? provider.configuredModels?.[0] ?? ids[0] ?? ''
  const form = (action: string) => ({
    method: 'post' as const,
    action: `${base}/dashboard/providers/${action}`,
    'hx-post': `${base}/dashboard/providers/${action}`,
    'hx-swap': 'none',
    'hx-vals': VIA,
    'hx-sync': 'this:drop',
  })
  return (
    <footer>
      <form class="test" {...form('test')}>
        <Csrf admin={admin} />
        <input type="hidden" name="provider" value={status.name} />
        <input
          class="mono"
          name="model"
          value={model}
          list={`${id}-models`}
          placeholder="id of a model"
          maxlength={300}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-label={`Model of ${status.name} for a test call`}
        />
        <button type="submit" aria-label={`Test call to ${status.name}`}>
          Test call
        </button>
      </form>
      {provider.models !== undefined && (
        <form {...form('refresh')}>
          <Csrf admin={admin} />
          <input type="hidden" name="provider" value={status.name} />
          <button class="quiet" type="submit" aria-label={`Refresh list of ${status.name}`}>
            <Icon name="refresh" />
            Refresh list
          </button>
        </form>
      )}
    </footer>
  )
}
