import type { Child } from 'hono/jsx'
import { presetInWords } from '../../../../src/contract/preset.ts'
import { Few } from '../../../../views/few.tsx'
import { ForPaths } from '../../../../views/for-paths.tsx'
import { money, percent, UNKNOWN } from '../../../../views/format.ts'
import { Icon } from '../../../../views/icon.tsx'
import { Link } from '../../../../views/link.tsx'
import { Name } from '../../../../views/name.tsx'
import type { VirtualModelView } from '../../../virtual-models/model.ts'
import type { Places } from '../places.ts'
import type { ModelData } from './data.ts'
import { Known } from './known.tsx'

interface FactsProps {
  readonly data: ModelData
  readonly places: Places
  readonly base: string
}

const Fact = ({ name, children }: { name: string; children?: Child }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

/** What the model is: where it leads, who may use it, what it costs. */
export function Facts({ data, places, base }: FactsProps) {
  const { subject, access, prices, leadingHere, told } = data
  const { view } = subject
  if (subject.kind === 'gone') return null
  return (
    <dl class="card facts">
      {view?.kind === 'redirect' && (
        <>
          <Fact name="Leads to">
            <Targets data={data} view={view} places={places} />
          </Fact>
          <Fact name="Chosen by">{chosenBy(view)}</Fact>
          {view.parameters !== undefined && (
            <Fact name="Asked with">
              {presetInWords(view.parameters)}
              <p class="about">whatever callers say</p>
            </Fact>
          )}
        </>
      )}
      {view?.mirror !== undefined && (
        <Fact name="Mirror">
          <Link href={places.model(view.mirror.model, { of: 'provider' })}>
            <Name class="mono" text={view.mirror.model} />
          </Link>
          <p class="about">
            gets copies of {view.mirror.share === 1 ? 'all' : `${percent(view.mirror.share)} of the`} calls;
            no caller sees its answers
          </p>
          {data.isMissing(view.mirror.model) && <span class="gap">no provider lists it</span>}
        </Fact>
      )}
      {view?.kind === 'policy' && <Fact name="Covers">{covers[view.scope_kind ?? 'model']}</Fact>}
      <Fact name="Who may use it">
        {view !== undefined && <Who view={view} />}
        {access !== undefined && <Access access={access} places={places} />}
      </Fact>
      {told !== undefined && (
        <Fact name="What it can">
          <Known told={told} isShared={view !== undefined} />
        </Fact>
      )}
      {prices !== undefined && (
        <Fact name="Price">
          <Prices data={data} />
        </Fact>
      )}
      {(leadingHere.length > 0 || subject.kind === 'provider') && (
        <Fact name={subject.kind === 'provider' ? 'Redirects that lead here' : 'Also leads here'}>
          {leadingHere.length === 0 ? <span class="muted">none</span> : <Leading {...{ data, places }} />}
        </Fact>
      )}
      {view?.managed === true && (
        <Fact name="Declared in">
          <code>{view.declared_in}</code>, and edited there
        </Fact>
      )}
      {subject.target !== undefined && <Provider data={data} base={base} places={places} />}
    </dl>
  )
}

/** The targets with the shares that they should have, those that lead nowhere marked. */
function Targets({ data, view, places }: { data: ModelData; view: VirtualModelView; places: Places }) {
  const targets = view.targets ?? []
  // Whom a target names gets it first, so that shares are those of the rest.
  const shared = targets.filter(({ user_paths: paths }) => paths === undefined)
  const sum = shared.reduce((all, { weight }) => all + weight, 0)
  const isShared = shared.length > 1 && view.strategy === 'round_robin'
  return (
    <ul class="goals">
      {targets.map(({ model, weight, user_paths: paths }) => {
        const isSame = model === view.source
        return (
          <li>
            <Icon name="arrow" />
            <Link href={places.model(model, isSame ? { of: 'provider' } : {})}>
              <Name class="mono" text={model} />
            </Link>
            {isShared && paths === undefined && (
              <span class="share" title={`Weight ${weight} of ${sum}`}>
                {Math.round((weight / sum) * 100)} %
              </span>
            )}
            {paths !== undefined && <ForPaths paths={paths} />}
            {data.isMissing(model) && (isSame || !data.leadsOn(model)) && (
              <span class="gap">no provider lists it</span>
            )}
          </li>
        )
      })}
    </ul>
  )
}

const strategies: Readonly<Record<NonNullable<VirtualModelView['strategy']>, string>> = {
  round_robin: 'weight, in turn',
  cost: 'price, the cheapest first',
  failover: 'order, the first that works',
  latency: 'time, the quickest first',
}

const keepers: Readonly<Record<NonNullable<VirtualModelView['affinity']>, string>> = {
  session: 'a session stays with one target',
  caller: 'a caller stays with one target',
  off: 'sessions are not kept together',
}

function chosenBy({ targets = [], strategy, affinity = 'session', failover }: VirtualModelView): string {
  if (targets.length < 2 || strategy === undefined) return 'there is one target only'
  return [
    affinity === 'caller' ? 'weight' : strategies[strategy],
    keepers[affinity],
    failover === true ? 'the others follow where one fails' : 'no other is tried where one fails',
  ].join('; ')
}

const covers = {
  all: 'all models',
  provider: 'all models of one provider',
  model: 'one model',
  bare: 'this model on any provider',
} as const

function Who({ view: { kind, enabled, user_paths: paths = [], reach } }: { view: VirtualModelView }) {
  if (kind === 'policy' && !enabled) return <>nobody: the policy is closed</>
  return (
    <>
      {paths.length === 0 || paths.includes('/') ? 'everybody' : <Few names={paths} />}
      {reach === 'redirect' && <p class="about">only through a redirect</p>}
    </>
  )
}

/** What decides about a provider's model. */
function Access({ access, places }: { access: NonNullable<ModelData['access']>; places: Places }) {
  const { policy, isOpenByDefault } = access
  if (policy === undefined)
    return <>{isOpenByDefault ? 'everybody' : 'nobody'}, as MODELS_ENABLED_BY_DEFAULT says</>
  return (
    <>
      <Who view={policy} />
      <p class="about">
        by policy{' '}
        <Link href={places.model(policy.source)}>
          <Name class="mono" text={policy.source} />
        </Link>
      </p>
    </>
  )
}

const sources = {
  operator: 'your price',
  bundled: 'public price',
  list: 'public price',
  reported: 'told by the provider',
} as const

/** What a million tokens cost. */
function Prices({ data: { prices } }: { data: ModelData }) {
  const { input, cacheRead, output, request, source } = prices!
  if (input === null && output === null)
    return (
      <span class="gap">
        {UNKNOWN}: set one in <code>MODEL_PRICES</code>
      </span>
    )
  return (
    <>
      {money(input)} in, {money(output)} out
      {cacheRead !== null && cacheRead !== input && `, ${money(cacheRead)} from cache`}
      {request !== null && request > 0 && `, ${money(request)} a call`}
      <p class="about">a million tokens{source !== null && `, ${sources[source]}`}</p>
    </>
  )
}

const MOST = 8

const Leading = ({ data: { leadingHere }, places }: { data: ModelData; places: Places }) => (
  <ul class="goals">
    {leadingHere.slice(0, MOST).map(({ source, enabled }) => (
      <li>
        <Link href={places.model(source)}>
          <Name class="mono" text={source} />
        </Link>
        {!enabled && <span class="muted">off</span>}
      </li>
    ))}
    {leadingHere.length > MOST && <li class="muted">and {leadingHere.length - MOST} more</li>}
  </ul>
)

function Provider({ data: { subject, isMissing, isShadowed }, base, places }: FactsProps) {
  const { provider } = subject.target!
  return (
    <Fact name="Provider">
      <Link href={`${base}/dashboard/models?${new URLSearchParams({ kind: 'provider', provider })}`}>
        <Name text={provider} />
      </Link>
      {isMissing(subject.name) && <p class="about gap">does not list this model</p>}
      {isShadowed && (
        <p class="about">
          callers of this name get <Link href={places.model(subject.name)}>the redirect before it</Link>
        </p>
      )}
    </Fact>
  )
}
