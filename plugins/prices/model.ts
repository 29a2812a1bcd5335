import type { Target } from '../../src/types.ts'

/** What models cost, as far as is known. */
export interface Prices {
  /** Dollars for a million tokens of input and a million of output together; undefined when unknown. */
  perMillion(target: Target): number | undefined
  /** Price data is loaded when somebody first needs it; undefined once it is there. */
  loading(): Promise<void> | undefined
}
