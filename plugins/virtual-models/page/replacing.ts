import { Refusal } from '../../../src/errors.ts'
import { shorten } from '../../../views/name.tsx'
import type { VirtualModelView } from '../model.ts'
import { type Draft, isRedirect } from './draft.ts'

type Find = (source: string) => VirtualModelView | undefined

/** An access policy whose place a redirect would take, and whether the operator has said that it may. */
export interface Replacing {
  readonly policy: VirtualModelView
  /** What the form sends when it may: this very policy, as it was when that was asked. */
  readonly answer: string
  readonly isMeant: boolean
}

/** What it closes may be open afterwards, so a redirect takes the place of a policy only where that is said. */
export function replacingOf(draft: Draft, find: Find): Replacing | undefined {
  if (!isRedirect(draft)) return undefined
  const policy = find(draft.old?.source ?? draft.source.trim())
  if (policy?.kind !== 'policy' || policy.managed) return undefined
  const answer = `${policy.version} ${policy.source}`
  return { policy, answer, isMeant: draft.replaces === answer }
}

/** The question, in the place of a refusal. */
export function askToReplace({ policy }: Replacing): Refusal {
  const message = `“${shorten(policy.source)}” is an access policy, and a redirect would take its place: what it closes may be open then`
  return new Refusal('conflict', message, { param: 'source' })
}
