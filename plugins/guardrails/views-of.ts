import * as v from 'valibot'
import { says } from '../../src/contract/settings.ts'
import { toState } from './input.ts'
import { type Guardrail, sides, verdicts } from './model.ts'
import { presetNames } from './presets.ts'
import type { Counted } from './tally.ts'

export const guardrailView = v.object({
  name: says('What callers that are refused read', v.string()),
  description: says('For people; callers never see it', v.string()),
  enabled: says('Off: nothing is looked at', v.boolean()),
  user_path: says('It holds for callers that stand here or below', v.string()),
  models: says('Whose calls it looks at; null: those of every model', v.nullable(v.array(v.string()))),
  on: says('What models are told, what they say, or both', v.picklist(sides)),
  find: says(
    'What it looks for',
    v.object({
      words: says('Whole words and phrases, in any case', v.array(v.string())),
      patterns: says('Regular expressions in the syntax of RE2', v.array(v.string())),
      presets: says('What many look for, such as card numbers', v.array(v.picklist(presetNames))),
      checker: says('A service that is asked', v.nullable(v.string())),
    }),
  ),
  action: says(
    'Refuse the call, replace what is found by placeholders, or count it only',
    v.picklist(verdicts),
  ),
  message: says('What callers that are refused are told beside the name', v.nullable(v.string())),
  unreadable: says('What becomes of what nobody can look into', v.picklist(['allow', 'refuse'])),
  declared_in: says('Where it is declared; then it cannot be changed here', v.optional(v.string())),
  fault: v.optional(
    v.pipe(
      v.string(),
      v.description('Why what is stored cannot be read any more: then nothing passes that it would block'),
    ),
  ),
  version: says('Counts its changes; for `If-Match`', v.number()),
  matches: v.pipe(
    v.array(
      v.object({
        action: says('What it did', v.picklist(verdicts)),
        on: says('Where it found something', v.picklist(['input', 'output'])),
        calls: says('How many', v.number()),
      }),
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
