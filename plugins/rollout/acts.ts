import type { Host } from '../../src/contract/plugin.ts'
import { Refusal, refuse } from '../../src/errors.ts'
import { authorText } from '../../views/author.ts'
import type { UsageOutcomes } from '../usage/model.ts'
import type { VirtualModels, VirtualModelView } from '../virtual-models/model.ts'
import { type Book, type Changes, isOpen, isOver } from './book.ts'
import { authorOf, type Course } from './course.ts'
import { noEvidence } from './evidence.ts'
import type { Plan } from './model.ts'
import { isForSome, redirectOf } from './redirect.ts'
import type { Rollout } from './schema.ts'

/** A virtual model may be stored although it leads nowhere; a rollout is for calls, now. */
const FORCE = / ?Send "force": true.*$/s

export const actions = ['pause', 'resume', 'finish', 'roll_back'] as const
export type Action = (typeof actions)[number]

interface ActsDeps extends Pick<Host, 'now' | 'providers'> {
  readonly book: Book
  readonly course: Course
  readonly virtual: Pick<VirtualModels, 'view' | 'stated' | 'save'>
  readonly usage: UsageOutcomes
}

/** What operators do. */
export function createActs({ book, course, virtual, usage, now, providers }: ActsDeps) {
  function checkTo(to: string, view: VirtualModelView): void {
    const wrong = (message: string) => refuse('invalid_value', message, { param: 'to' })
    const provider = to.slice(0, to.indexOf('/'))
    if (!providers().has(provider)) wrong(`Provider "${provider}" is not configured`)
    if (to !== view.source && virtual.view(to)?.kind === 'redirect')
      wrong(`"${to}" is a redirect itself: name the model that it leads to`)
    if (view.target_model === to) wrong(`"${view.source}" leads to "${to}" already`)
    // A share of the calls of everybody is none of a target that only some have, and have first.
    if (view.targets?.some(target => target.model === to && isForSome(target)))
      wrong(`Target "${to}" is there for some callers only: take its "user_paths" away first`)
  }

  async function find(source: string): Promise<Rollout> {
    return (
      (await book.get(source)) ??
      refuse('not_found', `There is no rollout of "${source}"`, { param: 'source' })
    )
  }

  /** Writes the first share, by all the checks of a virtual model. */
  async function save(rollout: Rollout) {
    const { redirectVersion } = rollout
    try {
      return await virtual.save(redirectOf(rollout), {
        author: authorOf(rollout),
        ifMatch: [redirectVersion],
      })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      throw new Refusal(error.code, error.message.replace(FORCE, ''), { param: 'to' })
    }
  }

  return {
    find,
    async start(source: string, plan: Plan, author: string): Promise<Rollout> {
      const view =
        virtual.view(source) ??
        refuse('not_found', `There is no virtual model "${source}"`, { param: 'source' })
      const obstacle = whyNot(view)
      if (obstacle !== undefined) refuse('conflict', obstacle, { param: 'source' })
      checkTo(plan.to, view)
      const last = await book.get(source)
      if (last !== undefined && isOpen(last))
        refuse('conflict', `A rollout of "${source}" is under way: finish it, or roll it back`)
      const lastLine = await usage.lastLine()
      const at = now()
      const begun = await book.begin({
        ...{ source, plan, author, state: 'running', step: 0, before: virtual.stated(source)!, why: null },
        ...{ startedAt: at, changedAt: at, redirectVersion: view.version, isDue: true },
        ...{ since: at, lastLine, evidence: noEvidence, lookedAt: at },
      })
      try {
        const { version } = await save(begun)
        return (await course.begin(begun, version)) ?? begun
      } catch (error) {
        // What is only late is done at the next look.
        if (error instanceof Refusal) await book.takeBack(begun, last)
        throw error
      }
    },
    async act(source: string, action: Action, author: string): Promise<Rollout> {
      const rollout = await find(source)
      if (isOver(rollout)) refuse('conflict', `The rollout of "${source}" is over: it is ${rollout.state}`)
      // Whoever came between could not be told from an operator who edits the redirect.
      if (rollout.isDue) refuse('version_conflict', changing(source))
      const changed = await course.turn(rollout, changesOf(action, rollout, authorText(author)), author)
      return changed ?? refuse('version_conflict', changing(source))
    },
    async forget(source: string): Promise<void> {
      const rollout = await find(source)
      if (isOpen(rollout))
        refuse('conflict', `The rollout of "${source}" is under way: finish it, or roll it back`)
      await book.forget(rollout)
    },
  }
}

export type Acts = ReturnType<typeof createActs>

const changing = (source: string): string =>
  `The rollout of "${source}" changes in this moment: try again in a few seconds`

/** Why a virtual model can have no rollout; undefined where it can. */
export function whyNot({ source, kind, managed, declared_in, enabled, ...rest }: VirtualModelView) {
  const { targets = [], strategy } = rest
  if (kind !== 'redirect') return `"${source}" is an access policy: a rollout needs a redirect`
  if (managed) return `"${source}" is declared in ${declared_in}: change its targets there`
  if (!enabled) return `"${source}" is off: enable it first`
  if (targets.length > 1 && strategy !== 'round_robin')
    return `"${source}" chooses by "${strategy}": a rollout goes by weights, set "strategy" to "round_robin"`
  // The new target would be there for everybody, and those callers would keep the ones that name them.
  if (targets.every(isForSome))
    return `All targets of "${source}" are for some callers only: a rollout needs one for everybody`
  return undefined
}

function changesOf(action: Action, { plan, step }: Rollout, who: string): Changes {
  const last = plan.steps.length - 1
  switch (action) {
    case 'pause':
      return { state: 'paused' }
    case 'resume':
      return { state: 'running' }
    case 'finish':
      return { state: 'done', why: `finished by ${who}`, step: last, isDue: step !== last }
    case 'roll_back':
      return { state: 'stopped', why: `rolled back by ${who}`, isDue: true }
  }
}
