import type { Child } from 'hono/jsx'
import type { Member } from '../../../src/contract/inventory.ts'
import { Badge } from '../../../views/badge.tsx'
import { ago, count, duration } from '../../../views/format.ts'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import { isIdle, type Placed } from './query.ts'

interface Props {
  readonly placed: Placed
  readonly base: string
  readonly now: number
}

/** A plugin in one line; opened, all that it does here. */
export function PluginLine({ placed, base, now }: Props) {
  const { member, turn } = placed
  const { name, about, broughtAs, errors } = member
  return (
    <li>
      <details class="entry" id={`plugin-${name}`} data-idle={isIdle(placed) ? '' : undefined}>
        <summary>
          <span class="what">
            <span class="member-head">
              <span class="turn">{turn}</span>
              <span class="member-name mono">{name}</span>
              {broughtAs !== undefined && <Badge tone="violet">from outside</Badge>}
              {errors.count > 0 && <Badge tone="bad">{count(errors.count, 'error')}</Badge>}
            </span>
            <span class="meaning">
              <Name text={about} />
            </span>
          </span>
          <span class="holds">
            <span class="value">{sumUp(placed)}</span>
          </span>
        </summary>
        <Facts placed={placed} base={base} now={now} />
      </details>
    </li>
  )
}

/** What it contributes, in a few words. */
function sumUp(placed: Placed): string {
  if (isIdle(placed)) return 'nothing to do'
  const { hooks, brings } = placed.member
  const parts = [
    hooks.length > 0 && hooks.join(', '),
    brings.dialects.length > 0 && count(brings.dialects.length, 'dialect'),
    brings.providers.length > 0 && count(brings.providers.length, 'provider'),
    brings.endpoints.length > 0 && count(brings.endpoints.length, 'endpoint'),
    brings.pages.length > 0 && count(brings.pages.length, 'page'),
    brings.ticks.length > 0 && 'work that repeats',
    placed.neededBy.length > 0 && `needed by ${placed.neededBy.length}`,
  ]
  return parts.filter(part => part !== false).join(' · ')
}

const Fact = ({ name, children }: { name: string; children?: Child }) => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
)

const Items = ({ items }: { items: readonly Child[] }) => (
  <ul class="facts-items">
    {items.map(item => (
      <li>{item}</li>
    ))}
  </ul>
)

function Facts({ placed: { member, settings, neededBy }, base, now }: Props) {
  const { name, hooks, needs, broughtAs, brings } = member
  const { endpoints, pages, dialects, providers, ticks, tables } = brings
  const at = (path: string) => `${base}/dashboard${path}`
  return (
    <dl class="entry-facts">
      <Fact name="From">
        {broughtAs === undefined ? 'part of the gateway' : <Name class="mono" text={broughtAs} />}
      </Fact>
      <Errors member={member} now={now} />
      {hooks.length > 0 && (
        <Fact name="Hooks">
          <Items items={hooks.map(hook => <Link href={`#hook-${hook}`}>{hook}</Link>)} />
        </Fact>
      )}
      {needs.length > 0 && (
        <Fact name="Needs">
          <Items items={needs.map(need => <Link href={`#plugin-${need}`}>{need}</Link>)} />
        </Fact>
      )}
      {neededBy.length > 0 && (
        <Fact name="Needed by">
          <Items items={neededBy.map(other => <Link href={`#plugin-${other}`}>{other}</Link>)} />
        </Fact>
      )}
      {providers.length > 0 && (
        <Fact name="Providers">
          <Items items={providers.map(provider => <Link href={at('/providers')}>{provider}</Link>)} />
        </Fact>
      )}
      {dialects.length > 0 && (
        <Fact name="Dialects">
          <Items items={dialects.map(({ name, path }) => <Address text={`${path} (${name})`} />)} />
        </Fact>
      )}
      {endpoints.length > 0 && (
        <Fact name="Endpoints">
          <Items items={endpoints.map(({ method, path }) => <Address text={`${method} ${path}`} />)} />
        </Fact>
      )}
      {pages.length > 0 && (
        <Fact name="Pages">
          <Items items={pages.map(({ path, title }) => <Link href={base + path}>{title}</Link>)} />
        </Fact>
      )}
      {ticks.length > 0 && (
        <Fact name="Repeats">{ticks.map(every => `every ${duration(every)}`).join(', ')}</Fact>
      )}
      {tables.length > 0 && <Fact name="Tables">{tables.join(', ')}</Fact>}
      <Fact name="Settings">
        {settings === 0 ? (
          'none'
        ) : (
          <Link href={at(`/settings?${new URLSearchParams({ plugin: name })}`)}>
            {count(settings, 'setting')}
            <span class="unseen"> of {name}</span>
          </Link>
        )}
      </Fact>
    </dl>
  )
}

const Address = ({ text }: { text: string }) => <Name class="mono" text={text} />

/** Longer words of a log are cut (characters). */
const LONGEST = 200

/** What the log has said of it since the start. */
function Errors({ member: { errors }, now }: { member: Member; now: number }) {
  const { count: many, since, last } = errors
  if (last === undefined)
    return <Fact name="Errors">none in the log since the start, {ago(now - since)}</Fact>
  return (
    <Fact name="Errors">
      {count(many, 'error')} in the log, the last {ago(now - last.at)}:{' '}
      <Name class="mono" text={last.what.slice(0, LONGEST)} />
      {last.id !== undefined && (
        <>
          , request <Name class="mono" text={last.id} />
        </>
      )}
    </Fact>
  )
}
