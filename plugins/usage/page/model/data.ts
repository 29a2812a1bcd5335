import type { Child } from 'hono/jsx'
import type { ModelAccess, VirtualModels } from '../../../virtual-models/model.ts'
import type { Paired } from '../../report/compare.ts'
import type { Marker } from '../../report/markers.ts'
import type { UnitPrices } from '../../report/unit-prices.ts'
import type { Part } from '../../report/usage.ts'
import type { Asked } from '../address.ts'
import type { Chart } from '../chart.ts'
import type { Span } from '../span.ts'
import type { Told } from './known.tsx'
import type { Line } from './sides.ts'
import type { Subject } from './subject.ts'

/** A change of the virtual model, in the time that the page shows or in the one before. */
export interface Change extends Marker {
  readonly repoints: boolean
  readonly isNow: boolean
}

/** All that the page of a model shows. */
export interface ModelData {
  /** What the address asks for. */
  readonly asked: Asked
  readonly params: URLSearchParams
  readonly subject: Subject
  readonly span: Span
  readonly chart: Chart
  /** The groups that have a colour in the chart. */
  readonly series: readonly string[]
  readonly hasOthers: boolean
  readonly now: Part
  readonly before: Part
  readonly lines: readonly Line[]
  /** Of each mirror, how it did with the very calls that callers made. */
  readonly paired: readonly Paired[]
  /** Tries that failed before another target answered are in the lines. */
  readonly areTriesCounted: boolean
  /** Why they could not be counted. */
  readonly triesTrouble: string | undefined
  /** What other plugins show of it. */
  readonly panels: readonly Child[]
  readonly markers: readonly Change[]
  /** Of a provider's model. */
  readonly prices: UnitPrices | undefined
  /** What it can; undefined for what is no model. */
  readonly told: Told | undefined
  readonly access: ModelAccess | undefined
  /** Redirects that name it among their targets. */
  readonly leadingHere: ReturnType<VirtualModels['leadingTo']>
  readonly isMissing: (name: string) => boolean
  /** The name is that of a redirect. */
  readonly leadsOn: (name: string) => boolean
  /** A redirect stands before this model. */
  readonly isShadowed: boolean
}
