import { Badge, type Tone } from '../../../views/badge.tsx'
import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import { Name, spell } from '../../../views/name.tsx'
import type { Told } from './model.ts'

/** The outcome in one sentence, and what a caller would see of it. `trial` leads to where it can be tried. */
export function Verdict({ told, trial }: { told: Told; trial: string }) {
  const { outcome, listed, model } = told.explanation
  const isGood = outcome.status === 200
  return (
    <section class="verdict" data-tone={isGood ? 'good' : 'bad'} aria-labelledby="verdict-title">
      <p class="asked">
        <Name class="mono" text={model} />
        <Sort told={told} />
      </p>
      <h2 id="verdict-title">
        <Icon name={isGood ? 'check' : 'alert'} />
        <span>
          <Who told={told} /> {isGood ? <Gets told={told} /> : <Refused told={told} />}
        </span>
      </h2>
      <ul class="asides">
        {isGood && <Resting told={told} />}
        {isGood && <Shared told={told} />}
        {outcome.message !== undefined && (
          <li>
            The caller is told: <q>{spell(outcome.message)}</q>
          </li>
        )}
        <li>
          {listed ? (
            <>
              <code>/v1/models</code> shows this name to that caller
            </>
          ) : (
            <>
              <code>/v1/models</code> does not show this name to that caller
            </>
          )}
        </li>
        <li>
          <Link href={trial}>Try it in the Playground</Link>
        </li>
      </ul>
    </section>
  )
}

function Who({ told: { explanation, keyName } }: { told: Told }) {
  const { user_path } = explanation
  const path = <Name class="mono" text={user_path} />
  if (keyName !== undefined)
    return (
      <>
        Key “<Name text={keyName} />” at {path}
      </>
    )
  return user_path === '/' ? <>A caller without a user path</> : path
}

function Gets({ told: { explanation } }: { told: Told }) {
  const ready = explanation.targets.filter(({ skipped }) => skipped === undefined)
  const names = ready.map(({ provider, model }) => `${provider}/${model}`)
  const [first = '', ...others] = names
  const shown = others.length > 3 ? others.slice(0, 2) : others
  const more = others.length - shown.length
  return (
    <>
      gets <Name class="mono" text={first} />
      {others.length > 0 && ' first, then '}
      {shown.map((name, index) => (
        <>
          {index > 0 && (index === shown.length - 1 && more === 0 ? ' and ' : ', ')}
          <Name class="mono" text={name} />
        </>
      ))}
      {more > 0 && ` and ${more} more`}
    </>
  )
}

/** Whoever would come before is passed over for a while. */
function Resting({ told: { explanation } }: { told: Told }) {
  const resting = explanation.targets.filter(({ skipped }) => skipped !== undefined)
  const [first, ...others] = resting
  if (first === undefined) return null
  return (
    <li>
      <Name class="mono" text={`${first.provider}/${first.model}`} />
      {others.length > 0 ? ` and ${others.length} more rest` : ' rests'} at the moment and{' '}
      {others.length > 0 ? 'are' : 'is'} passed over
    </li>
  )
}

/** Which redirect spreads calls, so that the next one may go elsewhere. */
function Shared({ told: { explanation, find } }: { told: Told }) {
  const redirect = find(explanation.model)
  if (redirect?.kind !== 'redirect' || redirect.targets.length < 2) return null
  if (explanation.pick === 'user_path')
    return <li>The first is for callers at this user path; the others follow where it fails</li>
  if (explanation.pick === 'caller')
    return <li>The caller stays with the first; a user whom its app names may have another one</li>
  if (redirect.strategy !== 'round_robin' && redirect.strategy !== 'latency') return null
  return (
    <li>
      {redirect.strategy === 'round_robin'
        ? 'Calls are shared out by weight: the next one may begin elsewhere'
        : 'The quickest target comes first: the order follows what was measured lately'}
    </li>
  )
}

/** How a step ends that passes over a redirect of the very name that was asked for. */
const UNUSED = /: the name is read as that of a model$/

function Refused({ told: { explanation } }: { told: Told }) {
  const { outcome, dropped, targets, steps } = explanation
  const passed = steps.find(({ plugin }) => plugin === 'virtual-models')?.text
  const reasons = [
    ...(passed !== undefined && UNUSED.test(passed) ? [passed.replace(UNUSED, '')] : []),
    ...dropped.filter(({ code }) => code === outcome.code).map(({ reason }) => reason),
    ...targets.flatMap(({ skipped }) => skipped ?? []),
  ]
  const [reason, ...others] = [...new Set(reasons)]
  return (
    <>
      is refused:{' '}
      <span class="code">
        {outcome.status} {outcome.code}
      </span>
      {reason !== undefined && <>, because {lowered(reason)}</>}
      {others.length === 1 && <>, and {lowered(others[0]!)}</>}
      {others.length > 1 && `, and for ${others.length} more reasons, which are below`}
    </>
  )
}

/** “Policy” in the middle of a sentence is “policy”. Setting names and names of models keep their letters. */
const lowered = (text: string): string =>
  spell(/^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text).replaceAll(
    /"([^"]*)"/g,
    '“$1”',
  )

/** What the name turned out to be, in a word. */
function Sort({ told: { explanation, isShadow } }: { told: Told }) {
  const { model, targets, dropped, steps } = explanation
  const ways = [...targets, ...dropped].map(({ via }) => via)
  const is = (tone: Tone, text: string) => <Badge tone={tone}>{text}</Badge>
  if (ways.some(via => via[0]?.source === model))
    return (
      <span class="badges">
        {isShadow ? is('violet', 'shadow') : is('accent', 'redirect')}
        {ways.some(via => via.length > 1) && is('accent', 'chain')}
      </span>
    )
  // Only what was found at a provider is asked whether it may be used.
  return steps.some(({ plugin }) => plugin === 'access')
    ? is('plain', 'provider model')
    : is('amber', 'unknown')
}
