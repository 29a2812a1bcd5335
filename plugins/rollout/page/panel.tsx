import type { Child } from 'hono/jsx'
import type { PageRequest } from '../../../src/contract/page.ts'
import { authorText } from '../../../views/author.ts'
import { Badge, type Tone } from '../../../views/badge.tsx'
import { Few } from '../../../views/few.tsx'
import { Csrf } from '../../../views/form.tsx'
import { ago, ahead, count, duration, money, number, percent } from '../../../views/format.ts'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import { Table } from '../../../views/table.tsx'
import type { TargetOutcomes } from '../../usage/model.ts'
import type { VirtualModelView } from '../../virtual-models/model.ts'
import type { Action } from '../acts.ts'
import { isOver } from '../book.ts'
import { costOf, failedOf, lostOf, waitOf } from '../evidence.ts'
import type { State } from '../model.ts'
import { isForSome } from '../redirect.ts'
import type { Rollout } from '../schema.ts'
import { nextAt, waitsFor } from '../views-of.ts'
import { startOf } from './place.ts'

interface PanelProps {
  /** The redirect, as it is now. */
  readonly view: VirtualModelView
  /** The last one. */
  readonly rollout: Rollout | undefined
  /** Why there can be none; undefined where there can. */
  readonly obstacle: string | undefined
  readonly now: number
  readonly request: PageRequest
}

/** The rollout of a redirect, on its page: how far it is, what it waits for, and what can be done. */
export function Panel({ view, rollout, obstacle, now, request }: PanelProps) {
  const isIdle = rollout === undefined || isOver(rollout)
  if (rollout === undefined && obstacle !== undefined) return null
  return (
    <section class="rollout" aria-labelledby="rollout-title">
      <header class="topic">
        <h2 id="rollout-title">Rollout {rollout !== undefined && <StateBadge state={rollout.state} />}</h2>
        {isIdle && obstacle === undefined && request.admin.mayWrite && (
          <Link class="button" href={startOf(request.base, view.source)}>
            New rollout
          </Link>
        )}
      </header>
      {rollout === undefined ? (
        <p class="remark">Another model can take over step by step, and step back by itself when it fails.</p>
      ) : (
        <div class="card">
          <Course rollout={rollout} now={now} />
          {hasIts(rollout) && <Exempt view={view} />}
          <Figures rollout={rollout} />
          {request.admin.mayWrite && <Buttons rollout={rollout} request={request} />}
        </div>
      )}
    </section>
  )
}

const badges: Readonly<Record<State, { readonly tone: Tone; readonly word: string }>> = {
  running: { tone: 'accent', word: 'running' },
  paused: { tone: 'amber', word: 'paused' },
  done: { tone: 'good', word: 'done' },
  rolled_back: { tone: 'bad', word: 'rolled back' },
  stopped: { tone: 'outline', word: 'stopped' },
}

export const StateBadge = ({ state }: { state: State }) => (
  <Badge tone={badges[state].tone}>{badges[state].word}</Badge>
)

/** In sentences: where it is, and what comes next. */
function Course({ rollout, now }: { rollout: Rollout; now: number }) {
  const { plan, state, step, why, author, startedAt, changedAt } = rollout
  const waits = waitsFor(rollout, now)
  return (
    <>
      <p>
        <Name class="mono" text={plan.to} />{' '}
        {isOver(rollout) ? endings[state](plan.steps[step]!) : `gets ${plan.steps[step]} % of the calls`}
        {why !== null && (
          <>
            : <Name text={why} />
          </>
        )}
        .
      </p>
      {!isOver(rollout) && <Steps plan={plan} step={step} />}
      {state === 'running' && (
        <p>
          {now < nextAt(rollout)
            ? `Next step ${ahead(nextAt(rollout) - now)} at the earliest, `
            : 'The time of this step is over, '}
          {number(rollout.evidence.to.answered)} of {count(plan.minCalls, 'answer')} are there.{' '}
          {waits !== undefined && now >= nextAt(rollout) && <span class="muted">It waits: {waits}.</span>}
        </p>
      )}
      <p class="about">
        Started by {authorText(author)} {ago(now - startedAt)}
        {changedAt !== startedAt && `, ${isOver(rollout) ? 'over' : 'last step'} ${ago(now - changedAt)}`}
      </p>
    </>
  )
}

