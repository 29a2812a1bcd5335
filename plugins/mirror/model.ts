import type { Hearing, Settled } from '../../src/exchange.ts'

/** Sees what is answered to the copy of a call, as a tap does; undefined where that is nobody's business. */
export type Overhear = (copy: Parameters<Hearing>[0], of: Settled) => ReturnType<Hearing>

/** What the plugin `mirror` offers to others. */
export interface Mirror {
  /** Another plugin keeps what mirrors say. One may. */
  overhear(by: Overhear): void
}
