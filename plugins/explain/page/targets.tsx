import type { Leg } from '../../../src/types.ts'
import { Badge } from '../../../views/badge.tsx'
import { ForPaths } from '../../../views/for-paths.tsx'
import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import type { Strategy } from '../../virtual-models/model.ts'
import type { ExplainedTarget } from '../decide.ts'
import type { Told } from './model.ts'
import { editing, Phrase } from './trail.tsx'

const strategies: Readonly<Record<Strategy, string>> = {
  round_robin: 'shared out by weight',
  cost: 'the cheapest first, then as declared',
  failover: 'as declared',
  latency: 'the quickest first, then as declared',
}

/** Who would be asked, in this order, and who rests. */
export function Tried({ told, base }: { told: Told; base: string }) {
  const { targets } = told.explanation
  if (targets.length === 0) return null
  return (
    <section aria-labelledby="tried-title">
      <h2 id="tried-title">Tried in this order</h2>
      <ol class="tried">
        {targets.map(target => (
          <Target target={target} told={told} base={base} />
        ))}
      </ol>
    </section>
  )
}

function Target({ target, told, base }: { target: ExplainedTarget; told: Told; base: string }) {
  const { provider, model, via, base_url, skipped } = target
  const host = base_url === undefined ? undefined : URL.parse(base_url)?.host
  return (
    <li class="reason" data-off={skipped === undefined ? undefined : ''}>
      <p class="head">
        <Name class="name mono" text={`${provider}/${model}`} />
        {skipped === undefined ? <Badge tone="accent">ready</Badge> : <Badge tone="amber">resting</Badge>}
      </p>
      <Way via={via} told={told} base={base} />
      {skipped !== undefined && (
        <p class="warning">
          <Icon name="alert" />
          <span class="phrase">
            <Phrase text={skipped} told={told} base={base} />
          </span>
        </p>
      )}
      <p class="about">
        {host === undefined ? 'Inside the gateway' : <>At {host}</>}
        <Price target={target} told={told} />
      </p>
    </li>
  )
}

/** What decided where the cheapest comes first. */
function Price({ target, told: { find, priceOf } }: { target: ExplainedTarget; told: Told }) {
  if (!target.via.some(({ source }) => find(source)?.strategy === 'cost')) return null
  const price = priceOf(target)
  return (
    <>{price === undefined ? ', price not known' : `, $${dollars(price)} for a million tokens in and out`}</>
  )
}

const dollars = (price: number): string => price.toLocaleString('en', { maximumFractionDigits: 4 })

/** The redirects that led here: which of its targets each took, by which strategy. */
function Way({ via, told, base }: { via: readonly Leg[]; told: Told; base: string }) {
  if (via.length === 0) return null
  return (
    <ul class="way">
      {via.map(({ source, index }) => (
        <li>
          through{' '}
          <Link href={editing(base, source)} title={`Open ${source}`}>
            <Name class="mono" text={source} />
          </Link>
          <Share source={source} index={index} told={told} />
        </li>
      ))}
    </ul>
  )
}

function Share({ source, index, told: { find } }: Leg & { told: Told }) {
  const redirect = find(source)
  if (redirect === undefined || redirect.targets.length < 2) return null
  const { targets, strategy, failover } = redirect
  const sum = targets.reduce((total, { weight }) => total + weight, 0)
  const { weight = 1, userPaths } = targets[index] ?? {}
  // Among targets for some callers each caller has a sum of its own.
  const of = targets.some(({ scopes }) => scopes !== undefined) ? '' : ` of ${sum}`
  return (
    <>
      {': '}
      {strategy === 'round_robin' ? `weight ${weight}${of}` : `target ${index + 1} of ${targets.length}`},{' '}
      {strategies[strategy]}
      {!failover && ', without failover'}
      {userPaths !== undefined && (
        <>
          , <ForPaths paths={userPaths} />
        </>
      )}
    </>
  )
}

/** What takes no part, and why. */
export function LeftOut({ told, base }: { told: Told; base: string }) {
  const { dropped } = told.explanation
  if (dropped.length === 0) return null
  return (
    <section aria-labelledby="left-title">
      <h2 id="left-title">Left out</h2>
      <ul class="left-out">
        {dropped.map(({ name, via, code, reason }) => (
          <li class="reason">
            <p class="head">
              <Name class="name mono" text={name} />
              <Badge tone="outline">{code}</Badge>
            </p>
            <Way via={via} told={told} base={base} />
            <p class="about phrase">
              <Phrase text={reason} told={told} base={base} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}
