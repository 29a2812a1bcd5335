import { isObject } from '../../src/contract/loose-json.ts'
import { inputOf, outputOf } from '../../src/contract/tokens.ts'
import type { JsonObject } from '../../src/types.ts'
import { fromResponsesUsage } from '../../src/vendors/openai-usage.ts'
import type { FileDesk, Thing } from '../files/model.ts'
import { isOver } from './fresh.ts'
import type { BatchBill } from './model.ts'
import type { Spent } from './results.ts'

/**
 * OpenAI says in the batch itself what it used (developers.openai.com/api/reference/resources/batches: `usage`).
 *
 * Undefined where nothing is told, the batch is not over, or it was told before.
 */
export function billOf(thing: Thing, told: JsonObject, aimAt: FileDesk['aimAt']): BatchBill | undefined {
  if (thing.language !== 'openai' || !isFinal(told) || isFinal(thing.object)) return undefined
  const usage = fromResponsesUsage(told.usage)
  if (inputOf(usage) + outputOf(usage) === 0) return undefined
  return { ...startOf(thing), ...namesOf(thing, aimAt), number: 1, usage }
}

/**
 * Anthropic tells the model with each answer, so there is a bill for each. Where all requests name one model it goes by
 * that name, as calls do; of several only the provider's own names are known.
 */
export const messageBills = (
  thing: Thing,
  spent: readonly Spent[],
  aimAt: FileDesk['aimAt'],
): readonly BatchBill[] => {
  const names = namesOf(thing, aimAt)
  return spent.map(({ model, usage }, index) => ({
    ...startOf(thing),
    ...names,
    model: names.model ?? model,
    number: index + 1,
    usage,
  }))
}

/** The call that the bill is a part of. */
const startOf = ({ id, owner, provider, made }: Thing) => ({
  call: made?.call ?? id,
  keyId: made?.keyId ?? null,
  labels: made?.labels ?? null,
  owner,
  provider,
})

/** What the model is called, where there is one. */
function namesOf(thing: Thing, aimAt: FileDesk['aimAt']): Pick<BatchBill, 'model' | 'asked' | 'redirect'> {
  const { models } = thing
  if (models === null || new Set(models.map(({ model }) => model)).size !== 1)
    return { model: null, asked: null, redirect: null }
  const { model, asked = null, via } = aimAt(thing)
  const isOneName = new Set(models.map(({ asked }) => asked)).size === 1
  return { model, asked, redirect: (isOneName && via?.[0]?.source) || null }
}

/** What a batch used is told to its end only when it is over. */
const isFinal = (batch: JsonObject): batch is JsonObject & { readonly usage: JsonObject } =>
  isOver(batch) && isObject(batch.usage)
