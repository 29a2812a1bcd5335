import type { Billing, Pick } from '../model.ts'

/** The parts of `Usage`, in the order of the columns; the last is the reported cost in dollars. Null: not told. */
export type Tokens = readonly [
  input: number | null,
  cacheRead: number | null,
  cacheWrite: number | null,
  cacheWriteHour: number | null,
  audioInput: number | null,
  imageInput: number | null,
  output: number | null,
  reasoning: number | null,
  audioOutput: number | null,
  imageOutput: number | null,
  reportedCost: number | null,
]

/**
 * What became of the tokens of a call. told: the provider said it to the end · none: nobody was asked, or whoever was
 * asked said no · open: the end was never seen, an estimate is due · silent: a whole answer without a word about usage.
 */
export type Fate = 'told' | 'none' | 'open' | 'silent'

export type AttemptTuple = readonly [
  provider: string,
  model: string,
  status: number | null,
  code: string | null,
  ms: number,
  /** What it reported although it failed. */
  tokens: Tokens | null,
  /** The adapter of the provider; absent in spools of earlier versions. */
  providerType?: string | null,
  /** `terms` of what it reported. */
  terms?: string | null,
]

/** A settled call on its way to the worker and through the spool: a tuple, because names would triple its size. */
export type CallEvent = readonly [
  id: string,
  at: number,
  keyId: string | null,
  userPath: string | null,
  labels: Readonly<Record<string, string>> | null,
  session: string | null,
  dialect: string,
  operation: string,
  asked: string | null,
  chain: readonly string[] | null,
  strategy: string | null,
  pick: Pick | null,
  provider: string | null,
  providerType: string | null,
  model: string | null,
  attempts: readonly AttemptTuple[] | null,
  status: number,
  code: string | null,
  streamed: 0 | 1,
  firstByteMs: number | null,
  totalMs: number,
  finish: string | null,
  hungUp: 0 | 1,
  fate: Fate,
  tokens: Tokens | null,
  /** `terms` of the usage; in spools of earlier versions a number, or absent. */
  terms?: string | null | 0 | 1 | 2,
  /**
   * `batch`, `batch:2`: what the batch used that the call of this id had started; `answer:3`: what the third answer of the
   * conversation of this id took; `cached`: a call that got a stored answer; `mirror`: the copy of the call of this id.
   */
  kind?: null | 'batch' | `batch:${number}` | `answer:${number}` | 'cached' | 'mirror',
  /** What a stored answer took when it was first given. */
  saved?: Tokens | null,
  /** `terms` of that. */
  savedTerms?: string | null,
  /** How alike the question was to which a stored answer was first given; absent where it was the same. */
  similarity?: number | null,
  /** Milliseconds that it waited for room; absent where it did not. */
  queuedMs?: number,
]

/** What became of its tokens. */
export const fateIn = (event: CallEvent): Fate => event[23]

/** What an estimate is made from. Never written down: it is what somebody wrote. */
export interface Evidence {
  /** Which event of the batch it belongs to. */
  readonly index: number
  /** What the provider told before the end. */
  readonly told: Tokens | null
  /** The body as it was sent, or its beginning. */
  readonly prompt: string
  /** Characters of the whole body. */
  readonly promptSize: number
  /** The beginning of the stream of the answer. */
  readonly bytes: Uint8Array
  /** Bytes of the stream that arrived. */
  readonly size: number
}

/** Estimates by the index of their event. */
export type Estimates = Readonly<Record<number, readonly [tokens: Tokens, billing: Billing]>>
