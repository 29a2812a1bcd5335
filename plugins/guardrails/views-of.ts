import * as v from 'valibot'
import { toState } from './input.ts'
import { type Guardrail, sides, verdicts } from './model.ts'
import { presetNames } from './presets.ts'
import type { Counted } from './tally.ts'

export const guardrailView = v.object({
  name: v.string(),
  description: v.string(),
  enabled: v.boolean(),
  user_path: v.string(),
  models: v.nullable(v.array(v.string())),
  on: v.picklist(sides),
  find: v.object({
    words: v.array(v.string()),
    patterns: v.array(v.string()),
    presets: v.array(v.picklist(presetNames)),
    checker: v.nullable(v.string()),
  }),
  action: v.picklist(verdicts),
  message: v.nullable(v.string()),
  unreadable: v.picklist(['allow', 'refuse']),
  declared_in: v.optional(v.string()),
  fault: v.optional(
    v.pipe(
      v.string(),
      v.description('Why what is stored cannot be read any more: then nothing passes that it would block'),
    ),
  ),
  version: v.number(),
  matches: v.pipe(
    v.array(
      v.object({ action: v.picklist(verdicts), on: v.picklist(['input', 'output']), calls: v.number() }),
    ),
    v.description('Calls since the start in which it found something, by what became of them'),
  ),
})
export type GuardrailView = v.InferOutput<typeof guardrailView>

export const toView = (guardrail: Guardrail, counts: readonly Counted[]): GuardrailView => {
  const { find, models, message, ...rest } = toState(guardrail)
  return {
    name: guardrail.name,
    ...rest,
    find: { ...find, checker: find.checker ?? null },
    models: models ?? null,
    message: message ?? null,
    ...(guardrail.declaredIn !== undefined && { declared_in: guardrail.declaredIn }),
    ...(guardrail.fault !== undefined && { fault: guardrail.fault }),
    version: guardrail.version,
    matches: counts
      .filter(counted => counted.guardrail === guardrail.name)
      .map(({ action, on, count }) => ({ action, on, calls: count })),
  }
}
