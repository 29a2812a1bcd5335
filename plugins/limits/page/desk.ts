import type { UnknownModels } from '../../../src/scope/unknown-models.ts'
import type { Auth } from '../../auth/model.ts'
import type { History } from '../../history/model.ts'
import type { VirtualModelSource } from '../../virtual-models/model.ts'
import type { Ledger } from '../counting/ledger.ts'
import type { Limit } from '../model.ts'
import type { LimitStore } from '../rules/store.ts'
import type { UnknownTools } from '../rules/unknown-tools.ts'
import type { Draft, Mistake } from './draft.ts'
import type { Editing } from './editing.ts'
import type { LimitsData } from './views.tsx'

export interface LimitsPageDeps {
  readonly store: LimitStore
  readonly ledger: Ledger
  readonly history: Pick<History, 'forms'>
  readonly auth: Pick<Auth, 'nameOf' | 'working'>
  readonly virtual: VirtualModelSource
  readonly unknownModels: UnknownModels
  readonly unknownTools: UnknownTools
  readonly now: () => number
}

/** What the page and its actions have in common. */
export interface LimitsDesk
  extends Pick<LimitsPageDeps, 'store' | 'history' | 'unknownModels' | 'unknownTools'> {
  load(read: (name: string) => string): Promise<LimitsData>
  find(name: string): Limit | undefined
  /** Gathers what the form shows beside the draft itself. */
  editing(draft: Draft, mistake?: Mistake): Editing
}
