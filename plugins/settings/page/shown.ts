import type { Setting } from '../../../src/contract/inventory.ts'
import type { History } from '../../history/model.ts'
import { KIND } from '../model.ts'
import type { SettingsStore } from '../store.ts'
import type { Last } from './source.tsx'

/** A setting, and what the page knows of it beside that. */
export interface Shown {
  readonly setting: Setting
  /** Why it cannot be changed here; absent where it can. */
  readonly fixed: string | undefined
  /** The version that is stored, whether it holds or not; absent where nothing is. */
  readonly version: number | undefined
  readonly last: Last | undefined
  /** Why what is stored does not hold. */
  readonly unfit: string | undefined
}

interface Known {
  readonly store: Pick<SettingsStore, 'whyFixed' | 'stored'>
  readonly history: Pick<History, 'lastOf'>
  /** What is stored and does not hold, and why. */
  readonly unfit: ReadonlyMap<string, string>
}

/** The book of changes is asked for those only that somebody has changed here. */
export async function show({ store, history, unfit }: Known, setting: Setting): Promise<Shown> {
  const { name } = setting
  return {
    setting,
    fixed: store.whyFixed(setting),
    version: store.stored(name)?.version,
    last: setting.origin.kind === 'dashboard' ? await history.lastOf(KIND, name) : undefined,
    unfit: unfit.get(name),
  }
}
