import { cap, overrule, type Preset, type Tell } from '../../../src/contract/preset.ts'
import type { JsonObject } from '../../../src/types.ts'

/** A body of completions with what an operator has set. It has no place for an effort, nor for instructions. */
export const preset = (
  body: JsonObject,
  { temperature, top_p, max_output_tokens: most }: Preset,
  tell: Tell,
): JsonObject => ({
  ...body,
  ...overrule(body, { temperature, top_p }, tell),
  ...(most !== undefined && cap(body, 'max_tokens', most, tell)),
})
