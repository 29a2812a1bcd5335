import type { Usage, UserPath } from '../../src/types.ts'

/** What a batch used, as its provider tells when it is over. */
export interface BatchBill {
  /** The id of the call that started it. */
  readonly call: string
  /** Which of the bills of that batch it is, from 1: models that are told apart have one each. */
  readonly number: number
  /** The key that started it; null where that is not known. */
  readonly keyId: string | null
  /** Those of the key. */
  readonly labels: Readonly<Record<string, string>> | null
  readonly owner: UserPath
  readonly provider: string
  /** The provider's own id; null where there were several. */
  readonly model: string | null
  readonly asked: string | null
  /** The redirect that led there; null where there was none, or several. */
  readonly redirect: string | null
  readonly usage: Usage
}

/** What the plugin `batches` offers to others. */
export interface Batches {
  /**
   * Tells of the bill of every batch, when somebody looks after it and it is over. The same one may come again, also from
   * another gateway: `call` and `number` tell them apart.
   */
  onBill(listen: (bill: BatchBill) => void): void
}
