import type { Member, Setting } from '../../../src/contract/inventory.ts'
import type { History } from '../../history/model.ts'
import type { SettingsStore } from '../store.ts'
import { type Draft, mistakeOf, toValue } from './draft.ts'
import type { Editing, Effected } from './editor.tsx'

export interface SettingsPageDeps {
  readonly settings: () => readonly Setting[]
  readonly store: SettingsStore
  readonly history: Pick<History, 'lastOf'>
  readonly plugins: () => readonly Member[]
  /** What is stored and does not hold, and why. */
  readonly unfit: ReadonlyMap<string, string>
  readonly configFile: string | undefined
  readonly now: () => number
}

/** What the form shows beside the draft itself. */
export function editingOf(store: SettingsStore, draft: Draft, mistake?: string): Editing {
  const setting = store.find(draft.name)
  return {
    setting,
    draft,
    effect: effectOf(store, setting, draft),
    ...(mistake !== undefined && { mistake }),
  }
}

function effectOf(store: SettingsStore, { input, name }: Setting, draft: Draft): Effected {
  try {
    return { setting: store.draft(name, toValue(draft, input)) }
  } catch (error) {
    return { mistake: mistakeOf(error) }
  }
}
