import { isObject } from '../../src/lens.ts'
import { inputOf, outputOf } from '../../src/tokens.ts'
import type { JsonObject } from '../../src/types.ts'
import { fromResponsesUsage } from '../../src/vendors/openai-usage.ts'
import type { FileDesk, Thing } from '../files/model.ts'
import { isOver } from './fresh.ts'
import type { BatchBill } from './model.ts'

/**
 * OpenAI says in the batch itself what it used (developers.openai.com/api/reference/resources/batches: `usage`).
 * Anthropic counts requests there, and tells tokens in the results, line by line, which only their reader sees.
 *
 * Undefined where nothing is told, the batch is not over, or it was told before.
 */
export function billOf(thing: Thing, told: JsonObject, aimAt: FileDesk['aimAt']): BatchBill | undefined {
  const { language, provider, owner, made, models } = thing
  if (language !== 'openai' || !isFinal(told) || isFinal(thing.object)) return undefined
  const usage = fromResponsesUsage(told.usage)
  if (inputOf(usage) + outputOf(usage) === 0) return undefined
  const isOne = models !== null && new Set(models.map(({ model }) => model)).size === 1
  const { model, asked = null, via } = aimAt(thing)
  return {
    call: made?.call ?? thing.id,
    keyId: made?.keyId ?? null,
    labels: made?.labels ?? null,
    owner,
    provider,
    model: isOne ? model : null,
    asked: isOne ? asked : null,
    redirect: (isOne && new Set(models.map(({ asked }) => asked)).size === 1 && via?.[0]?.source) || null,
    usage,
  }
}

/** What a batch used is told to its end only when it is over. */
const isFinal = (batch: JsonObject): batch is JsonObject & { readonly usage: JsonObject } =>
  isOver(batch) && isObject(batch.usage)