/** The model has a share of the calls, or all. */
const hasIts = ({ state }: Rollout): boolean => ['running', 'paused', 'done'].includes(state)

/** Who does not meet the model, whatever its share is. */
function Exempt({ view: { targets = [], failover } }: { view: VirtualModelView }) {
  const paths = [...new Set(targets.filter(isForSome).flatMap(({ user_paths: paths = [] }) => paths))]
  if (paths.length === 0) return null
  return (
    <div class="exempt">
      <p>
        Callers with a target of their own{' '}
        {failover === true ? 'meet it only where that cannot answer' : 'never meet it'}:
      </p>
      <Few names={paths} />
    </div>
  )
}

const endings: Readonly<Record<State, (share: number) => string>> = {
  running: () => '',
  paused: () => '',
  done: share =>
    share === 100 ? 'has taken over; the other targets stand behind it' : `has its ${share} % of the calls`,
  rolled_back: share => `failed at ${share} % of the calls, and the redirect is as it was before`,
  stopped: share => `was stopped at ${share} % of the calls`,
}

/** The steps as a line, the one that it is at marked. */
const Steps = ({ plan, step }: Pick<Rollout, 'plan' | 'step'>) => (
  <ol class="rollout-steps" aria-label="Steps">
    {plan.steps.map((share, index) => (
      <li {...(index === step && { 'aria-current': 'step' })} data-past={index < step ? '' : undefined}>
        {share} %
      </li>
    ))}
  </ol>
)

/** The target and all others side by side, in this step. */
function Figures({ rollout: { evidence, plan, state } }: { rollout: Rollout }) {
  const { to, others } = evidence
  if (state === 'done' || to.answered + to.failed + to.refused === 0) return null
  return (
    <Table
      caption="How it does in this step"
      headings={[
        'In this step',
        'Answers',
        'Errors',
        'Errors, refusals',
        'Callers wait',
        'Cost of an answer',
      ]}
    >
      <Line name={<Name class="mono" text={plan.to} />} outcomes={to} />
      <Line name="Other targets" outcomes={others} />
    </Table>
  )
}

const Line = ({ name, outcomes }: { name: Child; outcomes: TargetOutcomes }) => (
  <tr>
    <th scope="row" data-label="In this step">
      {name}
    </th>
    <td data-label="Answers">{number(outcomes.answered)}</td>
    <td data-label="Errors">{percent(failedOf(outcomes).value)}</td>
    <td data-label="Errors, refusals">{percent(lostOf(outcomes).value)}</td>
    <td data-label="Callers wait">{duration(waitOf(outcomes).value)}</td>
    <td data-label="Cost of an answer">{dollars(costOf(outcomes).value)}</td>
  </tr>
)

const dollars = (value: number | null): string => money(value === null ? null : value * 1e9)

function Buttons({ rollout, request }: { rollout: Rollout; request: PageRequest }) {
  const { source, state } = rollout
  const act = (action: Action | 'forget', label: string, tone?: string) => (
    <form method="post" action={`${request.base}/dashboard/models/rollouts/${action.replace('_', '-')}`}>
      <Csrf admin={request.admin} />
      <input type="hidden" name="source" value={source} />
      <button type="submit" class={tone}>
        {label}
      </button>
    </form>
  )
  return (
    <div class="rollout-acts">
      {state === 'running' && act('pause', 'Pause')}
      {state === 'paused' && act('resume', 'Resume')}
      {!isOver(rollout) && act('finish', 'Finish now')}
      {!isOver(rollout) && act('roll_back', 'Roll back', 'danger')}
      {isOver(rollout) && act('forget', 'Dismiss')}
    </div>
  )
}
