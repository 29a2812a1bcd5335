import type { Host } from '../../src/contract/plugin.ts'
import { Refusal } from '../../src/errors.ts'
import { authorText } from '../../views/author.ts'
import type { UsageOutcomes } from '../usage/model.ts'
import type { VirtualModels } from '../virtual-models/model.ts'
import { type Book, type Changes, isOpen, isOver, LOOK } from './book.ts'
import { addOutcomes, noEvidence } from './evidence.ts'
import { type Judgement, judge } from './judge.ts'
import { leadsAlike, redirectOf } from './redirect.ts'
import type { Rollout } from './schema.ts'

export interface CourseDeps extends Pick<Host, 'log' | 'now'> {
  readonly book: Book
  readonly virtual: Pick<VirtualModels, 'view' | 'stated' | 'save' | 'reread'>
  readonly usage: UsageOutcomes
}

/** So many lines of the records are looked through at once; the next look goes on behind them. */
const LINES = 50_000

/** How the redirect of a rollout is found. `later`: another gateway has written it, and this one has yet to hear of it. */
type Found = { readonly kind: 'ours' | 'later' } | { readonly kind: 'taken'; readonly why: string }

/** As whom history writes down what a rollout does. */
export const authorOf = ({ author }: Pick<Rollout, 'author'>): string => `rollout of ${authorText(author)}`

/**
 * Leads redirects along their rollouts. First the row says what is to be, then the redirect is written: whoever dies in
 * between leaves a row that says what is due. Both writes name the version that they change, so that of several gateways
 * one does it, and an operator who edits the redirect is never overwritten.
 */
export function createCourse({ book, virtual, usage, log, now }: CourseDeps) {
  let lookedAt = Number.NEGATIVE_INFINITY
  let trouble: unknown

  async function find({ source, redirectVersion }: Rollout): Promise<Found> {
    // One that is not there may only be unknown here yet.
    if (virtual.view(source) === undefined) await virtual.reread()
    const view = virtual.view(source)
    if (view?.kind !== 'redirect') return { kind: 'taken', why: 'the redirect was deleted or renamed' }
    if (view.managed) return { kind: 'taken', why: `the redirect is declared in ${view.declared_in}` }
    if (view.version === redirectVersion) return { kind: 'ours' }
    if (view.version < redirectVersion) return { kind: 'later' }
    return { kind: 'taken', why: 'the redirect was changed by hand' }
  }

  /** It is as the rollout wants it: written by whoever died, or was slower to say so. */
  function isLed(rollout: Rollout): boolean {
    const stated = virtual.stated(rollout.source)
    return stated?.targets !== undefined && leadsAlike(stated, redirectOf(rollout))
  }

  /** Whoever edits the redirect knows what he wants: the rollout lets go of it. */
  function letGo(rollout: Rollout, why: string): Promise<Rollout | undefined> {
    const { source, state } = rollout
    log.warn('A rollout lets go of its redirect', { virtual_model: source, why })
    return book.change(rollout, {
      // What was not written is not done.
      state: state === 'rolled_back' ? state : 'stopped',
      isDue: false,
      why: rollout.why === null ? why : `${rollout.why}; ${why}`,
      changedAt: now(),
    })
  }

  /** The redirect is written. What arrives from now on is evidence of the step. */
  async function begin(rollout: Rollout, redirectVersion: number): Promise<Rollout | undefined> {
    const written = { isDue: false, redirectVersion }
    if (isOver(rollout)) return book.change(rollout, written)
    const step = { since: now(), lastLine: await usage.lastLine(), evidence: noEvidence }
    return book.change(rollout, { ...written, ...step })
  }

  /** Writes the redirect as the rollout says. Undefined: somebody else was quicker, and the next look sees what came of it. */
  async function lead(rollout: Rollout, author = authorOf(rollout)): Promise<Rollout | undefined> {
    const { redirectVersion } = rollout
    let version: number
    try {
      const input = { ...redirectOf(rollout), force: true }
      ;({ version } = await virtual.save(input, { author, ifMatch: [redirectVersion] }))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return error.code === 'version_conflict' ? undefined : letGo(rollout, error.message)
    }
    return begin(rollout, version)
  }

  /** Changes what is to be, and does it. Undefined: somebody else has changed the rollout meanwhile. */
  async function turn(rollout: Rollout, changes: Changes, author?: string): Promise<Rollout | undefined> {
    const turned = await book.change(rollout, { ...changes, changedAt: now() })
    return turned?.isDue === true ? ((await lead(turned, author)) ?? turned) : turned
  }

  /** Reads what was written of calls since the last look, and judges by all of the step. */
  async function weigh(rollout: Rollout): Promise<void> {
    const { source, plan, since, lastLine } = rollout
    const { last, targets } = await usage.outcomes({ source, from: since, after: lastLine, most: LINES })
    const evidence = addOutcomes(rollout.evidence, targets, plan.to)
    const judged = judge({ ...rollout, evidence }, now())
    if (judged.kind === 'wait' && last === lastLine) return
    const seen = { evidence, lastLine: last }
    if (judged.kind === 'wait') return void (await book.change(rollout, seen))
    const turned = await turn(rollout, { ...seen, ...after(rollout, judged) })
    if (turned !== undefined) tell(rollout, judged)
  }

  function tell({ source, plan, step }: Rollout, judged: Judgement): void {
    const facts = { virtual_model: source, to: plan.to, percent: plan.steps[step]! }
    if (judged.kind === 'back') log.warn('A rollout was rolled back', { ...facts, why: judged.why })
    else log.info('A step of a rollout went well', facts)
  }

  async function advance(rollout: Rollout): Promise<void> {
    const found = await find(rollout)
    if (found.kind === 'later') return
    if (rollout.isDue && isLed(rollout)) await begin(rollout, virtual.view(rollout.source)!.version)
    else if (found.kind === 'taken') await letGo(rollout, found.why)
    else if (rollout.isDue) await lead(rollout)
    else if (rollout.state === 'running') await weigh(rollout)
  }

  return {
    begin,
    turn,
    /** Looks at all that are under way. What cannot be known now is not decided: the next look comes all the same. */
    async look(): Promise<void> {
      if (!(await book.glance()).some(isOpen)) return
      // The clock may have been set back.
      if (Math.abs(now() - lookedAt) < LOOK) {
        // What went wrong is so until the next look.
        if (trouble !== undefined) throw trouble
        return
      }
      lookedAt = now()
      trouble = undefined
      for (const rollout of await book.claim())
        await advance(rollout).catch((error: unknown) => {
          trouble = error
        })
      if (trouble !== undefined) throw trouble
    },
  }
}

export type Course = ReturnType<typeof createCourse>

/** What a step that is over makes of a rollout. */
function after({ step, plan }: Rollout, judged: Judgement): Changes {
  if (judged.kind === 'back') return { state: 'rolled_back', why: judged.why, isDue: true }
  return step === plan.steps.length - 1 ? { state: 'done' } : { step: step + 1, isDue: true }
}
