import type { UnknownModels } from '../../../src/scope/unknown-models.ts'
import type { Auth } from '../../auth/model.ts'
import type { History } from '../../history/model.ts'
import type { VirtualModelSource } from '../../virtual-models/model.ts'
import type { Guardrail } from '../model.ts'
import type { GuardrailStore } from '../store.ts'
import type { Counted } from '../tally.ts'
import type { Draft, Mistake } from './draft.ts'
import type { Editing } from './editing.ts'
import type { GuardrailsData } from './views.tsx'

export interface GuardrailsPageDeps {
  readonly store: GuardrailStore
  /** What they did, in all workers. */
  readonly counted: () => Promise<readonly Counted[]>
  readonly history: Pick<History, 'forms'>
  readonly auth: Pick<Auth, 'working'>
  readonly virtual: VirtualModelSource
  readonly unknownModels: UnknownModels
  /** Names of the services that may be asked. */
  readonly checkers: readonly string[]
}

/** What the page and its actions have in common. */
export interface GuardrailsDesk extends Pick<GuardrailsPageDeps, 'store' | 'history' | 'unknownModels'> {
  load(read: (name: string) => string): Promise<GuardrailsData>
  find(name: string): Guardrail | undefined
  /** Gathers what the form shows beside the draft itself. */
  editing(draft: Draft, mistake?: Mistake): Editing
}
