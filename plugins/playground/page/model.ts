import type { WorkingKey } from '../../auth/model.ts'
import type { Told } from '../lines.ts'
import type { Asked } from '../question.ts'

/** Which field names the model that a panel asks. */
export type Side = 'model' | 'other'

export interface PlaygroundData {
  readonly asked: Asked
  readonly names: readonly string[]
  readonly paths: readonly string[]
  readonly keys: readonly WorkingKey[]
  /** What came of it, where the page was drawn after it. */
  readonly told: Readonly<Partial<Record<Side, Told>>>
}
