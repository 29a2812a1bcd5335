import type { BatchBill } from '../../batches/model.ts'
import { toTokens } from './event.ts'
import type { CallEvent } from './tuples.ts'

/**
 * What a batch used, as a part of the call that started it. It has the id of that call, so it is written once, whoever
 * is told of it how often.
 *
 * @param at when that was told (milliseconds since 1970): prices go by it
 */
export const toBillEvent = (
  { call, number, keyId, labels, owner, provider, model, asked, redirect, usage }: BatchBill,
  at: number,
  typeOf: (provider: string) => string | null,
): CallEvent => [
  call,
  at,
  keyId,
  owner,
  labels,
  null,
  BATCHES,
  BATCHES,
  asked,
  redirect === null ? null : [redirect],
  null,
  null,
  provider,
  typeOf(provider),
  model,
  null,
  200,
  null,
  0,
  null,
  0,
  null,
  0,
  'told',
  toTokens(usage),
  usage.terms === undefined ? 'batch' : `batch ${usage.terms}`,
  number === 1 ? 'batch' : `batch:${number}`,
]

/** The endpoint that starts them; its calls are recorded by this name. */
const BATCHES = 'batches'
