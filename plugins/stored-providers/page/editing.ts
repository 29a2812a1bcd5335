import type { ProviderType } from '../../../src/contract/provider.ts'
import type { Made } from '../model.ts'
import type { Trial } from '../trial.ts'
import type { Draft, Mistake } from './draft.ts'

/** What the form for a provider shows. */
export interface Editing {
  readonly type: ProviderType
  readonly draft: Draft
  readonly mistake?: Mistake
  /** As it is stored; absent for a new one. */
  readonly made?: Made | undefined
  /** What configures one of this name outside of the dashboard. */
  readonly configuredBy?: readonly string[] | undefined
  readonly trial?: Trial
  /** A secret can be kept. */
  readonly canSeal: boolean
  readonly now: number
}
